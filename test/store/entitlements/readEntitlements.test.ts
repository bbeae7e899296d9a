/** What customers are entitled to, read from a real database: each their own, and what is used of it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { PlanGrant } from '../../../src/domain/entitlements/snapshot.ts';
import type { CustomerId, PlanId } from '../../../src/domain/ids.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { zero } from '../../../src/domain/quantity.ts';
import { ingest } from '../../../src/ingest/ingest.ts';
import { inTransaction } from '../../../src/store/database.ts';
import { factsSql, readEntitlements } from '../../../src/store/entitlements/readEntitlements.ts';
import { countedSql } from '../../../src/store/entitlements/readUse.ts';
import { endOverride, insertOverride, selectOverrides } from '../../../src/store/entitlements/overrides.ts';
import { newId } from '../../../src/store/newId.ts';
import { addPlanVersion, savePlanFallback } from '../../../src/store/planWrites.ts';
import { foldUsage } from '../../../src/store/usageRollups.ts';
import { freshDatabase, type TestDatabase } from '../../stack/database.ts';
import {
  aGraph,
  aLiveSubscription,
  aMember,
  anOrganization,
  aStoredCustomer,
  aStoredFeature,
  aStoredMeter,
  aStoredPlan,
  aVersion,
  cancel,
} from './entitledCustomers.ts';

let database: TestDatabase;
let graphs: PlanGrant, seats: PlanGrant, variants: PlanGrant, calls: PlanGrant;
let pro: PlanId, free: PlanId;
beforeAll(async () => {
  database = await freshDatabase();
  const { pool } = database;
  graphs = await aStoredFeature(pool, 'graphs', { type: 'limit', limit: 3 });
  seats = await aStoredFeature(pool, 'seats', { type: 'limit', limit: null });
  variants = await aStoredFeature(pool, 'variants', { type: 'limit', limit: 5 });
  calls = await aStoredFeature(
    pool,
    'calls',
    { type: 'metered', allowance: zero.add(10), softLimit: null, hardLimit: zero.add(20) },
    await aStoredMeter(pool, 'call'),
  );
  pro = await aStoredPlan(pool, [graphs, seats, variants, calls]);
  free = await aStoredPlan(pool, [{ ...graphs, grant: { type: 'limit', limit: 1 } }], { fallback: true });
});
afterAll(() => database.drop());

const read = async (...ids: CustomerId[]) => readEntitlements(database.pool, ids, Date.now() as Instant);
const limitOf = async (id: CustomerId, code = 'graphs') => {
  const entitlement = (await read(id)).get(id)?.entitlements.get(code);
  return entitlement?.type === 'limit' ? entitlement.limit : undefined;
};
const overrideOf = (customerId: CustomerId, limit: number, endsAt: Instant | null = null) => ({
  id: newId('entitlement_override'),
  customerId,
  feature: graphs.feature,
  grant: { type: 'limit' as const, limit },
  reason: 'test',
  startsAt: Date.now() as Instant,
  endsAt,
  metadata: {},
});

test('each customer has its own: of a subscription, of the fallback, and of one that is deleted nothing', async () => {
  const { pool } = database;
  const [paying, other, deleted] = [
    await aStoredCustomer(pool),
    await aStoredCustomer(pool),
    await aStoredCustomer(pool),
  ];
  await aLiveSubscription(pool, paying, pro);
  await pool.query(`UPDATE customers SET deleted_at = now() WHERE id = $1`, [deleted]);
  const found = await read(paying, other, deleted, newId('customer'));
  expect([...found.keys()].sort()).toEqual([paying, other].sort());
  expect(found.get(paying)).toMatchObject({ standing: 'subscription' });
  expect(found.get(other)).toMatchObject({ standing: 'fallback' });
  expect([...(found.get(other)?.entitlements.keys() ?? [])]).toEqual(['graphs']);
});

test('seats, graphs and variants are counted for the organization of the customer, and of no other', async () => {
  const { pool } = database;
  const [one, other] = [await aStoredCustomer(pool), await aStoredCustomer(pool)];
  await aLiveSubscription(pool, one, pro);
  await aLiveSubscription(pool, other, pro);
  const [ours, theirs] = [await anOrganization(pool, one), await anOrganization(pool, other)];
  for (const role of ['org_admin', 'contributor', 'consumer', 'billing_manager'])
    await aMember(pool, ours, role);
  await aMember(pool, theirs, 'org_admin');
  await aGraph(pool, ours, 2);
  const deletedGraph = await aGraph(pool, ours, 4);
  await pool.query(`UPDATE graphs SET deleted_at = now() WHERE id = $1`, [deletedGraph]);
  await aGraph(pool, theirs, 1);
  const found = await read(one, other);
  expect(Object.fromEntries(found.get(one)?.used ?? [])).toEqual({ seats: 2, graphs: 1, variants: 2 });
  expect(Object.fromEntries(found.get(other)?.used ?? [])).toEqual({ seats: 1, graphs: 1, variants: 1 });
});

test('after a downgrade more is used than the limit, and nothing of it is gone', async () => {
  const { pool } = database;
  const customer = await aStoredCustomer(pool);
  const subscription = await aLiveSubscription(pool, customer, pro);
  const organization = await anOrganization(pool, customer);
  for (let nth = 0; nth < 3; nth += 1) await aGraph(pool, organization);
  await cancel(pool, subscription);
  expect((await read(customer)).get(customer)?.entitlements.get('graphs')).toMatchObject({
    limit: 1,
    used: 3,
    source: { from: 'fallback' },
  });
});

test('what is metered is what is billed: of the open period, folded or not, and of no other customer', async () => {
  const { pool } = database;
  const [one, other] = [await aStoredCustomer(pool), await aStoredCustomer(pool)];
  await aLiveSubscription(pool, one, pro);
  await aLiveSubscription(pool, other, pro);
  const call = (subject: CustomerId, id: string, secondsAgo: number) => ({
    specversion: '1.0',
    id,
    source: 'test',
    type: 'call',
    subject,
    time: new Date(Date.now() - secondsAgo * 1000).toISOString(),
  });
  const events = [call(one, 'a', 60), call(one, 'b', 60), call(one, 'before', 7200), call(other, 'c', 60)];
  await ingest(pool, JSON.stringify(events), Date.now() as Instant);
  const used = async (id: CustomerId) => {
    const entitlement = (await read(id)).get(id)?.entitlements.get('calls');
    return entitlement?.type === 'metered' ? entitlement.used.valueOf() : undefined;
  };
  expect([await used(one), await used(other)]).toEqual([2, 1]);
  while ((await foldUsage(pool)) > 0);
  expect([await used(one), await used(other)]).toEqual([2, 1]);
});

test('since when one is past due is kept while it is unpaid, and forgotten when it has paid', async () => {
  const { pool } = database;
  const customer = await aStoredCustomer(pool);
  const id = await aLiveSubscription(pool, customer, pro);
  const become = async (status: string) => {
    const { rows } = await pool.query<{ since: Instant | null }>(
      `UPDATE subscriptions SET status = $2 WHERE id = $1 RETURNING past_due_since AS since`,
      [id, status],
    );
    return rows[0]?.since ?? null;
  };
  const since = await become('past_due');
  expect(since).not.toBeNull();
  expect((await read(customer)).get(customer)).toMatchObject({
    standing: 'grace',
    validUntil: (since ?? 0) + 7 * 86_400_000,
  });
  expect(await become('unpaid')).toBe(since);
  expect((await read(customer)).get(customer)?.standing).toBe('fallback');
  expect(await become('past_due')).toBe(since);
  expect(await become('active')).toBeNull();
});

test('a new version of the fallback is what customers without a subscription have', async () => {
  const { pool } = database;
  const customer = await aStoredCustomer(pool);
  const before = await limitOf(customer);
  await inTransaction(pool, (tx) =>
    addPlanVersion(tx, free, aVersion([{ ...graphs, grant: { type: 'limit', limit: 2 } }])),
  );
  expect([before, await limitOf(customer)]).toEqual([1, 2]);
});

test('two plans are never the fallback', async () => {
  await expect(savePlanFallback(database.pool, pro, true)).rejects.toMatchObject({
    constraint: 'plans_fallback',
  });
});

test('overrides that are set at once replace each other: one is left, and each ended where the next began', async () => {
  const { pool } = database;
  const customer = await aStoredCustomer(pool);
  const overrides = Array.from({ length: 8 }, (_, nth) => overrideOf(customer, 10 + nth));
  await Promise.all(
    [...overrides, ...overrides].map((override) => inTransaction(pool, (tx) => insertOverride(tx, override))),
  );
  const { rows } = await pool.query<{ id: string; ended_at: Instant | null; grants: { limit: number } }>(
    `${selectOverrides} WHERE t.customer_id = $1`,
    [customer],
  );
  expect(rows).toHaveLength(overrides.length);
  const open = rows.filter(({ ended_at }) => ended_at === null);
  expect(open).toHaveLength(1);
  expect(await limitOf(customer)).toBe(open[0]?.grants.limit);
});

test('an override ends for its customer alone, and is never edited', async () => {
  const { pool } = database;
  const [one, other] = [await aStoredCustomer(pool), await aStoredCustomer(pool)];
  const [ours, theirs] = [overrideOf(one, 7), overrideOf(other, 8)];
  await inTransaction(pool, (tx) => insertOverride(tx, ours));
  await inTransaction(pool, (tx) => insertOverride(tx, theirs));
  await inTransaction(pool, (tx) => endOverride(tx, ours.id, Date.now() as Instant));
  expect([await limitOf(one), await limitOf(other)]).toEqual([2, 8]);
  for (const edit of [
    `UPDATE entitlement_overrides SET grants = '{"limit": 99}' WHERE id = $1`,
    `UPDATE entitlement_overrides SET ended_at = NULL WHERE id = $1`,
    `DELETE FROM entitlement_overrides WHERE id = $1`,
  ]) {
    await expect(pool.query(edit, [ours.id])).rejects.toMatchObject({ code: '23001' });
  }
});

test('what a version gives, and what a feature is, never changes; codes that bound permissions have their type', async () => {
  const { pool } = database;
  await expect(
    pool.query(`UPDATE plan_features SET grants = '{}' WHERE plan_id = $1`, [pro]),
  ).rejects.toMatchObject({ code: '23001' });
  await expect(pool.query(`UPDATE features SET type = 'config' WHERE code = 'graphs'`)).rejects.toMatchObject(
    { code: '23001' },
  );
  await expect(aStoredFeature(pool, 'sso', { type: 'limit', limit: 1 })).rejects.toMatchObject({
    constraint: 'features_bounding',
  });
});

test('among 3,000 customers the facts and the counts of some are read by indexes alone', async () => {
  const { pool } = database;
  await pool.query(
    `INSERT INTO customers (id, name, created) SELECT 'cus_many' || n, 'A', now() FROM generate_series(1, 3000) n`,
  );
  await pool.query(
    `INSERT INTO organizations (id, customer_id, name) SELECT 'org_many' || n, 'cus_many' || n, 'A' FROM generate_series(1, 3000) n`,
  );
  await pool.query(
    `INSERT INTO graphs (id, organization_id, name) SELECT 'gph_many' || n, 'org_many' || n, 'g' FROM generate_series(1, 3000) n`,
  );
  await pool.query(
    `INSERT INTO variants (id, organization_id, graph_id, name)
     SELECT 'var_many' || n, 'org_many' || n, 'gph_many' || n, 'current' FROM generate_series(1, 3000) n`,
  );
  await pool.query(`ANALYZE customers, organizations, graphs, variants`);
  const ids = ['cus_many5', 'cus_many77'];
  for (const [sql, values] of [
    [factsSql, [ids, new Date().toISOString()]],
    [countedSql, [ids]],
  ] as const) {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, [...values]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toMatch(/Seq Scan on (customers|organizations|graphs|variants)/);
  }
});
