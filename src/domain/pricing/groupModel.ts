/** What prices each group of a usage price: its own unit amount where the price names one (semantics.md, section 4). */
import { groupKey, type Group } from '../usage.ts';
import { dimensionalUnitAmounts } from './dimensional.ts';
import type { UsagePrice } from './price.ts';
import type { RateableModel } from './rate.ts';

/** Throws a `BillingError` 422 `dimension_unpriced` for a group that a dimensional price does not name. */
export function groupModels({
  code,
  model,
  groupBy,
  groupPrices,
}: UsagePrice): (group: Group) => RateableModel {
  switch (model.model) {
    case 'dimensional': {
      const unitAmountOf = dimensionalUnitAmounts(code, model);
      return (group) => ({ model: 'per_unit', unitAmount: unitAmountOf(group) });
    }
    case 'per_unit': {
      const own = new Map(groupPrices.map(({ group, unitAmount }) => [groupKey(groupBy, group), unitAmount]));
      return (group) => ({
        model: 'per_unit',
        unitAmount: own.get(groupKey(groupBy, group)) ?? model.unitAmount,
      });
    }
    default:
      return () => model;
  }
}
