/** What is read of organizations costs what is found, however many others there are. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PoolClient } from 'pg';
import type { OrganizationId, UserId } from '../../../src/domain/ids.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { inTransaction } from '../../../src/store/database.ts';
import { insertAuditEntries, selectAuditEntries } from '../../../src/store/organizations/auditLog.ts';
import { readFacts } from '../../../src/store/organizations/facts.ts';
import { readWindow } from '../../../src/store/organizations/keyset.ts';
import { findVariantsByName } from '../../../src/store/organizations/variants.ts';
import { freshDatabase, type TestDatabase } from '../../stack/database.ts';

const count = 20_000;
const entries = 3_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  const { pool } = database;
  const many = (insert: string) => pool.query(`${insert} FROM generate_series(1, ${String(count)}) n`);
  await many(`INSERT INTO customers (id, name, created) SELECT 'cus_' || n, 'A', now()`);
  await many(`INSERT INTO organizations (id, customer_id, name) SELECT 'org_' || n, 'cus_' || n, 'A'`);
  await many(`INSERT INTO users (id, email) SELECT 'usr_' || n, n || '@example.com'`);
  await many(
    `INSERT INTO memberships (id, organization_id, user_id, role) SELECT 'mem_' || n, 'org_' || n, 'usr_' || n, 'org_admin'`,
  );
  await many(`INSERT INTO graphs (id, organization_id, name) SELECT 'gph_' || n, 'org_' || n, 'shop'`);
  await many(
    `INSERT INTO variants (id, organization_id, graph_id, name, is_public) SELECT 'var_' || n, 'org_' || n, 'gph_' || n, 'current', n % 5000 = 0`,
  );
  await inTransaction(pool, (tx) =>
    insertAuditEntries(
      tx,
      Array.from({ length: entries }, (_, n) => ({
        chain: `org_${String(n)}` as OrganizationId,
        action: 'graph.read',
        outcome: n % 1_000 === 0 ? ('denied' as const) : ('done' as const),
        actor: { kind: 'user', id: `usr_${String(n)}` },
        resource: { kind: 'graph', id: `gph_${String(n)}` },
        occurredAt: 0 as Instant,
        requestId: 'req',
        reason: null,
        before: null,
        after: null,
      })),
    ),
  );
  await pool.query(
    `INSERT INTO memberships (id, organization_id, user_id, role)
     SELECT 'mem_one_' || n, 'org_1', 'usr_' || n, 'observer' FROM generate_series(2, 2000) n`,
  );
  await pool.query('VACUUM ANALYZE');
});
afterAll(() => database.drop());

/** How many rows of those tables `work` has looked at, by indexes or one after another. */
async function rowsRead(
  tables: readonly string[],
  work: (tx: PoolClient) => Promise<unknown>,
): Promise<number> {
  return inTransaction(database.pool, async (tx) => {
    await work(tx);
    const { rows } = await tx.query<{ read: number }>(
      `SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS read
         FROM pg_stat_xact_user_tables WHERE relname = ANY($1)`,
      [tables],
    );
    return rows[0]?.read ?? 0;
  });
}

test('a ref is found among those of its own, however many organizations have a graph of that name', async () => {
  const read = await rowsRead(['graphs', 'variants', 'memberships'], async (tx) => {
    const found = await findVariantsByName(tx, [{ graph: 'shop', variant: 'current' }], {
      userId: 'usr_3000' as UserId,
    });
    expect(found.map(({ id, own }) => [id, own])).toEqual([
      ['var_10000', false],
      ['var_15000', false],
      ['var_20000', false],
      ['var_3000', true],
      ['var_5000', false],
    ]);
  });
  expect(read).toBeLessThan(30);
});

test.each([
  ['resource', 'gph_1000'],
  ['actor', 'usr_1000'],
  ['outcome', 'denied'],
] as const)('the audit log is read by its %s alone, in one chain and in all', async (column, value) => {
  for (const chain of ['org_1000', undefined]) {
    const read = await rowsRead(['audit_log'], (tx) =>
      readWindow(
        tx,
        selectAuditEntries,
        [
          ['chain', chain],
          [column, value],
        ],
        { last: 20 },
      ),
    );
    expect(read).toBeLessThan(20);
  }
});

test('of an organization in which a user is nobody, nothing is counted: the time that it takes tells nothing of it', async () => {
  const readBy = (user: string) =>
    rowsRead(['memberships', 'graphs', 'variants'], (tx) =>
      readFacts(tx, ['org_1'], user as UserId, Date.now() as Instant, true),
    );
  expect(await readBy('usr_20000')).toBeLessThan(100);
  expect(await readBy('usr_1')).toBeGreaterThan(2_000);
});
