/** Prices as they are written: what each field means, what is refused, and that what is stored reads back the same. */
import { describe, expect, test } from '@jest/globals';
import { definePrices } from '../../src/catalog/definePrice.ts';
import { definitionSchema, priceSchema, toTerms, type WrittenPrice } from '../../src/catalog/price.ts';
import { definePriceUnits } from '../../src/catalog/priceUnits.ts';
import { dec, refusal } from '../domain/pricing/builders.ts';

const meter = 'mtr_01kk0000000000000000000000';
const credits = [{ code: 'credits', rate: '1.5' }];
const usage = (fields: Record<string, unknown>) => ({ code: 'p', type: 'usage', meter, ...fields });
const fixed = (fields: Record<string, unknown>) => ({ code: 'p', type: 'fixed', ...fields });
const define = (...written: unknown[]) =>
  definePrices(
    written.map((price) => priceSchema.parse(price)),
    definePriceUnits(credits),
  );
const defineOne = (written: unknown) => {
  const [defined] = define(written);
  if (!defined) throw new Error('nothing defined');
  return defined;
};

/** One of each model, with all that it may have. */
const examples: Record<WrittenPrice['model'], unknown> = {
  flat: fixed({ model: 'flat', amount: '100', billing: 'in_arrears', prorate: true, taxable: false }),
  per_unit: usage({
    model: 'per_unit',
    unit_amount: '0.0025',
    included_units: '10',
    minimum_amount: '5',
    maximum_amount: '500.5',
    filters: [
      { property: 'kind', in: ['a', 'b'] },
      { property: 'request.region', not_in: ['moon'] },
    ],
    group_by: ['request.zone'],
    group_prices: [{ group: { 'request.zone': 'a' }, unit_amount: '7' }],
    prorate: true,
    price_unit: 'credits',
  }),
  graduated: usage({
    model: 'graduated',
    tiers: [
      { up_to: '10', unit_amount: '1' },
      { up_to: 'inf', flat_amount: '3' },
    ],
  }),
  volume: fixed({ model: 'volume', tiers: [{ up_to: 'inf', unit_amount: '2' }], quantity_from: 'fixed' }),
  package: usage({ model: 'package', amount: '250', package_size: '100' }),
  percentage: usage({
    model: 'percentage',
    rate: '2.9',
    fixed_amount: '30',
    free_events: 10,
    free_amount: '1000',
    per_event_min: '5',
    per_event_max: '500',
  }),
  graduated_percentage: usage({
    model: 'graduated_percentage',
    tiers: [{ up_to: 'inf', rate: '1.25', flat_amount: '2' }],
  }),
  stairstep: fixed({
    model: 'stairstep',
    tiers: [
      { up_to: '5', flat_amount: '10' },
      { up_to: 'inf', flat_amount: '20' },
    ],
  }),
  dynamic: usage({ model: 'dynamic' }),
  dimensional: usage({
    model: 'dimensional',
    dimensions: ['region', 'tier'],
    unit_amounts: [{ values: ['eu', 'gold'], unit_amount: '4' }],
    default_unit_amount: '9',
  }),
};

describe('a price that is stored', () => {
  test.each(Object.entries(examples))(
    '%s: reads back as it was written, and can be written again',
    (model, written) => {
      const { code, meterId, definition, terms } = defineOne(written);
      expect(definition).toMatchObject({ model, taxable: model !== 'flat' });
      const stored = JSON.parse(JSON.stringify(definition)) as unknown;
      expect(JSON.stringify(stored)).not.toContain('undefined');
      const read = definitionSchema.parse(stored);
      expect(toTerms(read, meterId, terms.priceUnit)).toEqual(terms);
      const again = { code, ...read, ...(meterId !== null && { meter: meterId }) };
      expect(defineOne(again).definition).toEqual(definition);
    },
  );

  test('its fields mean what the contract says', () => {
    expect(defineOne(examples.per_unit).terms).toEqual({
      type: 'usage',
      billing: 'in_arrears',
      meterId: meter,
      model: { model: 'per_unit', unitAmount: dec('0.0025') },
      includedUnits: dec(10),
      minimumAmount: dec(5),
      maximumAmount: dec('500.5'),
      filters: [
        { property: 'kind', in: ['a', 'b'] },
        { property: 'request.region', notIn: ['moon'] },
      ],
      groupBy: ['request.zone'],
      groupPrices: [{ group: { 'request.zone': 'a' }, unitAmount: dec(7) }],
      prorate: true,
      priceUnit: { code: 'credits', rate: dec('1.5') },
      taxable: true,
    });
    expect(defineOne(examples.percentage).terms.model).toEqual({
      model: 'percentage',
      rate: dec('2.9'),
      fixedAmount: dec(30),
      freeEvents: 10n,
      freeAmount: dec(1000),
      perEventMin: dec(5),
      perEventMax: dec(500),
    });
    expect(defineOne(usage({ model: 'percentage', rate: '1', free_events: '25' })).terms.model).toMatchObject(
      {
        freeEvents: 25n,
        freeAmount: null,
      },
    );
  });

  test('what is left out has one meaning', () => {
    expect(defineOne(fixed({ model: 'flat', amount: '1' })).definition).toEqual({
      type: 'fixed',
      model: 'flat',
      amount: '1',
      billing: 'in_advance',
      quantity_from: 'subscription',
      taxable: true,
    });
    expect(defineOne(usage({ model: 'dynamic' })).definition).toEqual({
      type: 'usage',
      model: 'dynamic',
      billing: 'in_arrears',
      prorate: false,
      taxable: true,
    });
  });
});

describe('refused as a whole:', () => {
  const dynamic = { model: 'dynamic' };
  const flat = { model: 'flat', amount: '1' };
  test.each<[string, unknown[], string, string]>([
    ['usage without a meter', [usage({ ...dynamic, meter: undefined })], 'meter_invalid', 'prices[0].meter'],
    [
      'usage in advance',
      [usage({ ...dynamic, billing: 'in_advance' })],
      'billing_invalid',
      'prices[0].billing',
    ],
    [
      'usage of the quantity',
      [usage({ ...dynamic, quantity_from: 'fixed' })],
      'quantity_from_invalid',
      'prices[0].quantity_from',
    ],
    ['a fixed price with a meter', [fixed({ ...flat, meter })], 'meter_invalid', 'prices[0].meter'],
    ['a fixed price by usage', [fixed(dynamic)], 'model_invalid', 'prices[0].model'],
    ['a fixed percentage', [fixed({ model: 'percentage', rate: '1' })], 'model_invalid', 'prices[0].model'],
    [
      'a fixed price in groups',
      [fixed({ ...flat, group_by: ['a'] })],
      'usage_field_invalid',
      'prices[0].group_by',
    ],
    [
      'a fixed price with a minimum',
      [fixed({ ...flat, minimum_amount: '5' })],
      'usage_field_invalid',
      'prices[0].minimum_amount',
    ],
    [
      'in advance, but not prorated',
      [fixed({ ...flat, prorate: false })],
      'prorate_invalid',
      'prices[0].prorate',
    ],
    [
      'a unit that the plan has not',
      [usage({ ...dynamic, price_unit: 'tokens' })],
      'price_unit_unknown',
      'prices[0].price_unit',
    ],
    ['two prices of one code', [fixed(flat), fixed(flat)], 'code_repeated', 'prices[1].code'],
    [
      'what the domain refuses',
      [fixed(flat), usage({ model: 'percentage', rate: '101', code: 'q' })],
      'rate_out_of_range',
      'prices[1].rate',
    ],
  ])('%s', (_name, written, code, param) => {
    expect(refusal(() => define(...written))).toMatchObject({ status: 400, code, param });
  });

  test('two prices of one meter, where an event may pass the filters of both', () => {
    const by = (code: string, ...filters: unknown[]) => usage({ ...dynamic, code, filters });
    const eu = { property: 'region', in: ['eu'] };
    const us = { property: 'region', in: ['us'] };
    const rest = { property: 'region', not_in: ['eu', 'us'] };
    expect(define(by('a', eu), by('b', us), by('c', rest))).toHaveLength(3);
    const twice = [by('a', eu), by('b', us), by('c', { property: 'region', not_in: ['us'] })];
    expect(refusal(() => define(...twice))).toMatchObject({
      status: 422,
      code: 'meter_billed_twice',
      param: 'prices[2].meter',
      message: expect.stringContaining('Prices a and c') as unknown,
    });
  });
});

describe('refused at the field:', () => {
  const at = (...path: (string | number)[]) => path;
  test.each<[string, unknown, (string | number)[]]>([
    ['a field of another model', usage({ model: 'dynamic', rate: '1' }), at()],
    ['group prices of tiers', usage({ ...(examples.graduated as object), group_prices: [] }), at()],
    [
      'a rate in a unit tier',
      usage({ model: 'volume', tiers: [{ up_to: 'inf', rate: '1' }] }),
      at('tiers', 0),
    ],
    [
      'a unit amount in a step',
      usage({ model: 'stairstep', tiers: [{ up_to: 'inf', flat_amount: '1', unit_amount: '1' }] }),
      at('tiers', 0),
    ],
    [
      'a tier up to nothing',
      usage({ model: 'stairstep', tiers: [{ up_to: 'all', flat_amount: '1' }] }),
      at('tiers', 0, 'up_to'),
    ],
    ['a number for a decimal', usage({ model: 'per_unit', unit_amount: 1 }), at('unit_amount')],
    ['13 fractional digits', usage({ model: 'per_unit', unit_amount: '0.0000000000001' }), at('unit_amount')],
    [
      'a filter that filters nothing',
      usage({ model: 'dynamic', filters: [{ property: 'a' }] }),
      at('filters', 0),
    ],
    [
      'a filter both ways',
      usage({ model: 'dynamic', filters: [{ property: 'a', in: ['1'], not_in: ['2'] }] }),
      at('filters', 0),
    ],
    [
      'a filter of no values',
      usage({ model: 'dynamic', filters: [{ property: 'a', in: [] }] }),
      at('filters', 0, 'in'),
    ],
    [
      '101 values',
      usage({ model: 'dynamic', filters: [{ property: 'a', in: Array.from({ length: 101 }, String) }] }),
      at('filters', 0, 'in'),
    ],
    [
      '21 filters',
      usage({
        model: 'dynamic',
        filters: Array.from({ length: 21 }, (_, n) => ({ property: `p${String(n)}`, in: ['1'] })),
      }),
      at('filters'),
    ],
    ['a property without a name', usage({ model: 'dynamic', group_by: ['a..b'] }), at('group_by', 0)],
    ['half an event', usage({ model: 'percentage', rate: '1', free_events: 0.5 }), at('free_events')],
    [
      'three dimensions',
      usage({
        model: 'dimensional',
        dimensions: ['a', 'b', 'c'],
        unit_amounts: [{ values: ['1', '2', '3'], unit_amount: '1' }],
      }),
      at('dimensions'),
    ],
    [
      'a table without rows',
      usage({ model: 'dimensional', dimensions: ['a'], unit_amounts: [] }),
      at('unit_amounts'),
    ],
    ['an unknown model', usage({ model: 'cheap' }), at('model')],
  ])('%s', (_name, written, path) => {
    expect(priceSchema.safeParse(written).error?.issues[0]?.path).toEqual(path);
  });
});
