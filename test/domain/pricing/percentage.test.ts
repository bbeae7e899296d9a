/** A share of what each event carries: allowances, bounds, and events in runs (semantics.md, section 4). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PercentageModel } from '../../../src/domain/pricing/price.ts';
import { rate } from '../../../src/domain/pricing/rate.ts';
import { formatExact, type Decimal } from '../../../src/domain/quantity.ts';
import { eventNeed, type EventRun } from '../../../src/domain/usage.ts';
import { aUsagePrice, dec, paidBy, percentage, perUnit } from './builders.ts';

const sum = (amounts: readonly Decimal[]) => amounts.reduce((total, amount) => total.add(amount), dec(0));

describe('percentage', () => {
  test.each<[string, PercentageModel, (string | number)[], string]>([
    ['of nothing', percentage('2.9', { fixedAmount: dec(30) }), [], '0'],
    ['of one event', percentage('2.9', { fixedAmount: dec(30) }), [1000], '59'],
    [
      'of each event, with its fixed amount',
      percentage('2.9', { fixedAmount: dec(30) }),
      [1000, 50],
      '90.45',
    ],
    ['an event of 0 is charged its fixed amount', percentage('1', { fixedAmount: dec(3) }), [0], '3'],
    [
      'a rate of 12 digits',
      percentage('0.000000000001'),
      ['0.000000000001'],
      '1/100000000000000000000000000',
    ],
    ['free events', percentage('10', { fixedAmount: dec(1), freeEvents: 2n }), [100, 200, 300], '31'],
    [
      'as many free events as there are',
      percentage('10', { fixedAmount: dec(1), freeEvents: 2n }),
      [1, 2],
      '0',
    ],
    [
      'a free amount that is used up exactly',
      percentage('10', { fixedAmount: dec(1), freeAmount: dec(300) }),
      [100, 200, 300],
      '31',
    ],
    [
      'the event on its edge is free in part',
      percentage('10', { fixedAmount: dec(1), freeAmount: dec(250) }),
      [100, 200, 300],
      '37',
    ],
    [
      'an event of 0 after it is paid',
      percentage('10', { fixedAmount: dec(1), freeAmount: dec(100) }),
      [100, 0],
      '1',
    ],
    [
      'an event of 0 before it is free',
      percentage('10', { fixedAmount: dec(1), freeAmount: dec(100) }),
      [0, 100],
      '0',
    ],
    [
      'both: the events are used up first',
      percentage('10', { freeEvents: 1n, freeAmount: dec(1000) }),
      [100, 200],
      '20',
    ],
    [
      'both: the amount is used up first',
      percentage('10', { freeEvents: 5n, freeAmount: dec(150) }),
      [100, 200, 300],
      '45',
    ],
    [
      'both: the amount in the last free event',
      percentage('10', { freeEvents: 2n, freeAmount: dec(150) }),
      [100, 200, 300],
      '45',
    ],
    ['both: no free events at all', percentage('10', { freeEvents: 0n, freeAmount: dec(150) }), [100], '10'],
    ['the least an event comes to', percentage('1', { perEventMin: dec(5) }), [100, 499, 500, 501], '20.01'],
    ['the most an event comes to', percentage('1', { perEventMax: dec(5) }), [100, 499, 500, 501], '15.99'],
    [
      'a free event is under no minimum',
      percentage('1', { perEventMin: dec(5), freeEvents: 1n }),
      [100],
      '0',
    ],
    [
      'an edge is bounded by its paid part',
      percentage('10', { perEventMin: dec(5), freeAmount: dec(90) }),
      [100],
      '5',
    ],
    ['a negative amount takes its share off', percentage('10'), [1000, -400], '60'],
    ['the sum is never below 0', percentage('10'), [100, -400], '0'],
    [
      'a negative amount uses no free amount',
      percentage('10', { freeAmount: dec(100) }),
      [-50, 100, 10],
      '1',
    ],
  ])('%s', (_name, model, amounts, expected) => {
    const { amount } = rate(model, sum(amounts.map(dec)), paidBy(amounts));
    expect(formatExact(amount)).toBe(expected);
  });

  test('it tells which events were free, at the rate and at a bound', () => {
    const model = percentage('1', { freeAmount: dec(150), perEventMin: dec(2), perEventMax: dec(10) });
    const { events } = rate(model, dec(0), paidBy([100, 100, 500, 1000, 9000, 20]));
    expect(events).toEqual({
      free: { count: 2n, amount: dec(150) },
      atRate: { count: 2n, amount: dec(1500) },
      atMinimum: 2n,
      atMaximum: 1n,
    });
  });

  test('without the events it is not guessed', () => {
    expect(() => rate(percentage('1'), dec(5))).toThrow('their amounts must be given');
    expect(rate(percentage('1'), dec(0)).amount.equals(0)).toBe(true);
  });

  test('what must be read of events: as many as a free allowance can reach, and equal ones where each is bounded', () => {
    const need = (fields: Partial<PercentageModel>) =>
      eventNeed(aUsagePrice({ model: percentage('1', fields) }));
    expect(eventNeed(aUsagePrice({ model: perUnit('1') }))).toBe('none');
    expect(need({})).toEqual({ freeEvents: null, freeAmount: null, equalRuns: false });
    expect(need({ freeEvents: 3n, perEventMax: dec(5) })).toEqual({
      freeEvents: 3n,
      freeAmount: null,
      equalRuns: true,
    });
    expect(need({ freeAmount: dec(9), perEventMin: dec(5) })).toMatchObject({ equalRuns: true });
  });
});

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const anAmount = fc.integer({ min: 0, max: 2000 }).map((tenths) => dec(tenths).div(10));
const aModel = fc
  .record({
    rate: fc.nat(100).map(dec),
    fixedAmount: fc.nat(50).map(dec),
    freeEvents: maybe(fc.nat(8).map(BigInt)),
    freeAmount: maybe(anAmount),
    perEventMin: maybe(fc.nat(20).map(dec)),
    perEventMax: maybe(fc.integer({ min: 20, max: 60 }).map(dec)),
  })
  .map((fields): PercentageModel => ({ model: 'percentage', ...fields }));

/** The rule said a second way: each event by itself, with what was used up before it. */
function eventByEvent(model: PercentageModel, amounts: readonly Decimal[]): Decimal {
  const { freeEvents, freeAmount } = model;
  let before = dec(0);
  let total = dec(0);
  for (const [index, amount] of amounts.entries()) {
    const hasAllowance = freeEvents !== null || freeAmount !== null;
    const usedUp =
      !hasAllowance ||
      (freeEvents !== null && BigInt(index) >= freeEvents) ||
      (freeAmount !== null && before.gte(freeAmount));
    const after = before.add(amount);
    const whole = !usedUp && (freeAmount === null || after.lte(freeAmount));
    if (!whole) {
      const paid = usedUp || freeAmount === null ? amount : after.sub(freeAmount);
      let charge = paid.mul(model.rate).div(100).add(model.fixedAmount);
      if (model.perEventMin?.gt(charge)) charge = model.perEventMin;
      if (model.perEventMax?.lt(charge)) charge = model.perEventMax;
      total = total.add(charge);
    }
    before = after;
  }
  return total;
}

/** How many first events the allowances of a model can reach. */
function reach(model: PercentageModel, amounts: readonly Decimal[]): number {
  const { freeEvents, freeAmount } = model;
  if (freeEvents === null && freeAmount === null) return 0;
  let used = dec(0);
  let reached = 0;
  for (const amount of amounts) {
    if (freeEvents !== null && BigInt(reached) >= freeEvents) break;
    if (freeAmount !== null && used.gte(freeAmount)) break;
    used = used.add(amount);
    reached += 1;
  }
  return reached;
}

test('runs of events cost what the events cost one by one, wherever they are split and in whatever order', () => {
  fc.assert(
    fc.property(
      aModel,
      fc.array(anAmount, { maxLength: 20 }),
      fc.nat(20),
      fc.array(fc.nat(3), { minLength: 20, maxLength: 20 }),
      (model, amounts, more, lots) => {
        const split = Math.min(reach(model, amounts) + more, amounts.length);
        const bounded = model.perEventMin !== null || model.perEventMax !== null;
        const runs = new Map<string, EventRun>();
        for (const [index, amount] of amounts.slice(split).entries()) {
          const key = bounded ? amount.toFraction() : String(lots[index]);
          const { count, total } = runs.get(key) ?? { count: 0n, total: dec(0) };
          runs.set(key, { count: count + 1n, total: total.add(amount) });
        }
        const rest = [...runs.values()].reverse();
        const { amount } = rate(model, sum(amounts), { first: amounts.slice(0, split), rest });
        expect(amount.toFraction()).toBe(eventByEvent(model, amounts).toFraction());
      },
    ),
    { numRuns: 500 },
  );
});
