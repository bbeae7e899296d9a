/** Moving the many to another version of their plan. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seedDueSubscriptions } from '../../bench/renewals.ts';
import { planMigrationActivities } from '../../src/activities/planMigration.ts';
import type { PlanId } from '../../src/domain/ids.ts';
import { newId } from '../../src/store/newId.ts';
import { insertPlanMigration } from '../../src/store/planMigrations.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';
import { dependenciesOn } from './dependencies.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await freshDatabase();
}, 60_000);
afterAll(() => database.drop());

test('lesson 21: 10,000 subscriptions are moved a few hundred at a time, and each is moved once by two at once', async () => {
  await seedDueSubscriptions(database.pool, 10_000, 1);
  const { rows: plans } = await database.pool.query<{ id: PlanId }>(`SELECT id FROM plans`);
  const plan = plans[0]?.id as PlanId;
  await database.pool.query(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit, grace_period_seconds, operation_id, created)
     SELECT plan_id, 2, currency, interval, interval_count, proration_unit, grace_period_seconds, gen_random_uuid(), created
       FROM plan_versions WHERE plan_id = $1`,
    [plan],
  );
  await database.pool.query(
    `INSERT INTO prices SELECT id || '_2', plan_id, 2, position, code, meter_id, definition FROM prices WHERE plan_id = $1`,
    [plan],
  );
  const id = newId('plan_migration');
  await insertPlanMigration(database.pool, {
    id,
    planId: plan,
    version: 2,
    effective: 'period_end',
    subscriptionId: null,
  });
  const activities = planMigrationActivities(dependenciesOn(database.pool));
  let batches = 0;
  const work = async () => {
    for (;;) {
      batches += 1;
      if ((await activities.migrateBatch(id)).left === 0) return;
    }
  };
  await Promise.all([work(), work()]);
  expect(batches).toBeLessThan(100);
  const { rows } = await database.pool.query(
    `SELECT change ->> 'planVersion' AS version, at_period, count(DISTINCT subscription_id)::int AS subscriptions,
            count(*)::int AS changes
       FROM subscription_changes GROUP BY 1, 2`,
  );
  expect(rows).toEqual([{ version: '2', at_period: 1, subscriptions: 10_000, changes: 10_000 }]);
}, 120_000);
