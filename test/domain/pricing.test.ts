import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import { checkModel, type Model, type Tier } from '../../src/domain/pricing/price.ts';
import { rate } from '../../src/domain/pricing/rate.ts';
import { formatDecimal, type Decimal } from '../../src/domain/quantity.ts';

const dec = (text: string): Decimal => new Fraction(text);
const tier = (upTo: string, unit: string, flat = '0'): Tier => ({
  upTo: upTo === 'inf' ? 'inf' : dec(upTo),
  unitAmount: dec(unit),
  flatAmount: dec(flat),
});
const graduated: Model = {
  model: 'graduated',
  tiers: [tier('10', '5', '100'), tier('20', '3', '7'), tier('inf', '0.5')],
};

describe('models', () => {
  test.each<[string, Model, string, string]>([
    ['flat, whatever the quantity', { model: 'flat', amount: dec('1234') }, '7', '1234'],
    [
      'per unit, with a fraction of a cent',
      { model: 'per_unit', unitAmount: dec('0.0025') },
      '1000001',
      '2500.0025',
    ],
    ['per unit of nothing', { model: 'per_unit', unitAmount: dec('3') }, '0', '0'],
    ['a negative quantity is billed as 0', { model: 'per_unit', unitAmount: dec('3') }, '-5', '0'],
    ['graduated at 0: the first flat amount only', graduated, '0', '100'],
    ['graduated within the first tier', graduated, '4', '120'],
    ['graduated at its bound: the next tier is not reached', graduated, '10', '150'],
    ['graduated just above it: the next flat amount is due', graduated, '10.5', '158.5'],
    ['graduated through all tiers', graduated, '100', '227'],
  ])('%s', (_name, model, quantity, amount) => {
    expect(formatDecimal(rate(model, dec(quantity)).amount)).toBe(amount);
  });

  test('graduated is what counting unit by unit gives', () => {
    const bounds = fc
      .uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 0, maxLength: 4 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(
        bounds,
        fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }),
        fc.array(fc.nat(1000), { minLength: 5, maxLength: 5 }),
        fc.nat(100),
        (uppers, units, flats, quantity) => {
          const tiers = [...uppers.map(String), 'inf'].map((upTo, index) =>
            tier(upTo, String(units[index]), String(flats[index])),
          );
          let expected = BigInt(flats[0] ?? 0);
          for (let unit = 1; unit <= quantity; unit += 1) {
            const index = uppers.filter((upper) => upper < unit).length;
            if (index > 0 && unit === (uppers[index - 1] ?? 0) + 1) expected += BigInt(flats[index] ?? 0);
            expected += BigInt(units[index] ?? 0);
          }
          const rating = rate({ model: 'graduated', tiers }, new Fraction(quantity));
          expect(rating.amount.equals(new Fraction(expected))).toBe(true);
          const inTiers = (rating.tiers ?? []).reduce(
            (sum, rated) => sum.add(rated.quantity),
            new Fraction(0),
          );
          expect(inTiers.equals(quantity)).toBe(true);
        },
      ),
    );
  });
});

describe('a model that makes no sense is refused by name', () => {
  test.each<[string, Model, string]>([
    ['a negative amount', { model: 'flat', amount: dec('-1') }, 'p.amount'],
    ['a negative unit amount', { model: 'per_unit', unitAmount: dec('-0.1') }, 'p.unit_amount'],
    ['no tiers', { model: 'graduated', tiers: [] }, 'p.tiers'],
    [
      '101 tiers',
      { model: 'graduated', tiers: Array.from({ length: 101 }, () => tier('inf', '1')) },
      'p.tiers',
    ],
    ['a last tier with an end', { model: 'graduated', tiers: [tier('10', '1')] }, 'p.tiers[0].up_to'],
    [
      'tiers that do not ascend',
      { model: 'graduated', tiers: [tier('10', '1'), tier('10', '1'), tier('inf', '1')] },
      'p.tiers[1].up_to',
    ],
    [
      'an endless tier before the last',
      { model: 'graduated', tiers: [tier('inf', '1'), tier('inf', '1')] },
      'p.tiers[0].up_to',
    ],
  ])('%s', (_name, model, param) => {
    let refusal: unknown;
    try {
      checkModel(model, 'p');
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ status: 400, param });
  });
});
