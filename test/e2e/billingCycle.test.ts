/** Real time: the billing cycle does what is due for the many, and whoever it misses is billed by its own workflow. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { seedDueSubscriptions } from '../../bench/renewals.ts';
import { audit } from '../../src/audit/audit.ts';
import { refreshSignal } from '../../src/workflows/contract/longLived.ts';
import { billingCycleScheduleId } from '../../src/workflows/contract/schedules.ts';
import {
  aCustomer,
  aPlan,
  aSubscription,
  eventually,
  invoicesOf,
  type Subscription,
} from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin({
    env: { BILLING_CHECK_MARGIN_SECONDS: '1', BILLING_CHECK_JITTER_SECONDS: '0' },
  });
}, 60_000);
afterAll(() => dunlin.stop());

const schedule = () => dunlin.temporal.schedule.getHandle(billingCycleScheduleId);

async function waitUntilIdle(): Promise<void> {
  await eventually(
    async () => (await schedule().describe()).info.runningActions.length,
    (running) => running === 0,
    70_000,
  );
}

/** As if the subscription had begun a period ago: it ends in a moment. */
async function endSoon({ id }: Subscription, inMs: number): Promise<void> {
  const end = new Date(Date.now() + inMs);
  await dunlin.pool.query(
    `UPDATE subscription_periods SET ends_at = $2 WHERE subscription_id = $1 AND index = 0`,
    [id, end],
  );
  await dunlin.pool.query(
    `UPDATE subscriptions SET current_period_end = $2, next_due_at = $2 WHERE id = $1`,
    [id, end],
  );
  await dunlin.temporal.workflow.getHandle(`subscription/${id}`).signal(refreshSignal);
}

test('the cycle renews what is due within seconds, all of it once', async () => {
  await seedDueSubscriptions(dunlin.pool, 300, 10);
  const counted = () =>
    dunlin.pool.query<{ status: string; count: number }>(
      'SELECT status, count(*)::int AS count FROM invoices GROUP BY status',
    );
  await eventually(
    async () => (await counted()).rows,
    (rows) => rows.length === 1 && rows[0]?.status === 'paid' && rows[0].count === 300,
    60_000,
  );
});

test('an operator who pauses the schedule over a period end finds everyone billed once all the same', async () => {
  await schedule().pause('maintenance');
  await waitUntilIdle();
  const plan = await aPlan(dunlin);
  const subscriptions: Subscription[] = [];
  for (let nth = 0; nth < 3; nth += 1)
    subscriptions.push(await aSubscription(dunlin, { customer: await aCustomer(dunlin), plan }));
  for (const subscription of subscriptions) await endSoon(subscription, 1_000);
  for (const { id } of subscriptions) {
    const invoices = await eventually(
      () => invoicesOf(dunlin, id),
      (found) => found.length === 2 && found[1]?.status === 'paid',
    );
    expect(invoices.map(({ total }) => total)).toEqual([1000, 1000]);
  }
  await schedule().unpause();
  await schedule().trigger();
  await waitUntilIdle();
  for (const { id } of subscriptions) expect(await invoicesOf(dunlin, id)).toHaveLength(2);
});

test('one that fails is set aside with its reason, and holds up nobody', async () => {
  const plan = await aPlan(dunlin);
  const [broken, fine] = [
    await aSubscription(dunlin, { customer: await aCustomer(dunlin), plan }),
    await aSubscription(dunlin, { customer: await aCustomer(dunlin), plan }),
  ];
  // A timezone that has gone from the database of timezones.
  await dunlin.pool.query(
    `UPDATE customers SET timezone = 'Atlantis/Poseidonis' WHERE id = (SELECT customer_id FROM subscriptions WHERE id = $1)`,
    [broken.id],
  );
  const now = new Date();
  for (const { id } of [broken, fine]) {
    await dunlin.pool.query(`UPDATE subscription_periods SET ends_at = $2 WHERE subscription_id = $1`, [
      id,
      now,
    ]);
    await dunlin.pool.query(
      `UPDATE subscriptions SET current_period_end = $2, next_due_at = $2 WHERE id = $1`,
      [id, now],
    );
  }
  await schedule().trigger();
  await eventually(
    () => invoicesOf(dunlin, fine.id),
    (found) => found.length === 2,
    60_000,
  );
  // Another shard may come later.
  const { rows } = await eventually(
    () =>
      dunlin.pool.query<{ reason: string; step: string }>(
        'SELECT step, reason FROM set_asides WHERE subject_id = $1',
        [broken.id],
      ),
    (found) => found.rows.length > 0,
  );
  expect(rows).toMatchObject([{ step: 'advance' }]);
  expect(rows[0]?.reason).toMatch(/atlantis/i);
  const ready = (await (await fetch(`${dunlin.url}/readyz`)).json()) as {
    due_not_done: { set_aside: number };
  };
  expect(ready.due_not_done.set_aside).toBe(1);
  // Mended, it is billed by its retry.
  await dunlin.pool.query(`UPDATE customers SET timezone = 'UTC'`);
  await dunlin.pool.query(`UPDATE set_asides SET retry_at = now()`);
  await eventually(
    () => invoicesOf(dunlin, broken.id),
    (found) => found.length === 2,
    60_000,
  );
  expect((await dunlin.pool.query('SELECT FROM set_asides')).rowCount).toBe(0);
});

test('the audit finds nothing but what the seeded rows lack', async () => {
  const violations = await audit(dunlin.pool);
  expect(violations.filter(({ id }) => !id.startsWith('sub_b'))).toEqual([]);
});
