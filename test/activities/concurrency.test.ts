/** Many at once, and the same thing from several sides: one invoice a boundary, no gap in the numbers, nobody stuck. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { seedDueSubscriptions } from '../../bench/renewals.ts';
import { billAllDue } from '../../src/activities/billDue.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { subscriptionActivities } from '../../src/activities/subscription.ts';
import { audit } from '../../src/audit/audit.ts';
import type { SubscriptionId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';

let database: TestDatabase;
let deps: Dependencies;
beforeEach(async () => {
  database = await freshDatabase();
  deps = dependenciesOn(database.pool);
});
afterEach(() => database.drop());

const now = () => Date.now() as Instant;
const shards = (count: number) =>
  Array.from({ length: count }, (_, shard) => billAllDue(deps, { kind: 'live', shard, shards: count }, now));
/** The seeded rows begin with a second period: what the audit misses of the first is not ours. */
const findings = async () =>
  (await audit(database.pool)).filter(({ message }) => !message.includes('price fee has 0 lines'));

test('lesson 18: 10,000 finalisations at once leave no gap in the numbers, and none stuck', async () => {
  await seedDueSubscriptions(database.pool, 10_000, 10);
  await Promise.all(shards(8));
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS invoices, count(DISTINCT sequence)::int AS numbers, min(sequence)::int AS first,
            max(sequence)::int AS last, count(*) FILTER (WHERE status = 'paid')::int AS paid FROM invoices`,
  );
  expect(rows).toEqual([{ invoices: 10_000, numbers: 10_000, first: 1, last: 10_000, paid: 10_000 }]);
  expect((await database.pool.query('SELECT FROM set_asides')).rowCount).toBe(0);
});

test('lesson 2: renewal, cancellation and finalisation of the same subscriptions at once bill each boundary once', async () => {
  await seedDueSubscriptions(database.pool, 60, 10);
  const { rows } = await database.pool.query<{ id: SubscriptionId }>(
    'SELECT id FROM subscriptions ORDER BY id',
  );
  const activities = subscriptionActivities(deps);
  const cancel = async (id: SubscriptionId) => {
    await activities.cancelSubscription(id, { operationId: id, at: 'now', creditUnused: false });
    await activities.bringUpToDate(id);
  };
  await Promise.all([
    ...shards(3),
    ...rows.map(({ id }, nth) => (nth % 2 === 0 ? cancel(id) : activities.bringUpToDate(id))),
    ...shards(3),
    ...rows.map(({ id }) => activities.bringUpToDate(id)),
  ]);
  await Promise.all(shards(1));
  const doubled = await database.pool.query(
    `SELECT subscription_id FROM invoices GROUP BY subscription_id, boundary HAVING count(*) > 1`,
  );
  expect(doubled.rows).toEqual([]);
  const states = await database.pool.query(
    `SELECT status, count(*)::int AS count FROM subscriptions GROUP BY status ORDER BY status`,
  );
  expect(states.rows).toEqual([
    { status: 'active', count: 30 },
    { status: 'canceled', count: 30 },
  ]);
  const unpaid = await database.pool.query(`SELECT FROM invoices WHERE status <> 'paid'`);
  expect(unpaid.rowCount).toBe(0);
  expect(await findings()).toEqual([]);
});
