/** Each model at and around its edges, at 0, and with 12 fractional digits (semantics.md, section 4). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import { formatAmount } from '../../../src/domain/money.ts';
import { rate, type RateableModel } from '../../../src/domain/pricing/rate.ts';
import { formatExact, roundHalfAwayFromZero } from '../../../src/domain/quantity.ts';
import { dec, flatTier, perUnit, rateTier, unitTier } from './builders.ts';

const graduated: RateableModel = {
  model: 'graduated',
  tiers: [unitTier('10', '5', '100'), unitTier('20', '3', '7'), unitTier('inf', '0.5')],
};
const volume: RateableModel = { ...graduated, model: 'volume' };
const aPackage: RateableModel = {
  model: 'package',
  amount: dec('250'),
  packageSize: dec('100'),
  freeUnits: dec('50'),
};
const graduatedPercentage: RateableModel = {
  model: 'graduated_percentage',
  tiers: [rateTier('1000', '10', '5'), rateTier('5000', '2.5', '30'), rateTier('inf', '0.125')],
};
const stairstep: RateableModel = {
  model: 'stairstep',
  tiers: [flatTier('10', '100'), flatTier('100.5', '500'), flatTier('inf', '900')],
};
const half = '0.000000000001';

describe('models', () => {
  test.each<[string, RateableModel, string, string]>([
    ['flat, whatever the quantity', { model: 'flat', amount: dec('1234') }, '7', '1234'],
    ['flat, of nothing', { model: 'flat', amount: dec('12.5') }, '0', '12.5'],
    ['per unit, with a fraction of a cent', perUnit('0.0025'), '1000001', '2500.0025'],
    ['per unit, the smallest of the smallest', perUnit(half), half, '0.000000000000000000000001'],
    ['per unit of nothing', perUnit('3'), '0', '0'],
    ['a negative quantity is billed as 0', perUnit('3'), '-5', '0'],
    ['graduated at 0: the first flat amount only', graduated, '0', '100'],
    ['graduated within the first tier', graduated, '4', '120'],
    ['graduated just below its bound', graduated, '9.999999999999', '149.999999999995'],
    ['graduated at its bound: the next tier is not reached', graduated, '10', '150'],
    [
      'graduated just above it: the next flat amount is due',
      graduated,
      '10.000000000001',
      '157.000000000003',
    ],
    ['graduated at the second bound', graduated, '20', '187'],
    ['graduated through all tiers', graduated, '100', '227'],
    ['graduated of a negative quantity', graduated, '-1', '100'],
    ['volume at 0: the first tier and its flat amount', volume, '0', '100'],
    ['volume at a bound: it is inclusive', volume, '10', '150'],
    ['volume just above it: all units at the second', volume, '10.000000000001', '37.000000000003'],
    ['volume at the second bound', volume, '20', '67'],
    ['volume in the last tier', volume, '21', '10.5'],
    ['package at 0', aPackage, '0', '0'],
    ['package within the free units', aPackage, '49.999999999999', '0'],
    ['package at the last free unit', aPackage, '50', '0'],
    ['package just above: one is begun', aPackage, '50.000000000001', '250'],
    ['package that is full', aPackage, '150', '250'],
    ['package above that: the next is begun', aPackage, '150.000000000001', '500'],
    ['package of a negative quantity', aPackage, '-1000', '0'],
    ['graduated percentage at 0', graduatedPercentage, '0', '5'],
    ['graduated percentage within the first tier', graduatedPercentage, '100', '15'],
    ['graduated percentage at its bound', graduatedPercentage, '1000', '105'],
    ['graduated percentage just above it', graduatedPercentage, '1000.000000000001', '135.000000000000025'],
    ['graduated percentage through all tiers', graduatedPercentage, '5800', '236'],
    ['stairstep at 0 is in the first tier', stairstep, '0', '100'],
    ['stairstep at a bound: it is inclusive', stairstep, '10', '100'],
    ['stairstep just above it', stairstep, '10.000000000001', '500'],
    ['stairstep at a bound with a fraction', stairstep, '100.5', '500'],
    ['stairstep above all', stairstep, '1000000000', '900'],
    ['dynamic is the sum itself', { model: 'dynamic' }, '1234.5', '1234.5'],
    ['dynamic, when refunds prevail', { model: 'dynamic' }, '-10', '0'],
  ])('%s', (_name, model, quantity, amount) => {
    expect(formatExact(rate(model, dec(quantity)).amount)).toBe(amount);
  });

  test.each([
    ['JPY', '0.5', '1', '1 JPY'],
    ['JPY', '0.499999999999', '1', '0 JPY'],
    ['USD', '0.0025', '200', '0.01 USD'],
    ['USD', '0.0025', '199.999999999999', '0.00 USD'],
    ['USD', '2.5', '1', '0.03 USD'],
    ['KWD', '1234.5', '1', '1.235 KWD'],
    ['KWD', '1234.499999999999', '1', '1.234 KWD'],
  ])('%s: %s a unit, of %s units', (currency, unit, quantity, expected) => {
    const { amount } = rate(perUnit(unit), dec(quantity));
    expect(formatAmount(roundHalfAwayFromZero(amount), currency)).toBe(expected);
  });

  test('the tiers that were reached tell what falls in each, and what it comes to', () => {
    expect(rate(graduated, dec('12')).tiers).toEqual([
      { ...unitTier('10', '5', '100'), from: dec(0), quantity: dec('10'), amount: dec('150') },
      { ...unitTier('20', '3', '7'), from: dec('10'), quantity: dec('2'), amount: dec('13') },
    ]);
    expect(rate(stairstep, dec('12')).tiers).toEqual([
      { ...flatTier('100.5', '500'), from: dec('10'), quantity: dec('12'), amount: dec('500') },
    ]);
  });
});

/** Up to five tiers, the last without end; their fields from non-negative integers. */
const someTiers = fc
  .record({
    uppers: fc
      .uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 0, maxLength: 4 })
      .map((all) => all.sort((a, b) => a - b)),
    units: fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }),
    flats: fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }),
  })
  .map(({ uppers, units, flats }) => ({
    uppers,
    units,
    flats,
    tiers: [...uppers.map(String), 'inf'].map((upTo, index) =>
      unitTier(upTo, String(units[index]), String(flats[index])),
    ),
  }));
const aQuantity = fc
  .tuple(fc.nat(100), fc.nat(999_999_999_999))
  .map(([whole, part]) => new Fraction(BigInt(whole) * 10n ** 12n + BigInt(part), 10n ** 12n));

describe('laws', () => {
  test('graduated is what counting unit by unit gives', () => {
    fc.assert(
      fc.property(someTiers, fc.nat(100), ({ uppers, units, flats, tiers }, quantity) => {
        let expected = BigInt(flats[0] ?? 0);
        for (let unit = 1; unit <= quantity; unit += 1) {
          const index = uppers.filter((upper) => upper < unit).length;
          if (index > 0 && unit === (uppers[index - 1] ?? 0) + 1) expected += BigInt(flats[index] ?? 0);
          expected += BigInt(units[index] ?? 0);
        }
        const rating = rate({ model: 'graduated', tiers }, new Fraction(quantity));
        expect(rating.amount.equals(new Fraction(expected))).toBe(true);
        const inTiers = (rating.tiers ?? []).reduce((sum, rated) => sum.add(rated.quantity), dec(0));
        expect(inTiers.equals(quantity)).toBe(true);
      }),
    );
  });

  test('a graduated amount never falls when usage grows', () => {
    fc.assert(
      fc.property(someTiers, aQuantity, aQuantity, ({ tiers }, quantity, more) => {
        const before = rate({ model: 'graduated', tiers }, quantity).amount;
        expect(rate({ model: 'graduated', tiers }, quantity.add(more)).amount.gte(before)).toBe(true);
      }),
    );
  });

  test('volume within one tier is per unit plus the flat amount', () => {
    fc.assert(
      fc.property(someTiers, aQuantity, ({ uppers, tiers }, quantity) => {
        const index = uppers.filter((upper) => quantity.gt(upper)).length;
        const tier = tiers[index];
        if (!tier) throw new Error('no tier');
        const alone = rate({ model: 'per_unit', unitAmount: tier.unitAmount }, quantity);
        const amount = rate({ model: 'volume', tiers }, quantity).amount;
        expect(amount.equals(alone.amount.add(tier.flatAmount))).toBe(true);
      }),
    );
  });

  test('more usage is never fewer packages, and all of it is packed', () => {
    const positive = fc.nat(1_000_000).map((n) => new Fraction(BigInt(n) + 1n, 1000n));
    fc.assert(
      fc.property(positive, aQuantity, aQuantity, aQuantity, (packageSize, freeUnits, quantity, more) => {
        const model = { model: 'package', amount: dec(7), packageSize, freeUnits } as const;
        const packages = rate(model, quantity).packages ?? dec(-1);
        expect(rate(model, quantity.add(more)).packages?.gte(packages)).toBe(true);
        const room = packages.mul(packageSize).add(freeUnits);
        expect(room.gte(quantity)).toBe(true);
        expect(packages.equals(0) || room.sub(packageSize).lt(quantity)).toBe(true);
      }),
    );
  });

  test('a graduated percentage of equal rates is that rate of the sum', () => {
    fc.assert(
      fc.property(someTiers, aQuantity, fc.nat(100), ({ uppers }, quantity, percent) => {
        const tiers = [...uppers.map(String), 'inf'].map((upTo) => rateTier(upTo, String(percent)));
        const { amount } = rate({ model: 'graduated_percentage', tiers }, quantity);
        expect(amount.equals(quantity.mul(percent).div(100))).toBe(true);
      }),
    );
  });
});
