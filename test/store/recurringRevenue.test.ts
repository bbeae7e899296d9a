/** Random histories of recurring revenue, held against a reckoning that takes one customer after the other. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CustomerId, PlanId } from '../../src/domain/ids.ts';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import { monthsFrom, nextMonth, startOfMonth, type Month } from '../../src/domain/month.ts';
import type { Amount } from '../../src/domain/money.ts';
import { insertMrrMovements, type NewMrrMovement } from '../../src/store/mrrMovements.ts';
import { newId } from '../../src/store/newId.ts';
import { readRecurringMonths, type RecurringMonth } from '../../src/store/reads/reports/recurringRevenue.ts';
import { aStoredSubscription } from '../activities/storedSubscription.ts';
import { freshDatabase, type TestDatabase } from '../stack/database.ts';

let database: TestDatabase;
const planId: PlanId = newId('plan');
beforeAll(async () => {
  database = await freshDatabase();
  await database.pool.query(`INSERT INTO plans (id, code, name, created) VALUES ($1, 'p', 'P', now())`, [
    planId,
  ]);
  await database.pool.query(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit, grace_period_seconds, operation_id, created)
     VALUES ($1, 1, 'USD', 'month', 1, 'second', 0, gen_random_uuid(), now())`,
    [planId],
  );
});
afterAll(() => database.drop());

const start = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;

interface Happening {
  readonly customer: number;
  readonly subscription: number;
  readonly hour: number;
  readonly amount: number;
}

/** Few customers, subscriptions, instants and amounts, so that they meet; hours of half a year, often at its borders. */
const happening: fc.Arbitrary<Happening> = fc.record({
  customer: fc.nat(2),
  subscription: fc.nat(1),
  hour: fc.oneof(fc.nat(180 * 24), fc.constantFrom(0, 31 * 24, 31 * 24 - 1, 59 * 24, 90 * 24)),
  amount: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat(50) }),
});

const currencyOf = (customer: number) => (customer === 2 ? 'EUR' : 'USD');

/** Stores what happens to new subscriptions on a book of their own. */
async function stored(happenings: readonly Happening[]): Promise<string> {
  const clock = newId('test_clock');
  await database.pool.query(
    `INSERT INTO test_clocks (id, name, frozen_time, target_time) VALUES ($1, 'c', now(), now())`,
    [clock],
  );
  const customers = new Map<number, CustomerId>();
  const last = new Map<string, NewMrrMovement & { sequence: number }>();
  for (const { customer, subscription, hour, amount } of happenings) {
    const customerId = customers.get(customer) ?? newId('customer');
    if (!customers.has(customer)) {
      await database.pool.query(`INSERT INTO customers (id, name, created) VALUES ($1, 'A', now())`, [
        customerId,
      ]);
      customers.set(customer, customerId);
    }
    const key = `${String(customer)}/${String(subscription)}`;
    const before = last.get(key);
    const movement = {
      subscriptionId:
        before?.subscriptionId ??
        (await aStoredSubscription(database.pool, { customerId, planId, startedAt: start as Instant })),
      customerId,
      testClockId: clock,
      currency: currencyOf(customer),
      occurredAt: (start + hour * hourMs) as Instant,
      last: { sequence: before?.sequence ?? -1, amount: before?.amount ?? (0n as Amount) },
      amount: BigInt(amount) as Amount,
    };
    await insertMrrMovements(database.pool, [movement]);
    const moved = movement.last.amount !== movement.amount;
    last.set(key, { ...movement, sequence: movement.last.sequence + (moved ? 1 : 0) });
  }
  return clock;
}

type Reckoned = Omit<RecurringMonth, 'month' | 'currency'>;

/** One customer after the other, one instant after the other. */
function reckon(happenings: readonly Happening[], currency: string, month: Month): Reckoned {
  const [from, to] = [startOfMonth(month), startOfMonth(nextMonth(month))];
  const sums: Record<keyof Reckoned, bigint> = {
    ...{ opening: 0n, new: 0n, expansion: 0n, contraction: 0n, churn: 0n, reactivation: 0n, closing: 0n },
    ...{ customers_opening: 0n, customers_new: 0n, customers_churned: 0n },
    ...{ customers_reactivated: 0n, customers_closing: 0n },
  };
  for (const customer of [0, 1, 2].filter((each) => currencyOf(each) === currency)) {
    const amounts = new Map<number, number>();
    let before = 0;
    let known = false;
    let [opening, closing] = [0, 0];
    const own = happenings.filter((each) => each.customer === customer);
    for (const hour of [...new Set(own.map((each) => each.hour))]) {
      for (const each of own.filter((of) => of.hour === hour)) amounts.set(each.subscription, each.amount);
      const after = [...amounts.values()].reduce((sum, amount) => sum + amount, 0);
      const at = start + hour * hourMs;
      const change = BigInt(Math.abs(after - before));
      if (at < from) opening = after;
      if (at < to) closing = after;
      if (at >= from && at < to && after !== before) {
        if (!known) [sums.new, sums.customers_new] = [sums.new + change, sums.customers_new + 1n];
        else if (before === 0) {
          sums.reactivation += change;
          sums.customers_reactivated += 1n;
        } else if (after === 0)
          [sums.churn, sums.customers_churned] = [sums.churn + change, sums.customers_churned + 1n];
        else if (after > before) sums.expansion += change;
        else sums.contraction += change;
      }
      known ||= after !== 0;
      before = after;
    }
    sums.opening += BigInt(opening);
    sums.closing += BigInt(closing);
    sums.customers_opening += opening > 0 ? 1n : 0n;
    sums.customers_closing += closing > 0 ? 1n : 0n;
  }
  return sums;
}

test('each month is what its customers did, one by one, and what it opens with and does is what it closes with', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { minLength: 1, maxLength: 25 }),
      fc.nat(4),
      fc.nat(4),
      async (unordered, first, length) => {
        const happenings = unordered.toSorted((a, b) => a.hour - b.hour);
        const book = await stored(happenings);
        const months = monthsFrom('2026-01' as Month, '2026-09' as Month).slice(first, first + length + 1);
        const [from, to] = [months[0] ?? ('' as Month), months.at(-1) ?? ('' as Month)];
        const rows = await readRecurringMonths(database.pool, { book, currency: null, from, to });
        for (const { month, currency, ...row } of rows) {
          expect([month, currency, row]).toEqual([month, currency, reckon(happenings, currency, month)]);
          expect(row.opening + row.new + row.expansion - row.contraction - row.churn + row.reactivation).toBe(
            row.closing,
          );
          expect(
            row.customers_opening + row.customers_new - row.customers_churned + row.customers_reactivated,
          ).toBe(row.customers_closing);
        }
        // A currency that has moved by then has a row for each month; of the others there is nothing to tell.
        const currencies = new Set(rows.map(({ currency }) => currency));
        expect(rows).toHaveLength(currencies.size * months.length);
        for (const currency of ['EUR', 'USD']) {
          if (currencies.has(currency)) continue;
          for (const month of months) expect(reckon(happenings, currency, month).closing).toBe(0n);
        }
        const only = await readRecurringMonths(database.pool, { book, currency: 'USD', from, to });
        expect(only).toEqual(rows.filter(({ currency }) => currency === 'USD'));
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 40) },
  );
});

test('a movement begins with what the one before it came to: the database refuses a gap', async () => {
  const clock = await stored([{ customer: 0, subscription: 0, hour: 1, amount: 10 }]);
  const add = (sequence: number, before: number) =>
    database.pool.query(
      `INSERT INTO mrr_movements (subscription_id, sequence, previous_sequence, customer_id, book, currency, occurred_at, amount_before, amount_after)
       SELECT subscription_id, $2, $2 - 1, customer_id, book, currency, $4, $3, 99 FROM mrr_movements WHERE book = $1 AND sequence = 0`,
      [clock, sequence, before, formatInstant(start as Instant)],
    );
  await expect(add(1, 9)).rejects.toThrow(/foreign key/);
  await expect(add(2, 10)).rejects.toThrow(/foreign key/);
  await add(1, 10);
  await expect(add(1, 10)).rejects.toThrow(/duplicate key/);
  await expect(database.pool.query(`UPDATE mrr_movements SET amount_after = 1`)).rejects.toThrow(
    /append-only/,
  );
  await expect(database.pool.query(`DELETE FROM mrr_movements`)).rejects.toThrow(/append-only/);
});
