/** The audit log: what the database refuses, what the audit finds where it was forced, and exports that a shell verifies. */
import { execFile } from 'node:child_process';
import { readFile, rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { auditLogRules } from '../../src/audit/rules/auditLog.ts';
import { inUndoneTransaction } from '../../src/store/database.ts';
import { listAuditEntries } from '../../src/organizations/auditEntries.ts';
import { createGraph } from '../../src/organizations/graphs.ts';
import { startApiOnly, adminKey, type ApiOnly } from '../api/apiOnly.ts';
import {
  anOrganization,
  ask,
  enterprise,
  plansOn,
  type PlanOf,
  type TestOrganization,
} from './anOrganization.ts';

const run = promisify(execFile);
let api: ApiOnly;
let plans: PlanOf;
let organization: TestOrganization;
beforeAll(async () => {
  api = await startApiOnly();
  plans = plansOn(api.pool);
  organization = await filled();
});
afterAll(() => api.stop());

/** An organization with four entries, one of them with all that text may hold. */
async function filled(): Promise<TestOrganization> {
  const made = await anOrganization(api.pool);
  for (const name of ['a', 'b', 'c', 'd']) {
    await createGraph(plans.deps, ask(made.admin.actor, { reason: `"${name}" \\ é\u2028\n},` }), {
      organizationId: made.id,
      name,
    });
  }
  return made;
}

/** What the audit finds after a statement of somebody who may do anything in the database; all of it is undone. */
async function forced(statement: string): Promise<string[]> {
  return inUndoneTransaction(api.pool, async (tx) => {
    await tx.query(`ALTER TABLE audit_log DISABLE TRIGGER USER`);
    await tx.query(statement.replaceAll('$1', `'${organization.id}'`));
    const found: string[] = [];
    for (const { sql } of auditLogRules) {
      const { rows } = await tx.query<{ id: string }>(sql);
      found.push(...rows.map(({ id }) => id));
    }
    return found;
  });
}

describe('the database refuses', () => {
  test.each([
    ['an entry to change', `UPDATE audit_log SET occurred_at = now()`],
    ['an entry to go', `DELETE FROM audit_log`],
    ['the log to be emptied', `TRUNCATE audit_log`],
    [
      'an entry on more than one line',
      `INSERT INTO audit_log (chain, entry) VALUES ('x', E'{"id":"y",\\n"action":"z"}')`,
    ],
  ])('%s', async (_what, statement) => {
    await expect(api.pool.query(statement)).rejects.toThrow();
  });
});

describe('the audit finds', () => {
  test.each([
    [
      'an entry that was changed',
      `UPDATE audit_log SET entry = replace(entry::text, '"name":"b"', '"name":"x"')::json WHERE chain = $1 AND sequence = 2`,
    ],
    [
      'an entry that was changed with its hash',
      `UPDATE audit_log SET entry = replace(entry::text, '"name":"b"', '"name":"x"')::json, hash = audit_hash(previous_hash, replace(entry::text, '"name":"b"', '"name":"x"')) WHERE chain = $1 AND sequence = 2`,
    ],
    [
      'a time that was changed',
      `UPDATE audit_log SET occurred_at = occurred_at - interval '1 day' WHERE chain = $1 AND sequence = 2`,
    ],
    ['an entry that was left out', `DELETE FROM audit_log WHERE chain = $1 AND sequence = 2`],
    ['the last entry left out', `DELETE FROM audit_log WHERE chain = $1 AND sequence = 4`],
    ['a whole log left out', `DELETE FROM audit_log WHERE chain = $1`],
    [
      'an entry that was put in between',
      `UPDATE audit_log SET sequence = sequence + 10 WHERE chain = $1 AND sequence > 2; UPDATE audit_log SET sequence = sequence - 9 WHERE chain = $1 AND sequence > 10;
       INSERT INTO audit_log (chain, sequence, entry, occurred_at, previous_hash, hash)
       SELECT chain, 3, e, occurred_at, hash, audit_hash(hash, e::text) FROM audit_log, LATERAL (SELECT replace(entry::text, id, 'aud_x')::json AS e) x WHERE chain = $1 AND sequence = 2`,
    ],
    [
      'two entries that changed places',
      `UPDATE audit_log SET sequence = sequence + 100 WHERE chain = $1 AND sequence IN (2, 3); UPDATE audit_log SET sequence = 105 - sequence WHERE chain = $1 AND sequence > 100`,
    ],
  ])('%s', async (_what, statement) => {
    expect(await forced(`SELECT 1`)).toEqual([]);
    expect((await forced(statement)).some((id) => id.startsWith(organization.id))).toBe(true);
  });
});

test('the audit of a whole database has nothing to say of it', async () => {
  expect(await audit(api.pool)).toEqual([]);
});

async function exported(id: string): Promise<string> {
  const response = await fetch(`${api.url}/v1/audit_log/export?organization=${id}`, {
    headers: { authorization: `Bearer ${adminKey}` },
  });
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  return response.text();
}

/** The script that the documentation gives. */
async function verify(chain: string, lines: string): Promise<string> {
  const docs = await readFile(new URL('../../docs/audit-log.md', import.meta.url), 'utf8');
  const script = /```sh\n([^]*?)```/.exec(docs)?.[1]?.replace(/^chain=.*$/m, `chain=${chain}`) ?? 'exit 9';
  const folder = await mkdtemp(join(tmpdir(), 'audit-'));
  try {
    await writeFile(join(folder, 'audit-log.ndjson'), lines);
    const { stdout } = await run('sh', ['-c', script], { cwd: folder }).catch(
      (failed: unknown) => failed as { stdout: string },
    );
    return stdout.trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('an export is lines of JSON that the documented script verifies, and none that was tampered with', async () => {
  const lines = await exported(organization.id);
  const entries = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { sequence: number });
  expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  expect(await verify(organization.id, lines)).toMatch(/^whole: 4 entries/);
  expect(await verify('org_other', lines)).toBe('broken at entry 1');
  expect(await verify(organization.id, lines.replace('"name":"b"', '"name":"x"'))).toBe('broken at entry 2');
  expect(await verify(organization.id, lines.split('\n').toSpliced(1, 1).join('\n'))).toBe(
    'broken at entry 3',
  );
});

test('operators read it with filters, also where nothing is', async () => {
  const of = async (query: string) =>
    (await api.call('GET', `/v1/audit_log?organization=${organization.id}&${query}`)).body as unknown as {
      data: { sequence: number; organization: string }[];
    };
  expect((await of('')).data.map(({ sequence }) => sequence)).toEqual([4, 3, 2, 1]);
  expect((await of('action=graph.create&limit=1')).data).toHaveLength(1);
  expect((await of(`actor=${organization.admin.userId}`)).data).toHaveLength(4);
  expect((await of('outcome=denied')).data).toEqual([]);
  expect(await exported((await anOrganization(api.pool)).id)).toBe('');
});

test('members read their own log where their roles and the plan allow it', async () => {
  const { id, customerId, admin } = await filled();
  const read = () =>
    listAuditEntries(plans.deps, ask(admin.actor), id, { action: 'graph.create' }, { last: 2 });
  expect((await read()).rows.map(({ sequence }) => sequence)).toEqual([3n, 4n]);
  plans.set(customerId, { ...enterprise, features: new Set() });
  await expect(read()).rejects.toMatchObject({ code: 'feature_missing' });
  await expect(
    listAuditEntries(plans.deps, ask(organization.admin.actor), id, {}, { first: 1 }),
  ).rejects.toMatchObject({ status: 404 });
});
