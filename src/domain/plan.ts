/** A version of a plan: immutable, and what a subscription is billed by (semantics.md, sections 4 and 6). */
import type { BillingCycle, Interval } from './calendar.ts';
import type { PlanId } from './ids.ts';
import type { Price, PriceUnit } from './pricing/price.ts';
import type { ProrationUnit } from './proration.ts';

export type TrialEndBehavior = 'cancel' | 'pause' | 'invoice';

export interface PlanVersion {
  readonly planId: PlanId;
  readonly version: number;
  readonly currency: string;
  readonly interval: Interval;
  readonly intervalCount: number;
  readonly prorationUnit: ProrationUnit;
  readonly gracePeriodSeconds: number;
  readonly trialDays: number;
  readonly trialUsage: 'free' | 'billed';
  /** What becomes of a trial that ends without a payment method. */
  readonly trialEndBehavior: TrialEndBehavior;
  /** When a change to fewer seats takes effect, where it does not say. */
  readonly seatsDown: 'now' | 'period_end';
  /** The units that its prices may be stated in, beside the currency. */
  readonly priceUnits: readonly PriceUnit[];
  readonly prices: readonly Price[];
}

/** The cycle that a subscription to the plan is billed in. */
export function billingCycleOf(
  plan: PlanVersion,
  subscription: Pick<BillingCycle, 'startedAt' | 'anchor' | 'timezone'>,
): BillingCycle {
  const { startedAt, anchor, timezone } = subscription;
  return { startedAt, anchor, timezone, interval: plan.interval, intervalCount: plan.intervalCount };
}
