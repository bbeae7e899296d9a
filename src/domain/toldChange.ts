/** What was asked of a subscription, in the words of the API, for the event that tells of it. */
import { formatInstant } from './instant.ts';
import type { Moment } from './subscription.ts';
import type { TermsChangeContent } from './terms.ts';

export function toldMoment(moment: Moment | null): string | null {
  return typeof moment === 'number' ? formatInstant(moment) : moment;
}

/** The fields that were given; of negotiated prices the codes alone. */
export function toldChange(change: TermsChangeContent): Readonly<Record<string, unknown>> {
  const { planId, planVersion, quantity, quantities, addOns, priceOverrides, billingCycleAnchor, seats } =
    change;
  const told = {
    plan: planId,
    plan_version: planVersion,
    quantity,
    quantities,
    add_ons: addOns?.map((addOn) => ({
      plan: addOn.planId,
      plan_version: addOn.planVersion,
      quantity: addOn.quantity,
    })),
    price_overrides: priceOverrides?.map(({ code }) => code),
    billing_cycle_anchor: billingCycleAnchor,
    seats,
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}
