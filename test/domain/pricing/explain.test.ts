/** A line's computation is enough to compute its amount again, with nothing else at hand. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import type { Computation } from '../../../src/domain/computation.ts';
import { usageLines } from '../../../src/domain/invoice.ts';
import type { Model } from '../../../src/domain/pricing/price.ts';
import type { GroupUsage } from '../../../src/domain/usage.ts';
import { aUsagePrice, january } from './builders.ts';

const amount = fc.integer({ min: 0, max: 10_000_000 }).map((n) => new Fraction(n, 1000));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const bounds = fc
  .uniqueArray(fc.integer({ min: 1, max: 5000 }), { minLength: 0, maxLength: 4 })
  .map((list) => [...list.sort((a, b) => a - b).map((n) => new Fraction(n, 4)), 'inf' as const]);
const tiersOf = <T>(fields: fc.Arbitrary<T>) =>
  bounds.chain((list) =>
    fc
      .tuple(...list.map(() => fields))
      .map((each) => each.map((tier, index) => ({ ...tier, upTo: list[index] ?? ('inf' as const) }))),
  );
const flatAmount = amount;
const unitTiers = tiersOf(fc.record({ unitAmount: amount, flatAmount }));
const rate = fc.integer({ min: 0, max: 100_000 }).map((n) => new Fraction(n, 1000));

const models: fc.Arbitrary<Model> = fc.oneof(
  fc.record({ model: fc.constant('flat' as const), amount }),
  fc.record({ model: fc.constant('per_unit' as const), unitAmount: amount }),
  fc.record({ model: fc.constantFrom('graduated' as const, 'volume' as const), tiers: unitTiers }),
  fc.record({
    model: fc.constant('package' as const),
    amount,
    packageSize: fc.integer({ min: 1, max: 500 }).map((n) => new Fraction(n, 10)),
    freeUnits: amount,
  }),
  fc.record({ model: fc.constant('stairstep' as const), tiers: tiersOf(fc.record({ flatAmount })) }),
  fc.record({
    model: fc.constant('graduated_percentage' as const),
    tiers: tiersOf(fc.record({ rate, flatAmount })),
  }),
  fc.constant({ model: 'dynamic' as const }),
  fc
    .record({
      rate,
      fixedAmount: amount,
      freeEvents: optional(fc.bigInt(0n, 3n)),
      freeAmount: optional(amount),
    })
    .chain((fields) =>
      fc.tuple(optional(amount), optional(amount)).map(([a, b]) => ({
        model: 'percentage' as const,
        ...fields,
        perEventMin: a && b ? (a.lt(b) ? a : b) : a,
        perEventMax: a && b ? (a.lt(b) ? b : a) : b,
      })),
    ),
);

const usage: fc.Arbitrary<GroupUsage> = fc.array(amount, { maxLength: 8 }).map((first) => ({
  group: {},
  quantity: first.reduce((sum, each) => sum.add(each), new Fraction(0)),
  events: { first, rest: [] },
}));

test('the computation of any line gives its amount again', () => {
  fc.assert(
    fc.property(
      models,
      usage,
      fc.record({
        includedUnits: optional(amount),
        minimumAmount: optional(amount),
        priceUnit: optional(amount.map((value) => ({ code: 'credits', rate: value }))),
        prorate: fc.boolean(),
      }),
      fc.integer({ min: 1, max: 31 }),
      (model, used, terms, days) => {
        const includedUnits = model.model === 'percentage' ? null : terms.includedUnits;
        const price = aUsagePrice({ model, ...terms, includedUnits });
        for (const line of usageLines(price, 1, [used], january, new Fraction(days, 31))) {
          const stored = JSON.parse(JSON.stringify(line.computation)) as Computation;
          expect(line.type === 'minimum' ? missing(stored) : again(stored)).toBe(line.amount);
        }
      },
    ),
    { numRuns: 500 },
  );
});

const number = (text: string | undefined) => new Fraction(text ?? 0);

/** Half away from zero; nothing here is negative. */
const rounded = (value: Fraction) => value.add('1/2').floor().n;

function again(stored: Computation): bigint {
  const unit = number(stored.priceUnit?.rate ?? '1');
  return rounded(priced(stored).mul(unit));
}

function missing(stored: Computation): bigint {
  return BigInt(stored.minimum?.amount ?? 0) - BigInt(stored.minimum?.total ?? 0);
}

function priced({ model, parameters, quantity, tiers = [], events, fraction }: Computation): Fraction {
  const billed = number(quantity.billed);
  const sum = (each: (tier: Readonly<Record<string, string>>) => Fraction) =>
    tiers.reduce((all, tier) => all.add(each(tier)), new Fraction(0));
  switch (model) {
    case 'flat':
      return number(parameters['amount']).mul(number(fraction));
    case 'per_unit':
    case 'dimensional':
      return billed.mul(number(parameters['unitAmount']));
    case 'graduated':
    case 'volume':
      return sum((tier) =>
        number(tier['quantity']).mul(number(tier['unitAmount'])).add(number(tier['flatAmount'])),
      );
    case 'graduated_percentage':
      return sum((tier) =>
        number(tier['quantity']).mul(number(tier['rate'])).div(100).add(number(tier['flatAmount'])),
      );
    case 'stairstep':
      return sum((tier) => number(tier['flatAmount']));
    case 'package':
      return number(parameters['packages']).mul(number(parameters['amount']));
    case 'dynamic':
      return billed;
    case 'commitment':
    case 'one_off':
    case 'credit_purchase':
      throw new Error(`no price is a ${model}`);
    case 'percentage':
      return number(events?.atRate.amount)
        .mul(number(parameters['rate']))
        .div(100)
        .add(number(events?.atRate.count).mul(number(parameters['fixedAmount'])))
        .add(number(events?.atMinimum).mul(number(parameters['perEventMin'])))
        .add(number(events?.atMaximum).mul(number(parameters['perEventMax'])));
  }
}
