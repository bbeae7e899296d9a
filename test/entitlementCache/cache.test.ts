/** The cache follows every change by events: within a second, also after its connection has died; and it stays small. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { checkEntitlement } from '../../src/domain/entitlements/check.ts';
import type { PlanGrant } from '../../src/domain/entitlements/snapshot.ts';
import type { CustomerId, PlanId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { one, zero } from '../../src/domain/quantity.ts';
import { startEntitlementCache, type EntitlementCache } from '../../src/entitlementCache/cache.ts';
import { inTransaction } from '../../src/store/database.ts';
import { endOverride, insertOverride } from '../../src/store/entitlements/overrides.ts';
import { newId } from '../../src/store/newId.ts';
import { savePlanFallback } from '../../src/store/planWrites.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import {
  aGraph,
  aLiveSubscription,
  aMember,
  anOrganization,
  aStoredCustomer,
  aStoredFeature,
  aStoredMeter,
  aStoredPlan,
  cancel,
} from '../store/entitlements/entitledCustomers.ts';
import { lineTo, type Line } from '../api/apiOnly.ts';

let database: TestDatabase;
let sso: PlanGrant, graphs: PlanGrant;
let pro: PlanId, free: PlanId;
let line: Line;
let cache: EntitlementCache;
beforeAll(async () => {
  database = await freshDatabase();
  const { pool } = database;
  sso = await aStoredFeature(pool, 'sso', { type: 'boolean', value: true });
  graphs = await aStoredFeature(pool, 'graphs', { type: 'limit', limit: 3 });
  pro = await aStoredPlan(pool, [sso, graphs]);
  free = await aStoredPlan(pool, [graphs]);
  line = await lineTo(database.url);
});
afterAll(async () => {
  await line.cut();
  await database.drop();
});

/** Waits for something that an event brings about; what never comes is told after the second that it may take. */
async function within(milliseconds: number, holds: () => Promise<boolean> | boolean): Promise<number> {
  const started = performance.now();
  for (;;) {
    const answer = await holds();
    const took = performance.now() - started;
    if (answer) return took;
    if (took > milliseconds) throw new Error(`it does not hold after ${took.toFixed(0)} ms`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const second = 1_000;

const start = (options: { maximum?: number; meteredMs?: number } = {}) =>
  startEntitlementCache({ pool: database.pool, databaseUrl: line.url, ...options });
beforeEach(async () => {
  await line.mend();
  cache = start();
  await within(10 * second, () => cache.isListening());
});
afterEach(() => cache.stop());

const allowed = async (id: CustomerId, code = 'sso', of = cache) => {
  const snapshot = (await of.of([id])).get(id);
  return snapshot !== undefined && checkEntitlement(snapshot, code, one).allowed;
};
const aSubscriber = async () => {
  const id = await aStoredCustomer(database.pool);
  return { id, subscription: await aLiveSubscription(database.pool, id, pro) };
};

/** Everything that has happened so far was heard: notifications come in the order of commits. */
async function settled(of = cache): Promise<void> {
  const marker = await aStoredCustomer(database.pool);
  await of.of([marker]);
  await database.pool.query(`SELECT pg_notify('entitlements', $1)`, [marker]);
  await within(second, async () => {
    const before = of.loads;
    await of.of([marker]);
    return of.loads > before;
  });
}

test('what was read once is answered without a question to Postgres', async () => {
  const { id } = await aSubscriber();
  await settled();
  expect(await allowed(id)).toBe(true);
  const before = cache.loads;
  for (let nth = 0; nth < 100; nth += 1) await allowed(id);
  expect(cache.loads).toBe(before);
});

test('a hundred who ask at once for what is not known cause one question', async () => {
  const subscribers = [await aSubscriber(), await aSubscriber(), await aSubscriber()];
  await settled();
  const before = cache.loads;
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, nth) => allowed(subscribers[nth % 3]?.id ?? newId('customer'))),
  );
  expect(answers.every(Boolean)).toBe(true);
  expect(cache.loads).toBe(before + 1);
});

test('a subscription that is canceled is a no within one second', async () => {
  const { id, subscription } = await aSubscriber();
  expect(await allowed(id)).toBe(true);
  await cancel(database.pool, subscription);
  await within(second, async () => !(await allowed(id)));
});

test("also after the listener's connection was killed: nothing is kept while nothing is heard", async () => {
  const { id, subscription } = await aSubscriber();
  expect(await allowed(id)).toBe(true);
  await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'dunlin entitlements' AND datname = current_database()`,
  );
  await cancel(database.pool, subscription);
  await within(second, async () => !(await allowed(id)));
  await within(5 * second, () => cache.isListening());
  const again = await aSubscriber();
  expect(await allowed(again.id)).toBe(true);
  await cancel(database.pool, again.subscription);
  await within(second, async () => !(await allowed(again.id)));
});

test('while its connection is away it answers from Postgres, each time', async () => {
  const { id, subscription } = await aSubscriber();
  expect(await allowed(id)).toBe(true);
  await line.cut();
  await within(second, () => !cache.isListening());
  expect(cache.size).toBe(0);
  expect(await allowed(id)).toBe(true);
  await cancel(database.pool, subscription);
  expect(await allowed(id)).toBe(false);
  expect(cache.size).toBe(0);
  await line.mend();
  await within(5 * second, () => cache.isListening());
  await allowed(id);
  expect(cache.size).toBe(1);
});

test('what an organization has used is followed as well', async () => {
  const { id } = await aSubscriber();
  const organization = await anOrganization(database.pool, id);
  const used = async (code: 'seats' | 'graphs' | 'variants') =>
    (await cache.of([id])).get(id)?.used.get(code);
  expect(await used('graphs')).toBe(0);
  await aGraph(database.pool, organization, 2);
  await within(second, async () => (await used('graphs')) === 1 && (await used('variants')) === 2);
  await aMember(database.pool, organization, 'contributor');
  await within(second, async () => (await used('seats')) === 1);
  await database.pool.query(`UPDATE memberships SET role = 'consumer' WHERE organization_id = $1`, [
    organization,
  ]);
  await within(second, async () => (await used('seats')) === 0);
});

test('an override is followed when it begins, when it is ended, and when its time is over', async () => {
  const id = await aStoredCustomer(database.pool);
  expect(await allowed(id)).toBe(false);
  const override = (endsAt: Instant | null) => ({
    id: newId('entitlement_override'),
    customerId: id,
    ...sso,
    reason: '',
    startsAt: Date.now() as Instant,
    endsAt,
    metadata: {},
  });
  const first = override(null);
  await inTransaction(database.pool, (tx) => insertOverride(tx, first));
  await within(second, () => allowed(id));
  await inTransaction(database.pool, (tx) => endOverride(tx, first.id, Date.now() as Instant));
  await within(second, async () => !(await allowed(id)));
  const endsAt = (Date.now() + 300) as Instant;
  await inTransaction(database.pool, (tx) => insertOverride(tx, override(endsAt)));
  await within(second, async () => (await allowed(id)) || Date.now() >= endsAt);
  await within(2 * second, async () => !(await allowed(id)));
  expect(Date.now()).toBeGreaterThanOrEqual(endsAt);
});

test('another fallback plan is followed by all who have it', async () => {
  const id = await aStoredCustomer(database.pool);
  expect(await allowed(id, 'graphs')).toBe(false);
  await savePlanFallback(database.pool, free, true);
  await within(second, () => allowed(id, 'graphs'));
  await savePlanFallback(database.pool, free, false);
  await within(second, async () => !(await allowed(id, 'graphs')));
});

test('what changes while it is read is not kept', async () => {
  const { id, subscription } = await aSubscriber();
  const reading = allowed(id);
  await cancel(database.pool, subscription);
  await reading;
  await within(second, async () => !(await allowed(id)));
});

test('customers are found by what a client calls them, and a name that moves on is followed', async () => {
  const { pool } = database;
  const [one, other] = [await aStoredCustomer(pool, 'acme'), await aStoredCustomer(pool)];
  const named = async () => (await cache.named(['acme'])).get('acme')?.customerId;
  expect(await named()).toBe(one);
  await pool.query(`UPDATE customers SET external_id = NULL WHERE id = $1`, [one]);
  await within(second, async () => (await named()) === undefined);
  await pool.query(`UPDATE customers SET external_id = 'acme' WHERE id = $1`, [other]);
  await within(second, async () => (await named()) === other);
  await pool.query(`UPDATE customers SET deleted_at = now() WHERE id = $1`, [other]);
  await within(second, async () => (await named()) === undefined);
});

test('it keeps no more than it may, and those that were asked for last', async () => {
  const small = start({ maximum: 2 });
  try {
    await within(10 * second, () => small.isListening());
    const [first, middle, last] = [await aSubscriber(), await aSubscriber(), await aSubscriber()];
    await settled(small);
    for (const { id } of [first, middle, first, last]) await allowed(id, 'sso', small);
    expect(small.size).toBe(2);
    const before = small.loads;
    await allowed(first.id, 'sso', small);
    await allowed(last.id, 'sso', small);
    expect(small.loads).toBe(before);
    await allowed(middle.id, 'sso', small);
    expect(small.loads).toBe(before + 1);
  } finally {
    await small.stop();
  }
});

test('metered use is read again after a while even where no folding tells of it', async () => {
  const { pool } = database;
  const calls = await aStoredFeature(
    pool,
    'calls',
    { type: 'metered', allowance: zero.add(1), softLimit: null, hardLimit: null },
    await aStoredMeter(pool, 'call'),
  );
  const id = await aStoredCustomer(pool);
  await aLiveSubscription(pool, id, await aStoredPlan(pool, [calls]));
  const impatient = start({ meteredMs: 1 });
  try {
    await within(10 * second, () => impatient.isListening());
    await allowed(id, 'calls', impatient);
    const before = impatient.loads;
    await within(second, async () => (await allowed(id, 'calls', impatient)) && impatient.loads > before);
  } finally {
    await impatient.stop();
  }
});

test('who lives by a test clock is read each time: its time moves by jumps', async () => {
  const { pool } = database;
  const id = await aStoredCustomer(pool);
  const clock = newId('test_clock');
  await pool.query(
    `INSERT INTO test_clocks (id, name, frozen_time, target_time) VALUES ($1, 'c', '2026-01-01', '2026-01-01')`,
    [clock],
  );
  await pool.query(`UPDATE customers SET test_clock_id = $2 WHERE id = $1`, [id, clock]);
  await allowed(id);
  await allowed(id);
  expect(cache.size).toBe(0);
});
