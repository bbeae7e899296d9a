/** What is to be asked and rated of subscriptions' usage in closed periods. */
import type { BillingCycleAnchor } from '../domain/calendar.ts';
import type { CustomerId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { closedPeriod, type Period } from '../domain/period.ts';
import { billingCycleOf } from '../domain/plan.ts';
import type { UsagePrice } from '../domain/pricing/price.ts';
import { fraction } from '../domain/proration.ts';
import { one, type Decimal } from '../domain/quantity.ts';
import { arrearsRuns, isUsageRun, type PriceRun } from '../domain/terms.ts';
import type { Queryable } from './database.ts';
import { historyOf, readTerms } from './terms.ts';

export interface MeteredSubscription {
  readonly subscription_id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly started_at: Instant;
  readonly billing_cycle_anchor: BillingCycleAnchor;
  readonly timezone: string;
  readonly ended_at: Instant | null;
}

/** A period whose usage is to be counted. */
export interface MeteredPeriod extends MeteredSubscription {
  readonly index: number;
  readonly starts_at: Instant;
  readonly ends_at: Instant;
}

export interface MeteredPrice<P extends MeteredPeriod> {
  readonly of: P;
  readonly customerId: CustomerId;
  readonly price: UsagePrice;
  readonly planVersion: number;
  /** The period, or the part of it that the price is in effect. */
  readonly period: Period;
  /** The part of its interval that it is, where the price scales with it. */
  readonly fraction: Decimal;
}

/** The usage prices that bill each period, in order. */
export async function meteredPrices<P extends MeteredPeriod>(
  db: Queryable,
  periods: readonly P[],
): Promise<MeteredPrice<P>[]> {
  const histories = await readTerms(db, [...new Set(periods.map((of) => of.subscription_id))]);
  return periods.flatMap((of) =>
    arrearsRuns(historyOf(histories, of.subscription_id), { start: of.starts_at, end: of.ends_at })
      .filter(isUsageRun)
      .map((run) => ({
        of,
        customerId: of.customer_id,
        price: run.price,
        planVersion: run.terms.plan.version,
        period: run.period,
        fraction: run.price.prorate ? fractionOf(of, run) : one,
      })),
  );
}

function fractionOf(of: MeteredPeriod, { terms: { plan }, period }: PriceRun): Decimal {
  const cycle = billingCycleOf(plan, {
    startedAt: of.started_at,
    anchor: of.billing_cycle_anchor,
    timezone: of.timezone,
  });
  const closed = { index: of.index, start: of.starts_at, end: of.ends_at };
  const { whole } = closedPeriod(cycle, closed, of.ended_at === of.ends_at);
  return fraction(period, whole, plan.prorationUnit, of.timezone);
}
