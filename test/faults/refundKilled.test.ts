/** The worker process is killed on a line of a credit note or its refund: one note, one refund, and the books right all the same. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { eventually } from '../stack/builders.ts';
import { aClockedLife } from '../stack/clockedLife.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin | undefined;
afterEach(() => dunlin?.stop());

test.each([
  ['between the number and the commit of the note', 'INSERT INTO credit_note_lines'],
  ['between the committed note and the provider', 'POST .*/refunds/batch'],
  ["between the provider's answer and the database", 'UPDATE refunds SET status'],
])('killed %s', async (_moment, statement) => {
  const marker = join(await mkdtemp(join(tmpdir(), 'dunlin-fault-')), 'fault');
  const preload = [new URL('killOnQuery.mjs', import.meta.url).href];
  const stack = await startDunlin({ preload, env: { FAULT_QUERY: statement, FAULT_MARKER: marker } });
  dunlin = stack;
  const life = await aClockedLife(stack, {});
  await writeFile(`${marker}.armed`, '');
  const body = { invoice: life.subscription.latest_invoice, reason: 'other', refund_amount: 1000 };
  const ask = () => stack.call('POST', '/v1/credit_notes', body, { 'idempotency-key': 'once' });
  const answer = await eventually(ask, ({ status }) => status === 201, 60_000);
  await eventually(
    () =>
      stack.client.get<{ refunds: { status: string }[] }>(`/v1/credit_notes/${String(answer.body['id'])}`),
    ({ refunds }) => refunds[0]?.status === 'succeeded',
    60_000,
  );
  expect(await readFile(marker, 'utf8')).toMatch(new RegExp(statement, 's'));
  const { rows } = await stack.pool.query(
    `SELECT (SELECT count(*)::int FROM credit_notes) AS notes, (SELECT count(*)::int FROM sandbox.refunds) AS refunds`,
  );
  expect(rows).toEqual([{ notes: 1, refunds: 1 }]);
  expect(await audit(stack.pool)).toEqual([]);
});
