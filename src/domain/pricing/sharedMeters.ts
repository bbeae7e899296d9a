/** Which prices of one plan may bill one meter: those that can never both count an event (semantics.md, section 11.2). */
import { BillingError } from '../errors.ts';
import type { MeterId } from '../ids.ts';
import type { PropertyFilter } from '../usage.ts';
import type { PriceTerms } from './price.ts';

/** Throws a `BillingError` 422 `meter_billed_twice` at the second of two prices that may count one event. */
export function checkMetersBilledOnce(
  prices: readonly { readonly code: string; readonly terms: PriceTerms }[],
  param: string,
): void {
  const byMeter = new Map<string, { code: string; filters: readonly PropertyFilter[] }[]>();
  for (const [index, { code, terms }] of prices.entries()) {
    if (terms.type !== 'usage') continue;
    const others = byMeter.get(terms.meterId) ?? [];
    const overlapping = others.find(({ filters }) => !areDisjoint(filters, terms.filters));
    if (overlapping) {
      throw new BillingError(
        422,
        'meter_billed_twice',
        `Prices ${overlapping.code} and ${code} may both bill an event of this meter. Give both filters on one property whose values cannot overlap, or make them one price.`,
        `${param}[${String(index)}].meter`,
      );
    }
    byMeter.set(terms.meterId, [...others, { code, filters: terms.filters }]);
  }
}

/** Whether no event can pass both: some property is filtered by both, and no value of it passes both filters. */
export function areDisjoint(some: readonly PropertyFilter[], others: readonly PropertyFilter[]): boolean {
  return some.some((filter) =>
    others.some((other) => other.property === filter.property && cannotBothPass(filter, other)),
  );
}

/** Two that only exclude values both let the rest through, and a missing property. */
function cannotBothPass(filter: PropertyFilter, other: PropertyFilter): boolean {
  if (filter.in) return filter.in.every((value) => !passes(other, value));
  if (other.in) return other.in.every((value) => !passes(filter, value));
  return false;
}

/** Whether an event with this value of the filter's property passes; null: the event lacks it. */
export function passes(filter: PropertyFilter, value: string | null): boolean {
  if (filter.in && (value === null || !filter.in.includes(value))) return false;
  return !(filter.notIn && value !== null && filter.notIn.includes(value));
}

/** Meters of a customer that another of its live subscriptions bills. */
export function meterTaken(meterIds: readonly MeterId[]): BillingError {
  return new BillingError(
    422,
    'meter_already_billed',
    `Another subscription of this customer bills ${meterIds.join(', ')}, and no event may be billed twice. Cancel that subscription first, or choose a plan without these meters.`,
    'plan',
  );
}
