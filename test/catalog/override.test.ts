/** Negotiated prices as they are written: what is wrong with one is named at its place among them. */
import { describe, expect, test } from '@jest/globals';
import { defineOverrides, type WrittenOverride } from '../../src/catalog/override.ts';
import { definePrices } from '../../src/catalog/definePrice.ts';
import { priceSchema } from '../../src/catalog/price.ts';
import type { MeterId } from '../../src/domain/ids.ts';
import type { Meter } from '../../src/domain/meter.ts';
import { refusal } from '../domain/pricing/builders.ts';

const id = 'mtr_01kk0000000000000000000000' as MeterId;
const meter: Meter = {
  id,
  code: 'calls',
  eventType: 'call',
  aggregation: 'sum',
  property: 'n',
  expression: null,
  filters: [],
  groupBy: ['region'],
};
const usage = (code: string, region: string) => ({
  code,
  type: 'usage',
  meter: id,
  model: 'per_unit',
  unit_amount: '1',
  filters: [{ property: 'region', in: [region] }],
});
const plan = definePrices(
  [{ code: 'fee', type: 'fixed', model: 'flat', amount: '100' }, usage('eu', 'eu'), usage('us', 'us')].map(
    (price) => priceSchema.parse(price),
  ),
  [],
).map(({ code, meterId, definition }) => ({ code, meter_id: meterId, definition }));

describe('what is wrong with a negotiated price is named at its place among them:', () => {
  const fee = { price: 'fee', amount: '50' };
  test.each<[string, WrittenOverride[], string, string]>([
    [
      'a tier',
      [fee, { price: 'us', model: 'graduated', tiers: [{ up_to: '5' }] }],
      'tiers_invalid',
      'price_overrides[1].tiers[0].up_to',
    ],
    [
      'an amount',
      [{ price: 'us', unit_amount: '-1' }, fee],
      'amount_negative',
      'price_overrides[0].unit_amount',
    ],
    [
      'a value within a tier',
      [fee, { price: 'us', model: 'graduated', tiers: [{ up_to: 'all' }] }],
      'override_invalid',
      'price_overrides[1].tiers[0].up_to',
    ],
    [
      'a field within a tier',
      [{ price: 'us', model: 'stairstep', tiers: [{ up_to: 'inf', flat_amount: '1', unit_amount: '2' }] }],
      'override_invalid',
      'price_overrides[0].tiers[0].unit_amount',
    ],
    [
      'a property that the meter does not group by',
      [fee, { price: 'us', group_by: ['city'] }],
      'property_not_grouped',
      'price_overrides[1].group_by',
    ],
    [
      'filters that another price of the plan has too',
      [{ price: 'us', filters: [{ property: 'region', in: ['eu'] }] }],
      'meter_billed_twice',
      'price_overrides[0].meter',
    ],
    [
      "filters that make a price of the plan the second to bill the meter's events",
      [{ price: 'eu', filters: [{ property: 'region', in: ['us'] }] }],
      'meter_billed_twice',
      'price_overrides',
    ],
  ])('%s', (_what, overrides, code, param) => {
    const error = refusal(() => defineOverrides(overrides, plan, [], new Map([[id, meter]])));
    expect(error).toMatchObject({ code, param });
  });
});
