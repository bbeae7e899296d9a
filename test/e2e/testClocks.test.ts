/** Test clocks: many subscriptions on one, many clocks side by side, and what an advance costs (semantics.md, section 10). */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { eachOf } from '../../src/stack/demo/httpClient.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  aTestClock,
  invoicesOf,
  type Invoice,
} from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
}, 60_000);
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
});

const seats = { code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '1000' };

/** Monthly without usage, with usage and two grace periods, and quarterly: what becomes final, and when, differs. */
async function plans(): Promise<string[]> {
  const calls = {
    code: 'calls',
    type: 'usage',
    model: 'per_unit',
    unit_amount: '1',
    meter: await aMeter(dunlin),
  };
  return Promise.all([
    aPlan(dunlin, { prices: [seats] }),
    aPlan(dunlin, { prices: [seats, calls] }),
    aPlan(dunlin, { prices: [seats, calls], grace_period: 86_400 }),
    aPlan(dunlin, { interval_count: 3, prices: [seats] }),
  ]);
}

const start = '2026-01-01T00:00:00Z';
const end = '2027-01-01T00:00:00Z';
const day = (month: number, of: number) =>
  `2026-${String(month).padStart(2, '0')}-${String(of).padStart(2, '0')}T00:00:00Z`;

/** Subscription n of a clock: its plan, anchor, start and what it is changed to; a few pause, try out or end. */
async function signUp(customer: string, planIds: readonly string[], n: number): Promise<void> {
  const { id } = await aSubscription(dunlin, {
    customer,
    plan: planIds[n % 4] ?? '',
    quantity: 1 + (n % 7),
    start_at: day(1, 1 + (n % 10)),
    ...(n % 3 === 1 && { billing_cycle_anchor: { day_of_month: 28 + (n % 4) } }),
    ...(n % 10 === 5 && { trial_end: day(2, 14) }),
    ...(n % 10 === 7 && { cancel_at: day(7, 20) }),
  });
  if (n % 2 === 0) {
    await dunlin.client.patch(`/v1/subscriptions/${id}`, {
      quantity: 9,
      effective: day(3, 1 + (n % 20)),
      ...(n % 4 === 0 && { proration_behavior: 'always_invoice' }),
    });
  }
  if (n % 20 === 10) {
    await dunlin.client.post(`/v1/subscriptions/${id}/pause`, { at: day(5, 5), resumes_at: day(8, 8) });
  }
}

interface Billed {
  readonly customer: string;
  readonly position: number;
  readonly finalizedAt: string;
  readonly amounts: unknown;
}

/** The invoices of a clock in the order of their numbers, by whom they are for. */
async function billedOn(clock: string): Promise<Billed[]> {
  const { rows } = await dunlin.pool.query<{ external_id: string; id: string; sequence: bigint }>(
    `SELECT c.external_id, i.id, i.sequence FROM invoices i JOIN customers c ON c.id = i.customer_id
      WHERE i.book = $1 AND i.status <> 'draft' ORDER BY i.sequence`,
    [clock],
  );
  const billed: Billed[] = [];
  for (const { external_id: externalId, id, sequence } of rows) {
    const invoice = await dunlin.client.get<Invoice>(`/v1/invoices/${id}`);
    billed.push({
      customer: externalId.split('-')[1] ?? '',
      position: Number(sequence),
      finalizedAt: invoice.finalized_at ?? '',
      amounts: [
        invoice.status,
        invoice.total,
        invoice.amount_paid,
        invoice.attempt_count,
        invoice.period,
        ...invoice.lines.data.map(({ type, amount, quantity, period }) => [type, amount, quantity, period]),
      ],
    });
  }
  return billed;
}

test('100 subscriptions over a year are billed in the order of due times, the same every run', async () => {
  const planIds = await plans();
  const runs: Billed[][] = [];
  for (const run of ['first', 'second']) {
    const clock = await aTestClock(dunlin, start);
    const customers = new Map<number, string>();
    await eachOf(
      Array.from({ length: 100 }, (_, n) => n),
      8,
      async (n) => {
        const fields = {
          test_clock: clock,
          external_id: `${run}-${String(n)}`,
          ...(n % 25 === 24 && { token: 'pm_card_visa_chargeDeclinedInsufficientFunds' }),
        };
        customers.set(n, await aCustomer(dunlin, fields));
      },
    );
    // One after the other: of what is due at one instant, the subscription that was made first comes first.
    for (let n = 0; n < 100; n += 1) await signUp(customers.get(n) ?? '', planIds, n);
    await advanceTo(dunlin.client, clock, end);
    runs.push(await billedOn(clock));
  }
  const [first = [], second = []] = runs;
  expect(first.length).toBeGreaterThan(900);
  expect(first.map(({ position }) => position)).toEqual(first.map((_, nth) => nth + 1));
  const times = first.map(({ finalizedAt }) => finalizedAt);
  expect(times).toEqual(times.toSorted());
  expect(second).toEqual(first);
}, 300_000);

test('lesson 26: clocks that advance side by side to different times do not touch each other', async () => {
  const plan = await aPlan(dunlin);
  const months = [1, 3, 6, 12, 24];
  const lives = await Promise.all(
    months.map(async (count) => {
      const clock = await aTestClock(dunlin, start);
      const customer = await aCustomer(dunlin, { test_clock: clock });
      const { id } = await aSubscription(dunlin, { customer, plan });
      return { count, clock, id };
    }),
  );
  const until = (count: number) => new Date(Date.UTC(2026, count, 1)).toISOString();
  const standing = await aTestClock(dunlin, start);
  await eachOf(lives, lives.length, ({ count, clock }) => advanceTo(dunlin.client, clock, until(count)));
  for (const { count, clock, id } of lives) {
    expect(await dunlin.client.get(`/v1/test_clocks/${clock}`)).toMatchObject({
      status: 'ready',
      frozen_time: until(count).replace('.000', ''),
    });
    const invoices = await invoicesOf(dunlin, id);
    expect(invoices.map(({ number }) => Number(number?.split('-').at(-1)))).toEqual(
      Array.from({ length: count + 1 }, (_, nth) => nth + 1),
    );
    expect(new Set(invoices.map(({ status }) => status))).toEqual(new Set(['paid']));
  }
  expect(await dunlin.client.get(`/v1/test_clocks/${standing}`)).toMatchObject({ frozen_time: start });
});

test('a year of one subscription takes less than three seconds, and its workflow looks once', async () => {
  const plan = await aPlan(dunlin);
  const took: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const clock = await aTestClock(dunlin, start);
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const { id, workflow_id } = await aSubscription(dunlin, { customer, plan });
    const workflow = dunlin.temporal.workflow.getHandle(workflow_id);
    const before = (await workflow.describe()).historyLength;
    const began = performance.now();
    await advanceTo(dunlin.client, clock, '2027-01-02T00:00:00Z');
    took.push(performance.now() - began);
    expect(await invoicesOf(dunlin, id)).toHaveLength(13);
    expect((await workflow.describe()).historyLength - before).toBeLessThan(20);
  }
  expect(Math.min(...took)).toBeLessThan(3_000);
});

test('a year of changes leaves no payload of more than a few thousand bytes in the history', async () => {
  const plan = await aPlan(dunlin, { prices: [seats] });
  const clock = await aTestClock(dunlin, start);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id, workflow_id } = await aSubscription(dunlin, { customer, plan });
  for (let month = 1; month <= 12; month += 1) {
    await advanceTo(dunlin.client, clock, day(month, 15));
    await dunlin.client.patch(`/v1/subscriptions/${id}`, { quantity: 1 + month });
    for (const effective of [day(month, 20), '2028-01-01T00:00:00Z'])
      await dunlin.client.patch(`/v1/subscriptions/${id}`, { quantity: 20 + month, effective });
  }
  const { events } = await dunlin.temporal.workflow.getHandle(workflow_id).fetchHistory();
  const payloads = (events ?? []).flatMap(
    ({ activityTaskCompletedEventAttributes: completed }) => completed?.result?.payloads ?? [],
  );
  expect(payloads.length).toBeGreaterThan(36);
  expect(Math.max(...payloads.map(({ data }) => data?.length ?? 0))).toBeLessThan(2_500);
});
