/** What is invoiced early of an open period, and given back when that is billed (semantics.md, section 7). */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { InvoiceLineId } from '../../../src/domain/ids.ts';
import { subtotal, type BilledUsage, type InvoiceLine } from '../../../src/domain/invoice.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { givenBackLine, progressiveLines, type ProgressiveCharge } from '../../../src/domain/progressive.ts';
import type { UsagePrice } from '../../../src/domain/pricing/price.ts';
import { formatDecimal, one, type Decimal } from '../../../src/domain/quantity.ts';
import type { GroupUsage } from '../../../src/domain/usage.ts';
import { aUsagePrice, dec, january, linesOf, perUnit, unitTier, used } from './builders.ts';

const soFar = { start: january.start, end: Date.UTC(2026, 0, 11) as Instant };
const asInvoiced = (lines: readonly InvoiceLine[]): BilledUsage[] =>
  lines.map(({ group, quantity, amount }) => ({ type: 'usage', group, quantity, amount }));
const early = (
  price: UsagePrice,
  now: readonly GroupUsage[],
  invoiced: readonly InvoiceLine[] = [],
  part: Decimal = one,
) => progressiveLines(price, 1, now, asInvoiced(invoiced), soFar, part);
const charged = (line: InvoiceLine): ProgressiveCharge => ({
  ...line,
  id: 'il_1' as InvoiceLineId,
  priceId: 'price_1' as ProgressiveCharge['priceId'],
});
const inRegion = (quantity: string | number, region: string | null) => used(quantity, { region });
const show = (lines: readonly InvoiceLine[]) =>
  lines.map(({ group, quantity, amount }) => [
    group?.['region'] ?? null,
    formatDecimal(quantity),
    Number(amount),
  ]);

test('an early line is what its group comes to by now, up to now', () => {
  const price = aUsagePrice({
    model: { model: 'graduated', tiers: [unitTier('10', '5'), unitTier('inf', '1')] },
  });
  const [line] = early(price, [used(14)]);
  expect(line).toMatchObject({
    type: 'progressive',
    billing: 'in_arrears',
    description: 'calls, early, 2026-01-01 to 2026-01-11',
    period: soFar,
    amount: 54n,
    computation: { before: { quantity: '0', amount: '0' }, after: { quantity: '14', amount: '54' } },
  });
});

test('a second one is the difference to the first, tiers right', () => {
  const price = aUsagePrice({
    model: { model: 'graduated', tiers: [unitTier('10', '5'), unitTier('inf', '1')] },
  });
  const first = early(price, [used(8)]);
  expect(early(price, [used(14)], first)).toMatchObject([
    {
      amount: 14n,
      computation: { before: { quantity: '8', amount: '40' }, after: { quantity: '14', amount: '54' } },
    },
  ]);
});

test('a group that became less, or is gone, takes off what the others have more', () => {
  const price = aUsagePrice({ groupBy: ['region'], model: perUnit('2') });
  const first = early(price, [inRegion(5, 'eu'), inRegion(4, 'us'), inRegion(3, 'asia')]);
  expect(show(early(price, [inRegion(50, 'eu'), inRegion(3, 'us')], first))).toEqual([
    ['asia', '-3', -6],
    ['eu', '45', 90],
    ['us', '-1', -2],
  ]);
});

test('a minimum is not usage: what is missing to it is due when the period ends', () => {
  expect(show(early(aUsagePrice({ minimumAmount: dec(100) }), [used(30)]))).toEqual([[null, '30', 30]]);
});

test('included units are those of the whole period, or of the part of its interval that it will be', () => {
  const price = aUsagePrice({ includedUnits: dec(100), prorate: true });
  expect(early(price, [used(90)])).toEqual([]);
  expect(show(early(price, [used(90)], [], dec('0.5')))).toEqual([[null, '90', 40]]);
});

test('what is given back is all of a charge, with what that was for', () => {
  const price = aUsagePrice({ groupBy: ['region'], model: perUnit('2') });
  const [line] = early(price, [inRegion(5, 'eu')]);
  if (!line) throw new Error('nothing was charged');
  expect(givenBackLine(charged(line))).toMatchObject({
    type: 'progressive',
    billing: 'in_arrears',
    description: 'calls, region eu, early, 2026-01-01 to 2026-01-11, given back',
    period: soFar,
    group: { region: 'eu' },
    amount: -10n,
    computation: { before: { quantity: '5', amount: '10' }, after: { quantity: '0', amount: '0' } },
  });
});

test('however often it was invoiced early, the lines add up to what it came to last, and giving them back to nothing', () => {
  const quantity = fc.integer({ min: -20, max: 3000 }).map((hundredths) => dec(hundredths).div(100));
  const usage = fc
    .uniqueArray(fc.tuple(fc.constantFrom('eu', 'us', 'asia', null), quantity), {
      maxLength: 4,
      selector: ([region]) => region,
    })
    .map((groups) => groups.map(([region, counted]) => ({ group: { region }, quantity: counted })));
  const bound = fc.option(fc.nat(60).map(dec), { nil: null });
  const price = fc
    .record({ includedUnits: bound, maximumAmount: bound, unit: fc.nat(300) })
    .map(({ unit, ...fields }) =>
      aUsagePrice({ ...fields, groupBy: ['region'], model: perUnit(formatDecimal(dec(unit).div(100))) }),
    );
  fc.assert(
    fc.property(price, fc.array(usage, { minLength: 1, maxLength: 5 }), (of, looks) => {
      const invoiced: InvoiceLine[] = [];
      for (const seen of looks) invoiced.push(...early(of, seen, invoiced));
      const last = linesOf(of, looks.at(-1) ?? []);
      expect(subtotal(invoiced)).toBe(subtotal(last.filter(({ type }) => type === 'usage')));
      expect(subtotal([...invoiced, ...invoiced.map((line) => givenBackLine(charged(line)))])).toBe(0n);
    }),
  );
});
