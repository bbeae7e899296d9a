/** A usage price as a whole: groups, included units, minimum, maximum, price units (semantics.md, sections 3 and 4). */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import Fraction from 'fraction.js';
import type { UsagePrice } from '../../../src/domain/pricing/price.ts';
import { formatDecimal, formatExact, type Decimal } from '../../../src/domain/quantity.ts';
import {
  amountsOf,
  aUsagePrice,
  dec,
  linesOf,
  paidBy,
  percentage,
  perUnit,
  refusal,
  totalOf,
  unitTier,
  used,
} from './builders.ts';

const half = new Fraction(1, 2);
const third = new Fraction(1, 3);
const graduated = {
  model: 'graduated',
  tiers: [unitTier('10', '5', '100'), unitTier('inf', '3', '7')],
} as const;
const byRegion = { groupBy: ['region'] };
const inRegion = (quantity: string | number, region: string | null) => used(quantity, { region });

describe('what a usage price comes to', () => {
  test.each<[string, Partial<UsagePrice>, [string | number], Decimal | null, [string, number][]]>([
    ['without usage it has one line', {}, [0], null, [['usage', 0]]],
    ['of a negative quantity', {}, [-5], null, [['usage', 0]]],
    ['rounded once, a half away from zero', { model: perUnit('0.5') }, [3], null, [['usage', 2]]],
    ['included units', { includedUnits: dec(100) }, [150], null, [['usage', 50]]],
    ['all of it included', { includedUnits: dec(100) }, [100], null, [['usage', 0]]],
    ['fewer than included', { includedUnits: dec(100) }, [99], null, [['usage', 0]]],
    [
      'included units come before the tiers',
      { includedUnits: dec(5), model: graduated },
      [15],
      null,
      [['usage', 150]],
    ],
    [
      'included units of a part of the interval, whole',
      { includedUnits: dec(100) },
      [150],
      third,
      [['usage', 50]],
    ],
    ['the same, prorated', { includedUnits: dec(100), prorate: true }, [150], third, [['usage', 117]]],
    ['usage itself is never prorated', { prorate: true }, [150], third, [['usage', 150]]],
    [
      'a flat fee is due in full',
      { model: { model: 'flat', amount: dec(99) } },
      [150],
      third,
      [['usage', 99]],
    ],
    [
      'or in part where prorated',
      { model: { model: 'flat', amount: dec(99) }, prorate: true },
      [1],
      third,
      [['usage', 33]],
    ],
    [
      'a minimum that is not reached',
      { minimumAmount: dec(1000) },
      [150],
      null,
      [
        ['usage', 150],
        ['minimum', 850],
      ],
    ],
    [
      'a minimum without usage',
      { minimumAmount: dec(1000) },
      [0],
      null,
      [
        ['usage', 0],
        ['minimum', 1000],
      ],
    ],
    ['a minimum that is just reached', { minimumAmount: dec(1000) }, [1000], null, [['usage', 1000]]],
    [
      'a minimum with a fraction is rounded once',
      { minimumAmount: dec('10.5'), model: perUnit('0.4') },
      [1],
      null,
      [
        ['usage', 0],
        ['minimum', 11],
      ],
    ],
    [
      'a minimum in part of the interval, whole',
      { minimumAmount: dec(1000) },
      [0],
      half,
      [
        ['usage', 0],
        ['minimum', 1000],
      ],
    ],
    [
      'the same, prorated',
      { minimumAmount: dec(1001), prorate: true },
      [0],
      half,
      [
        ['usage', 0],
        ['minimum', 501],
      ],
    ],
    ['a maximum that is not reached', { maximumAmount: dec(1000) }, [999], null, [['usage', 999]]],
    ['a maximum that is passed', { maximumAmount: dec(1000) }, [1001], null, [['usage', 1000]]],
    ['a maximum, prorated', { maximumAmount: dec(1000), prorate: true }, [1001], half, [['usage', 500]]],
    ['a maximum of 0', { maximumAmount: dec(0) }, [1001], null, [['usage', 0]]],
    [
      'a price unit, rounded after it',
      { priceUnit: { code: 'credits', rate: dec('1.5') }, model: perUnit('0.5') },
      [3],
      null,
      [['usage', 2]],
    ],
    [
      'bounds are in the price unit too',
      { priceUnit: { code: 'c', rate: dec('1.5') }, minimumAmount: dec(10) },
      [2],
      null,
      [
        ['usage', 3],
        ['minimum', 12],
      ],
    ],
  ])('%s', (_name, fields, [quantity], fraction, expected) => {
    const lines = linesOf(aUsagePrice(fields), [used(quantity)], fraction ?? dec(1));
    expect(amountsOf(lines)).toEqual(expected);
  });

  test('a price without groups has its line also where nothing was asked', () => {
    expect(amountsOf(linesOf(aUsagePrice(), []))).toEqual([['usage', 0]]);
    expect(linesOf(aUsagePrice(byRegion), [])).toEqual([]);
    expect(amountsOf(linesOf(aUsagePrice({ ...byRegion, minimumAmount: dec(5) }), []))).toEqual([
      ['minimum', 5],
    ]);
  });

  test('the line shows what was counted, and its computation what was priced', () => {
    const [line] = linesOf(aUsagePrice({ includedUnits: dec(100), prorate: true }), [used('-3.5')], third);
    expect(line).toMatchObject({
      type: 'usage',
      group: null,
      amount: 0n,
      description: 'calls, 2026-01-01 to 2026-02-01',
    });
    expect(line?.quantity.equals(0)).toBe(true);
    expect(line?.computation).toEqual({
      planVersion: 1,
      model: 'per_unit',
      meter: 'mtr_1',
      parameters: { unitAmount: '1' },
      quantity: { measured: '-3.5', included: '100/3', billed: '0' },
      fraction: '1/3',
      exactAmount: '0',
    });
  });

  test('the unit amount of a line is in minor units', () => {
    const priceUnit = { code: 'credits', rate: dec('1.5') };
    const [line] = linesOf(aUsagePrice({ priceUnit, model: perUnit('0.25') }), [used(100)]);
    expect(line && formatDecimal(line.unitAmount ?? dec(0))).toBe('0.375');
    expect(line?.computation).toMatchObject({
      parameters: { unitAmount: '0.25' },
      priceUnit: { code: 'credits', rate: '1.5' },
      exactAmount: '37.5',
    });
  });

  test('the computation of tiers, packages and events holds all that is needed to compute it again', () => {
    expect(linesOf(aUsagePrice({ model: graduated }), [used('12.5')])[0]?.computation).toMatchObject({
      model: 'graduated',
      tiers: [
        { from: '0', upTo: '10', quantity: '10', unitAmount: '5', flatAmount: '100', amount: '150' },
        { from: '10', upTo: 'inf', quantity: '2.5', unitAmount: '3', flatAmount: '7', amount: '14.5' },
      ],
      exactAmount: '164.5',
    });
    const aPackage = { model: 'package', amount: dec(9), packageSize: dec(10), freeUnits: dec(1) } as const;
    expect(linesOf(aUsagePrice({ model: aPackage }), [used(12)])[0]?.computation.parameters).toEqual({
      amount: '9',
      packageSize: '10',
      freeUnits: '1',
      packages: '2',
    });
    const model = percentage('2.5', { freeEvents: 1n, perEventMax: dec(10) });
    const events = paidBy([100, 200, 1000]);
    expect(linesOf(aUsagePrice({ model }), [{ ...used(1300), events }])[0]?.computation).toMatchObject({
      parameters: { rate: '2.5', fixedAmount: '0', freeEvents: '1', perEventMax: '10' },
      events: {
        free: { count: '1', amount: '100' },
        atRate: { count: '1', amount: '200' },
        atMinimum: '0',
        atMaximum: '1',
      },
      exactAmount: '15',
    });
  });

  test('more than an invoice can hold is refused', () => {
    expect(
      refusal(() => linesOf(aUsagePrice({ model: perUnit('1000000000000000') }), [used(2)])),
    ).toMatchObject({ status: 422, code: 'amount_out_of_range' });
  });
});

describe('groups', () => {
  test('each has its line, in one order, and its own unit amount where the price names one', () => {
    const price = aUsagePrice({
      ...byRegion,
      model: perUnit('2'),
      groupPrices: [{ group: { region: 'eu' }, unitAmount: dec('3') }],
      includedUnits: dec(1),
    });
    const lines = linesOf(price, [
      inRegion(5, 'us'),
      inRegion(10, 'eu'),
      inRegion(2, null),
      inRegion(3, 'null'),
    ]);
    expect(
      lines.map(({ group, amount, unitAmount }) => [group, amount, formatExact(unitAmount ?? dec(0))]),
    ).toEqual([
      [{ region: 'eu' }, 27n, '3'],
      [{ region: 'null' }, 4n, '2'],
      [{ region: 'us' }, 8n, '2'],
      [{ region: null }, 2n, '2'],
    ]);
    expect(lines.map(({ description }) => description)).toContain(
      'calls, region none, 2026-01-01 to 2026-02-01',
    );
  });

  test('a property that every object has is not in a group by itself', () => {
    const price = aUsagePrice({ groupBy: ['constructor'] });
    expect(linesOf(price, [used(1, {})])[0]?.description).toContain('constructor none');
  });

  test('one group given twice is a mistake', () => {
    expect(() => linesOf(aUsagePrice(byRegion), [inRegion(1, 'eu'), inRegion(2, 'eu')])).toThrow('twice');
  });

  test('a dimensional price prices each combination, or by its default', () => {
    const model = {
      model: 'dimensional',
      dimensions: ['region', 'tier'],
      unitAmounts: [
        { values: ['eu', 'gold'], unitAmount: dec('5') },
        { values: ['us', 'gold'], unitAmount: dec('4.5') },
      ],
      defaultUnitAmount: null,
    } as const;
    const gold = (quantity: number, region: string | null) => used(quantity, { region, tier: 'gold' });
    const lines = linesOf(aUsagePrice({ model }), [gold(3, 'us'), gold(2, 'eu')]);
    expect(lines.map(({ group, amount }) => [group?.['region'], amount])).toEqual([
      ['eu', 10n],
      ['us', 14n],
    ]);
    expect(lines[0]?.computation).toMatchObject({ model: 'dimensional', parameters: { unitAmount: '5' } });
    const error = refusal(() => linesOf(aUsagePrice({ model }), [gold(3, null)]));
    expect(error).toMatchObject({ status: 422, code: 'dimension_unpriced' });
    // What helps for the period at hand comes first.
    expect((error as Error).message).toMatch(
      /no unit amount for .*void the events.*For usage to come, .*default_unit_amount/,
    );
    expect(String(error)).toContain('Price calls has no unit amount for region = null, tier = "gold"');
    const byDefault = linesOf(aUsagePrice({ model: { ...model, defaultUnitAmount: dec(1) } }), [
      gold(3, null),
    ]);
    expect(amountsOf(byDefault)).toEqual([['usage', 3]]);
    expect(linesOf(aUsagePrice({ model }), [])).toEqual([]);
  });

  test('a maximum is split over them in proportion, and what is left over goes by largest remainder', () => {
    const price = aUsagePrice({ ...byRegion, maximumAmount: dec(100) });
    const lines = linesOf(price, [inRegion(100, 'a'), inRegion(100, 'b'), inRegion(100, 'c')]);
    expect(amountsOf(lines)).toEqual([
      ['usage', 34],
      ['usage', 33],
      ['usage', 33],
    ]);
    expect(lines[1]?.computation).toMatchObject({
      exactAmount: '100',
      maximum: { amount: '100', total: '300' },
    });
  });

  test('the minimum line is for the price as a whole', () => {
    const price = aUsagePrice({ ...byRegion, minimumAmount: dec(100) });
    const lines = linesOf(price, [inRegion(30, 'a'), inRegion(50, 'b')]);
    expect(lines.at(-1)).toMatchObject({
      type: 'minimum',
      group: null,
      amount: 20n,
      unitAmount: null,
      description: 'calls, minimum, 2026-01-01 to 2026-02-01',
      computation: { exactAmount: '100', minimum: { amount: '100', total: '80' } },
    });
  });

  const anAmount = fc.nat(100_000).map((thousandths) => dec(thousandths).div(1000));
  const someUsage = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 3 }), anAmount), {
    maxLength: 8,
    selector: ([region]) => region,
  });
  const toUsage = (usage: readonly (readonly [string, Decimal])[]) =>
    usage.map(([region, quantity]) => ({ group: { region }, quantity }));
  const models = fc.constantFrom<UsagePrice['model']>(
    graduated,
    { ...graduated, model: 'volume' },
    perUnit('0.5'),
    { model: 'dynamic' },
    { model: 'package', amount: dec('3.3'), packageSize: dec('2.5'), freeUnits: dec(1) },
  );

  test('each is what the price comes to for it alone, whatever order they are given in', () => {
    fc.assert(
      fc.property(someUsage, models, anAmount, (usage, model, includedUnits) => {
        const price = aUsagePrice({ ...byRegion, model, includedUnits });
        const lines = linesOf(price, toUsage(usage));
        expect(linesOf(price, toUsage([...usage].reverse()))).toEqual(lines);
        expect(lines).toHaveLength(usage.length);
        for (const [region, quantity] of usage) {
          const line = lines.find(({ group }) => group?.['region'] === region);
          const [alone] = linesOf({ ...price, groupBy: [] }, [{ group: {}, quantity }]);
          expect(line?.amount).toBe(alone?.amount);
        }
      }),
    );
  });

  test('their sum is never above the maximum and never below the minimum, and is that bound where it applies', () => {
    fc.assert(
      fc.property(someUsage, models, anAmount, anAmount, (usage, model, one, other) => {
        const [minimum, maximum] = one.lt(other) ? [one, other] : [other, one];
        const price = aUsagePrice({ ...byRegion, model });
        const free = totalOf(linesOf(price, toUsage(usage)));
        const bounds = { minimumAmount: minimum, maximumAmount: maximum };
        const bounded = totalOf(linesOf({ ...price, ...bounds }, toUsage(usage)));
        const [least, most] = [minimum, maximum].map((bound) => BigInt(bound.add(half).floor().toFraction()));
        if (least === undefined || most === undefined) throw new Error('no bounds');
        expect(bounded).toBe(free > most ? most : free < least ? least : free);
      }),
    );
  });
});
