/** What is to be asked and rated of a subscription's usage in one of its periods. */
import type { BillingCycleAnchor } from '../domain/calendar.ts';
import type { CustomerId, PlanId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { closedFraction, type Period } from '../domain/period.ts';
import { billingCycleOf } from '../domain/plan.ts';
import type { UsagePrice } from '../domain/pricing/price.ts';
import { one, type Decimal } from '../domain/quantity.ts';
import type { Queryable } from './database.ts';
import { loadPlanVersion } from './plans.ts';

export interface MeteredSubscription {
  readonly customer_id: CustomerId;
  readonly plan_id: PlanId;
  readonly plan_version: number;
  readonly started_at: Instant;
  readonly billing_cycle_anchor: BillingCycleAnchor;
  readonly timezone: string;
  readonly ended_at: Instant | null;
}

export interface MeteredPrice {
  readonly customerId: CustomerId;
  readonly price: UsagePrice;
  readonly planVersion: number;
  readonly period: Period;
  /** The part of its interval that the period is, where the price scales with it. */
  readonly fraction: Decimal;
}

/** The usage prices of the subscription's plan, in order. */
export async function meteredPrices(
  db: Queryable,
  subscription: MeteredSubscription,
  period: Period & { readonly index: number },
): Promise<MeteredPrice[]> {
  const plan = await loadPlanVersion(db, subscription.plan_id, subscription.plan_version);
  const prices = plan.prices.filter((price) => price.type === 'usage');
  const fraction = prices.some((price) => price.prorate)
    ? closedFraction(
        billingCycleOf(plan, {
          startedAt: subscription.started_at,
          anchor: subscription.billing_cycle_anchor,
          timezone: subscription.timezone,
        }),
        period,
        subscription.ended_at === period.end,
        plan.prorationUnit,
      )
    : one;
  return prices.map((price) => ({
    customerId: subscription.customer_id,
    price,
    planVersion: plan.version,
    period: { start: period.start, end: period.end },
    fraction,
  }));
}
