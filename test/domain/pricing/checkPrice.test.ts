/** Prices that make no sense are refused by name. What is written wrong field by field: test/catalog. */
import { describe, expect, test } from '@jest/globals';
import { checkPrice, checkPriceUnits } from '../../../src/domain/pricing/checkPrice.ts';
import type { Model, UsagePrice } from '../../../src/domain/pricing/price.ts';
import { areDisjoint } from '../../../src/domain/pricing/sharedMeters.ts';
import type { PropertyFilter } from '../../../src/domain/usage.ts';
import { aUsagePrice, dec, flatTier, percentage, perUnit, rateTier, refusal, unitTier } from './builders.ts';

const graduated = (...tiers: ReturnType<typeof unitTier>[]): Model => ({ model: 'graduated', tiers });
const dimensional = (dimensions: string[], ...rows: string[][]): Model => ({
  model: 'dimensional',
  dimensions,
  unitAmounts: rows.map((values) => ({ values, unitAmount: dec(1) })),
  defaultUnitAmount: null,
});

const dimensionalModel = {
  model: 'dimensional',
  dimensions: ['a'],
  unitAmounts: [{ values: ['1'], unitAmount: dec(1) }],
  defaultUnitAmount: null,
} as const;

describe('a price that makes no sense:', () => {
  test.each<[string, Model, string, string]>([
    ['a negative amount', { model: 'flat', amount: dec('-1') }, 'amount_negative', 'p.amount'],
    ['a negative unit amount', perUnit('-0.1'), 'amount_negative', 'p.unit_amount'],
    ['no tiers', graduated(), 'tiers_invalid', 'p.tiers'],
    [
      '101 tiers',
      graduated(...Array.from({ length: 101 }, () => unitTier('inf', '1'))),
      'tiers_invalid',
      'p.tiers',
    ],
    ['a last tier with an end', graduated(unitTier('10', '1')), 'tiers_invalid', 'p.tiers[0].up_to'],
    [
      'a first tier that ends at 0',
      graduated(unitTier('0', '1'), unitTier('inf', '1')),
      'tiers_invalid',
      'p.tiers[0].up_to',
    ],
    [
      'tiers that do not ascend',
      graduated(unitTier('10', '1'), unitTier('10', '1'), unitTier('inf', '1')),
      'tiers_invalid',
      'p.tiers[1].up_to',
    ],
    [
      'tiers that overlap',
      {
        model: 'volume',
        tiers: [unitTier('10', '1'), unitTier('20', '1'), unitTier('15', '1'), unitTier('inf', '1')],
      },
      'tiers_invalid',
      'p.tiers[2].up_to',
    ],
    [
      'a tier after the endless one',
      graduated(unitTier('inf', '1'), unitTier('inf', '1')),
      'tiers_invalid',
      'p.tiers[0].up_to',
    ],
    [
      'a negative flat amount',
      { model: 'stairstep', tiers: [flatTier('inf', '-1')] },
      'amount_negative',
      'p.tiers[0].flat_amount',
    ],
    [
      'a tier above 100 %',
      { model: 'graduated_percentage', tiers: [rateTier('inf', '100.000000000001')] },
      'rate_out_of_range',
      'p.tiers[0].rate',
    ],
    ['a rate above 100 %', percentage('101'), 'rate_out_of_range', 'p.rate'],
    ['a rate below 0', percentage('-0.000000000001'), 'rate_out_of_range', 'p.rate'],
    [
      'a negative fixed amount',
      percentage('1', { fixedAmount: dec(-1) }),
      'amount_negative',
      'p.fixed_amount',
    ],
    [
      'too many free events',
      percentage('1', { freeEvents: 1_000_001n }),
      'free_events_out_of_range',
      'p.free_events',
    ],
    [
      'an event of at least more than at most',
      percentage('1', { perEventMin: dec(2), perEventMax: dec(1) }),
      'per_event_min_above_max',
      'p.per_event_min',
    ],
    [
      'a package of nothing',
      { model: 'package', amount: dec(1), packageSize: dec(0), freeUnits: dec(0) },
      'package_size_invalid',
      'p.package_size',
    ],
    [
      'negative free units',
      { model: 'package', amount: dec(1), packageSize: dec(1), freeUnits: dec(-1) },
      'quantity_negative',
      'p.free_units',
    ],
    [
      'a combination twice',
      dimensional(['a', 'b'], ['1', '2'], ['1', '2']),
      'dimension_repeated',
      'p.unit_amounts[1].values',
    ],
    [
      'a combination without all values',
      dimensional(['a', 'b'], ['1']),
      'dimension_values_invalid',
      'p.unit_amounts[0].values',
    ],
    ['a dimension twice', dimensional(['a', 'a'], ['1', '1']), 'property_repeated', 'p.dimensions[1]'],
  ])('%s', (_name, model, code, param) => {
    const error = refusal(() => checkPrice(aUsagePrice({ model }), 'p'));
    expect(error).toMatchObject({ status: 400, code, param });
  });

  const euTwice = [1, 2].map((amount) => ({ group: { region: 'eu' }, unitAmount: dec(amount) }));
  test.each<[string, Partial<UsagePrice>, string, string]>([
    [
      'a minimum above the maximum',
      { minimumAmount: dec(2), maximumAmount: dec(1) },
      'minimum_above_maximum',
      'p.minimum_amount',
    ],
    ['a negative minimum', { minimumAmount: dec(-2) }, 'amount_negative', 'p.minimum_amount'],
    ['a negative maximum', { maximumAmount: dec(-2) }, 'amount_negative', 'p.maximum_amount'],
    ['negative included units', { includedUnits: dec(-2) }, 'quantity_negative', 'p.included_units'],
    [
      'included units of a percentage',
      { includedUnits: dec(2), model: percentage('1') },
      'included_units_not_applicable',
      'p.included_units',
    ],
    ['eleven groups', { groupBy: Array.from('abcdefghijk') }, 'group_by_too_many', 'p.group_by'],
    ['a group twice', { groupBy: ['a', 'b', 'a'] }, 'property_repeated', 'p.group_by[2]'],
    [
      'a filter twice',
      {
        filters: [
          { property: 'a', in: ['1'] },
          { property: 'a', notIn: ['2'] },
        ],
      },
      'property_repeated',
      'p.filters[1].property',
    ],
    [
      'groups and dimensions',
      { groupBy: ['a'], model: dimensional(['b'], ['1']) },
      'group_by_not_applicable',
      'p.group_by',
    ],
    [
      'prices of groups without groups',
      { groupPrices: euTwice },
      'group_prices_invalid',
      'p.group_prices[0].group',
    ],
    [
      'prices of other groups',
      { groupBy: ['tier'], groupPrices: euTwice },
      'group_prices_invalid',
      'p.group_prices[0].group',
    ],
    [
      'prices of half a group',
      { groupBy: ['tier', 'region'], groupPrices: euTwice },
      'group_prices_invalid',
      'p.group_prices[0].group',
    ],
    [
      'two prices of a group',
      { groupBy: ['region'], groupPrices: euTwice },
      'group_price_repeated',
      'p.group_prices[1].group',
    ],
  ])('%s', (_name, fields, code, param) => {
    const error = refusal(() => checkPrice(aUsagePrice(fields), 'p'));
    expect(error).toMatchObject({ status: 400, code, param });
  });

  const tooMuch = dec(10n ** 15n).add(dec('0.000000000001'));
  test.each<[string, Partial<UsagePrice>, string]>([
    ['amount', { model: { model: 'flat', amount: tooMuch } }, 'p.amount'],
    ['unit amount', { model: { model: 'per_unit', unitAmount: tooMuch } }, 'p.unit_amount'],
    [
      "tier's flat amount",
      { model: { model: 'stairstep', tiers: [{ upTo: 'inf', flatAmount: tooMuch }] } },
      'p.tiers[0].flat_amount',
    ],
    ["event's fixed amount", { model: percentage('1', { fixedAmount: tooMuch }) }, 'p.fixed_amount'],
    [
      "combination's unit amount",
      { model: { ...dimensionalModel, defaultUnitAmount: tooMuch } },
      'p.default_unit_amount',
    ],
    ['minimum', { minimumAmount: tooMuch }, 'p.minimum_amount'],
    ['maximum', { maximumAmount: tooMuch }, 'p.maximum_amount'],
    [
      "group's unit amount",
      { groupBy: ['region'], groupPrices: [{ group: { region: 'eu' }, unitAmount: tooMuch }] },
      'p.group_prices[0].unit_amount',
    ],
  ])('an %s above 10^15 minor units is refused by name', (_name, fields, param) => {
    const error = refusal(() => checkPrice(aUsagePrice(fields), 'p'));
    expect(error).toMatchObject({ status: 400, code: 'amount_out_of_range', param });
  });

  test('an amount in a unit of the plan counts by what the unit is worth', () => {
    const stated = (amount: bigint) =>
      refusal(() =>
        checkPrice(
          aUsagePrice({
            model: { model: 'flat', amount: dec(amount) },
            priceUnit: { code: 'credits', rate: dec(100) },
          }),
          'p',
        ),
      );
    expect(stated(10n ** 13n)).toBeUndefined();
    expect(stated(10n ** 13n + 1n)).toMatchObject({ code: 'amount_out_of_range', param: 'p.amount' });
  });

  test('at the limits it is accepted', () => {
    expect(
      refusal(() => checkPrice(aUsagePrice({ model: { model: 'flat', amount: dec(10n ** 15n) } }), 'p')),
    ).toBeUndefined();
    const tiers = Array.from({ length: 100 }, (_, index) =>
      unitTier(index === 99 ? 'inf' : String(index + 1), '0'),
    );
    const fields = { minimumAmount: dec(1), maximumAmount: dec(1), groupBy: Array.from('abcdefghij') };
    expect(
      refusal(() => checkPrice(aUsagePrice({ ...fields, model: graduated(...tiers) }), 'p')),
    ).toBeUndefined();
    const model = percentage('100', { freeEvents: 1_000_000n, perEventMin: dec(1), perEventMax: dec(1) });
    expect(refusal(() => checkPrice(aUsagePrice({ model }), 'p'))).toBeUndefined();
  });
});

test('a price unit is worth something, and has one code', () => {
  const credits = { code: 'credits', rate: dec('1.5') };
  expect(refusal(() => checkPriceUnits([credits], 'u'))).toBeUndefined();
  expect(refusal(() => checkPriceUnits([{ ...credits, rate: dec(0) }], 'u'))).toMatchObject({
    code: 'price_unit_rate_invalid',
    param: 'u[0].rate',
  });
  expect(refusal(() => checkPriceUnits([{ ...credits, rate: dec(10n ** 16n) }], 'u'))).toMatchObject({
    code: 'amount_out_of_range',
    param: 'u[0].rate',
  });
  expect(refusal(() => checkPriceUnits([credits, credits], 'u'))).toMatchObject({
    code: 'code_repeated',
    param: 'u[1].code',
  });
});

describe('filters that no event can pass both of', () => {
  const a = (list: string): PropertyFilter => ({ property: 'a', in: Array.from(list) });
  const notA = (list: string): PropertyFilter => ({ property: 'a', notIn: Array.from(list) });
  const b = (list: string): PropertyFilter => ({ property: 'b', in: Array.from(list) });
  test.each<[string, PropertyFilter[], PropertyFilter[], boolean]>([
    ['none at all', [], [], false],
    ['one has none', [a('x')], [], false],
    ['other values', [a('xy')], [a('z')], true],
    ['a value in common', [a('xy')], [a('yz')], false],
    ['all values excluded by the other', [a('xy')], [notA('xyz')], true],
    ['some values excluded by the other', [a('xyz')], [notA('xy')], false],
    ['both exclude', [notA('x')], [notA('y')], false],
    ['other properties', [a('x')], [b('y')], false],
    ['one property of two', [a('x'), b('y')], [a('x'), b('z')], true],
  ])('%s', (_name, some, others, expected) => {
    expect(areDisjoint(some, others)).toBe(expected);
    expect(areDisjoint(others, some)).toBe(expected);
  });
});
