/** Thresholds of metered features: told once, however often and by how many it is looked. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { entitlementThresholdActivities } from '../../src/activities/entitlementThresholds.ts';
import type { PlanGrant } from '../../src/domain/entitlements/snapshot.ts';
import type { CustomerId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { zero } from '../../src/domain/quantity.ts';
import { ingest } from '../../src/ingest/ingest.ts';
import { inTransaction } from '../../src/store/database.ts';
import { endOverride, insertOverride } from '../../src/store/entitlements/overrides.ts';
import { newId } from '../../src/store/newId.ts';
import { foldUsage } from '../../src/store/usageRollups.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { othersHaveEnded } from '../stack/othersHaveEnded.ts';
import {
  aLiveSubscription,
  aStoredCustomer,
  aStoredFeature,
  aStoredMeter,
  aStoredPlan,
} from '../store/entitlements/entitledCustomers.ts';
import { dependenciesOn } from './dependencies.ts';

let database: TestDatabase;
let calls: PlanGrant;
let look: () => Promise<number>;
beforeAll(async () => {
  database = await freshDatabase();
  const { pool } = database;
  calls = await aStoredFeature(
    pool,
    'calls',
    { type: 'metered', allowance: zero.add(10), softLimit: null, hardLimit: null },
    await aStoredMeter(pool, 'call'),
  );
  const activities = entitlementThresholdActivities(dependenciesOn(pool));
  look = () => activities.lookAtEntitlements();
});
afterAll(() => database.drop());

async function aCaller(): Promise<CustomerId> {
  const id = await aStoredCustomer(database.pool);
  await aLiveSubscription(database.pool, id, await aStoredPlan(database.pool, [calls]));
  return id;
}

async function use(customer: CustomerId, count: number): Promise<void> {
  const events = Array.from({ length: count }, () => ({
    specversion: '1.0',
    id: newId('event'),
    source: 'test',
    type: 'call',
    subject: customer,
    time: new Date(Date.now() - 60_000).toISOString(),
  }));
  await ingest(database.pool, JSON.stringify(events), Date.now() as Instant);
}

async function fold(): Promise<void> {
  await othersHaveEnded(database.pool);
  while ((await foldUsage(database.pool)) > 0);
}

async function told(customer: CustomerId): Promise<unknown[]> {
  const { rows } = await database.pool.query<{ data: unknown }>(
    `SELECT data FROM event_log WHERE customer_id = $1 AND type = 'entitlement.threshold_reached' ORDER BY sequence`,
    [customer],
  );
  return rows.map(({ data }) => (data as { percent: number }).percent);
}

test('each is told once for a period, when it is reached and for who has reached it', async () => {
  const [caller, other] = [await aCaller(), await aCaller()];
  await use(caller, 4);
  await fold();
  expect(await look()).toBe(0);
  await use(caller, 4);
  await use(other, 1);
  await fold();
  expect(await look()).toBe(2);
  expect([await told(caller), await told(other)]).toEqual([[50, 80], []]);
  expect(await look()).toBe(0);
  await use(caller, 20);
  await fold();
  expect(await look()).toBe(1);
  expect(await told(caller)).toEqual([50, 80, 100]);
});

test('of several that look at once each threshold is told by one', async () => {
  const caller = await aCaller();
  await use(caller, 10);
  await fold();
  await database.pool.query(
    `INSERT INTO entitlement_looks (customer_id) VALUES ($1) ON CONFLICT DO NOTHING`,
    [caller],
  );
  const counts = await Promise.all([look(), look(), look(), look()]);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(await told(caller)).toEqual([50, 80, 100]);
});

test('a look that dies is made again: what it took is taken by the next one', async () => {
  const caller = await aCaller();
  await use(caller, 5);
  await fold();
  await database.pool.query(
    `CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'died'; END $$;
     CREATE TRIGGER dies BEFORE INSERT ON entitlement_thresholds FOR EACH ROW EXECUTE FUNCTION die()`,
  );
  await expect(look()).rejects.toThrow('died');
  await database.pool.query(`DROP TRIGGER dies ON entitlement_thresholds`);
  expect(await look()).toBe(1);
  expect(await told(caller)).toEqual([50]);
});

test('what nothing is entitled by is folded without a note', async () => {
  const customer = await aStoredCustomer(database.pool);
  await aStoredMeter(database.pool, 'other');
  await ingest(
    database.pool,
    JSON.stringify({ specversion: '1.0', id: 'o', source: 'test', type: 'other', subject: customer }),
    Date.now() as Instant,
  );
  await fold();
  const { rowCount } = await database.pool.query(`SELECT FROM entitlement_looks WHERE customer_id = $1`, [
    customer,
  ]);
  expect(rowCount).toBe(0);
});

test('what is passed because an override has been ended is told without more being used', async () => {
  const caller = await aCaller();
  const id = newId('entitlement_override');
  await inTransaction(database.pool, (tx) =>
    insertOverride(tx, {
      id,
      customerId: caller,
      feature: calls.feature,
      grant: { type: 'metered', allowance: zero.add(100), softLimit: null, hardLimit: null },
      reason: '',
      startsAt: Date.now() as Instant,
      endsAt: null,
      metadata: {},
    }),
  );
  await use(caller, 8);
  await fold();
  expect(await look()).toBe(0);
  await inTransaction(database.pool, (tx) => endOverride(tx, id, Date.now() as Instant));
  await look();
  expect(await told(caller)).toEqual([50, 80]);
});
