/** The difference that late usage makes, line by line (semantics.md, section 5). */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lateUsageLines, type BilledUsage, type InvoiceLine } from '../../../src/domain/invoice.ts';
import type { Amount } from '../../../src/domain/money.ts';
import type { UsagePrice } from '../../../src/domain/pricing/price.ts';
import { formatDecimal, one } from '../../../src/domain/quantity.ts';
import type { GroupUsage } from '../../../src/domain/usage.ts';
import { aUsagePrice, dec, january, linesOf, perUnit, totalOf, unitTier, used } from './builders.ts';

const asBilled = (lines: readonly InvoiceLine[]): BilledUsage[] =>
  lines.map(({ type, group, quantity, amount }) => ({
    type: type === 'minimum' ? 'minimum' : 'usage',
    group,
    quantity,
    amount,
  }));
const late = (price: UsagePrice, now: readonly GroupUsage[], billed: readonly InvoiceLine[]) =>
  lateUsageLines(price, 1, now, asBilled(billed), january, one);
const inRegion = (quantity: string | number, region: string | null) => used(quantity, { region });
const show = (lines: readonly InvoiceLine[]) =>
  lines.map(({ type, group, quantity, amount }) => [
    type,
    group?.['region'] ?? null,
    formatDecimal(quantity),
    Number(amount),
  ]);

test('the whole period is rated again, so that tiers are right', () => {
  const price = aUsagePrice({
    model: { model: 'graduated', tiers: [unitTier('10', '5'), unitTier('inf', '1')] },
  });
  const [line] = late(price, [used(14)], linesOf(price, [used(8)]));
  expect(line).toMatchObject({
    type: 'late_usage',
    description: 'calls, late, 2026-01-01 to 2026-02-01',
    amount: 14n,
    computation: { before: { quantity: '8', amount: '40' }, after: { quantity: '14', amount: '54' } },
  });
});

test('without a difference there is no line; usage that is included has one of 0', () => {
  const price = aUsagePrice({ includedUnits: dec(100) });
  const billed = linesOf(price, [used(5)]);
  expect(late(price, [used(5)], billed)).toEqual([]);
  expect(show(late(price, [used(7)], billed))).toEqual([['late_usage', null, '2', 0]]);
});

test('group by group: one that is new, one that grew, one that did not change, one that was voided', () => {
  const price = aUsagePrice({ groupBy: ['region'], model: perUnit('2') });
  const billed = linesOf(price, [inRegion(5, 'eu'), inRegion(1, 'us'), inRegion(4, null)]);
  const now = [inRegion(6, 'eu'), inRegion(1, 'us'), inRegion(9, 'asia')];
  const lines = late(price, now, billed);
  expect(show(lines)).toEqual([
    ['late_usage', 'asia', '9', 18],
    ['late_usage', 'eu', '1', 2],
    ['late_usage', null, '-4', -8],
  ]);
  expect(lines.at(-1)?.computation).toMatchObject({
    before: { quantity: '4', amount: '8' },
    after: { quantity: '0', amount: '0' },
  });
});

test('what the minimum had made up for is given back, as far as usage reaches it now', () => {
  const price = aUsagePrice({ minimumAmount: dec(100) });
  const billed = linesOf(price, [used(30)]);
  expect(show(late(price, [used(60)], billed))).toEqual([
    ['late_usage', null, '30', 30],
    ['minimum', null, '0', -30],
  ]);
  expect(show(late(price, [used(130)], billed))).toEqual([
    ['late_usage', null, '100', 100],
    ['minimum', null, '0', -70],
  ]);
});

test('a combination that is no longer used is given back, though the price does not name it', () => {
  const model = {
    model: 'dimensional',
    dimensions: ['region'],
    unitAmounts: [{ values: ['eu'], unitAmount: dec(1) }],
    defaultUnitAmount: null,
  } as const;
  const billed = [
    { type: 'usage', group: { region: 'mars' }, quantity: dec(2), amount: 7n as Amount },
  ] as const;
  const lines = lateUsageLines(aUsagePrice({ model }), 1, [], billed, january, one);
  expect(show(lines)).toEqual([['late_usage', 'mars', '-2', -7]]);
});

test('what was billed before, and the differences again and again, are the period rated as a whole', () => {
  const quantity = fc.integer({ min: -20, max: 3000 }).map((hundredths) => dec(hundredths).div(100));
  const usage = fc
    .uniqueArray(fc.tuple(fc.constantFrom('eu', 'us', 'asia', null), quantity), {
      maxLength: 4,
      selector: ([region]) => region,
    })
    .map((groups) => groups.map(([region, counted]) => ({ group: { region }, quantity: counted })));
  const bound = fc.option(fc.nat(60).map(dec), { nil: null });
  fc.assert(
    fc.property(
      fc.array(usage, { minLength: 1, maxLength: 5 }),
      bound,
      bound,
      fc.option(fc.nat(10).map(dec), { nil: null }),
      (states, minimumAmount, more, includedUnits) => {
        const maximumAmount = more && more.add(minimumAmount ?? 0);
        const model = {
          model: 'graduated',
          tiers: [unitTier('10', '5.5', '3'), unitTier('inf', '0.25', '2')],
        } as const;
        const price = aUsagePrice({
          groupBy: ['region'],
          model,
          minimumAmount,
          maximumAmount,
          includedUnits,
        });
        const billed: InvoiceLine[] = [];
        for (const state of states) billed.push(...late(price, state, billed));
        const whole = linesOf(price, states.at(-1) ?? []);
        expect(totalOf(billed)).toBe(totalOf(whole));
        for (const line of whole) {
          const ofLine = billed.filter(
            ({ type, group }) =>
              (type === 'minimum') === (line.type === 'minimum') &&
              group?.['region'] === line.group?.['region'],
          );
          expect(totalOf(ofLine)).toBe(line.amount);
        }
      },
    ),
  );
});
