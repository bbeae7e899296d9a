/** Whether prices can be answered by the meters that they name. */
import { BillingError } from '../domain/errors.ts';
import type { MeterId } from '../domain/ids.ts';
import type { Meter } from '../domain/meter.ts';
import type { UsageTerms } from '../domain/pricing/price.ts';
import { groupingOf } from '../domain/usage.ts';
import type { DefinedPrice } from './definePrice.ts';

/**
 * Throws a `BillingError` 400 for a meter that does not exist, one that does not add up amounts of money where the price
 * is made of them, and a property that the meter does not group by.
 */
export function checkMeters(prices: readonly DefinedPrice[], meters: ReadonlyMap<MeterId, Meter>): void {
  for (const [index, { terms }] of prices.entries()) {
    if (terms.type === 'usage') checkMeter(terms, meters, `prices[${String(index)}]`);
  }
}

function checkMeter(terms: UsageTerms, meters: ReadonlyMap<MeterId, Meter>, param: string): void {
  const meter = meters.get(terms.meterId);
  if (!meter) {
    throw new BillingError(
      400,
      'meter_missing',
      `There is no meter ${terms.meterId}. Create it first.`,
      `${param}.meter`,
    );
  }
  const { model } = terms.model;
  if ((model === 'percentage' || model === 'dynamic') && meter.aggregation !== 'sum') {
    throw new BillingError(
      400,
      'meter_aggregation_invalid',
      `The model ${model} needs the amount that each event carries: give a meter with the aggregation "sum".`,
      `${param}.meter`,
    );
  }
  const refuseUngrouped = (properties: readonly string[], field: string) => {
    const unknown = properties.find((property) => !meter.groupBy.includes(property));
    if (unknown === undefined) return;
    throw new BillingError(
      400,
      'property_not_grouped',
      `Meter ${meter.code} does not tell its events apart by ${unknown}. Create a meter with ${unknown} in its group_by.`,
      `${param}.${field}`,
    );
  };
  refuseUngrouped(groupingOf(terms), terms.model.model === 'dimensional' ? 'dimensions' : 'group_by');
  refuseUngrouped(
    terms.filters.map(({ property }) => property),
    'filters',
  );
}
