/** A unit amount of its own for each combination of values of one or two properties (semantics.md, section 4). */
import { BillingError } from '../errors.ts';
import type { Decimal } from '../quantity.ts';
import { valuesOf, type Group } from '../usage.ts';
import type { DimensionalModel } from './price.ts';

/**
 * The unit amounts of combinations, one by one. Throws a `BillingError` 422 `dimension_unpriced` for one that the table
 * does not name, where there is no default.
 */
export function dimensionalUnitAmounts(
  priceCode: string,
  { dimensions, unitAmounts, defaultUnitAmount }: DimensionalModel,
): (group: Group) => Decimal {
  const table = new Map(unitAmounts.map(({ values, unitAmount }) => [JSON.stringify(values), unitAmount]));
  return (group) => {
    const values = valuesOf(dimensions, group);
    const unitAmount = table.get(JSON.stringify(values)) ?? defaultUnitAmount;
    if (unitAmount === null) throw dimensionUnpriced(priceCode, dimensions, values);
    return unitAmount;
  };
}

function dimensionUnpriced(
  priceCode: string,
  dimensions: readonly string[],
  values: readonly (string | null)[],
): BillingError {
  const combination = dimensions
    .map((property, index) => `${property} = ${JSON.stringify(values[index] ?? null)}`)
    .join(', ');
  return new BillingError(
    422,
    'dimension_unpriced',
    `Price ${priceCode} has no unit amount for ${combination}. Of a period that is over, void the events: the invoice is then finalised without them. For usage to come, add a version of the plan that names the combination in "unit_amounts" or has a "default_unit_amount", and move the subscription there.`,
  );
}
