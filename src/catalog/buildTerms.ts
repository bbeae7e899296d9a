/** What a subscription is billed by, built of what its terms name: plan, negotiated prices, add-ons, quantities. */
import { BillingError } from '../domain/errors.ts';
import type { PlanId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { PlanVersion } from '../domain/plan.ts';
import { checkMetersBilledOnce } from '../domain/pricing/sharedMeters.ts';
import type { Price } from '../domain/pricing/price.ts';
import type { AddOn, Terms, TermsContent } from '../domain/terms.ts';
import { withOverrides } from './override.ts';

type FindPlan = (named: { readonly planId: PlanId; readonly planVersion: number }) => PlanVersion;

/** Throws a `BillingError` 422 for add-ons that cannot be billed together with the plan. */
export function buildTerms(content: TermsContent, effectiveAt: Instant, find: FindPlan): Terms {
  const plan = withOverrides(find(content), content.priceOverrides);
  const terms: Terms = { effectiveAt, plan, quantity: content.quantity, seats: content.seats ?? 0 };
  const counted = Object.keys(content.quantities).length > 0;
  if (content.addOns.length === 0) return counted ? { ...terms, quantities: content.quantities } : terms;
  const prices: Price[] = [...plan.prices];
  const quantities: Record<string, number> = {};
  const addOnVersions: Record<string, number> = {};
  for (const [index, addOn] of content.addOns.entries()) {
    const added = find(addOn);
    checkAddOn(plan, prices, added, `add_ons[${String(index)}]`);
    for (const price of added.prices) {
      prices.push(price);
      quantities[price.code] = addOn.quantity;
      addOnVersions[price.id] = added.version;
    }
  }
  checkMetersBilledOnce(
    prices.map((price) => ({ code: price.code, terms: price })),
    'add_ons',
  );
  return {
    ...terms,
    plan: { ...plan, prices },
    quantities: { ...quantities, ...content.quantities },
    addOnVersions,
  };
}

function checkAddOn(plan: PlanVersion, prices: readonly Price[], added: PlanVersion, param: string): void {
  if (added.currency !== plan.currency) {
    throw new BillingError(
      422,
      'currency_mismatch',
      `The add-on is priced in ${added.currency} and the plan in ${plan.currency}. Choose one in ${plan.currency}.`,
      `${param}.plan`,
    );
  }
  if (added.interval !== plan.interval || added.intervalCount !== plan.intervalCount) {
    throw new BillingError(
      422,
      'add_on_interval_differs',
      'An add-on is billed with the subscription and must have the interval of its plan. Choose one that has.',
      `${param}.plan`,
    );
  }
  const twice = added.prices.find(({ code }) => prices.some((price) => price.code === code));
  if (twice) {
    throw new BillingError(
      422,
      'price_code_taken',
      `The add-on has a price ${twice.code}, and so has the plan or another add-on. Their invoices could not tell them apart.`,
      `${param}.plan`,
    );
  }
}

/** How an add-on is asked for and answered. */
export function describeAddOn({ planId, planVersion, quantity }: AddOn) {
  return { plan: planId, plan_version: planVersion, quantity };
}
