/** Subscriptions as clients see them. */
import type { StoredCommitment } from '../../catalog/commitment.ts';
import type { PriceOverride } from '../../catalog/override.ts';
import type { BillingCycleAnchor } from '../../domain/calendar.ts';
import type {
  CustomerId,
  InvoiceId,
  PlanId,
  SubscriptionChangeId,
  SubscriptionId,
  TestClockId,
} from '../../domain/ids.ts';
import type { CollectionMethod } from '../../domain/dueDate.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';
import type { ProrationBehavior } from '../../domain/pendingChange.ts';
import type { SubscriptionStatus } from '../../domain/subscription.ts';
import type { AddOn, TermsChangeContent } from '../../domain/terms.ts';

export interface PendingChangeRow {
  readonly id: SubscriptionChangeId;
  readonly change: TermsChangeContent;
  readonly proration_behavior: ProrationBehavior;
  /** Null: with the period of that index. */
  readonly effective_at: string | null;
  readonly at_period: number | null;
}

export interface SubscriptionRow {
  readonly id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly plan_id: PlanId;
  readonly plan_version: number;
  readonly quantity: bigint;
  readonly quantities: Readonly<Record<string, number>>;
  readonly add_ons: readonly AddOn[];
  readonly seats: bigint;
  readonly status: SubscriptionStatus;
  readonly billing_cycle_anchor: BillingCycleAnchor;
  readonly started_at: Instant;
  readonly period_index: number;
  readonly current_period_start: Instant | null;
  readonly current_period_end: Instant | null;
  readonly trial_end: Instant | null;
  readonly cancel_at: Instant | null;
  readonly canceled_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly pause_at: Instant | null;
  readonly paused_at: Instant | null;
  readonly resume_at: Instant | null;
  readonly pending_changes: readonly PendingChangeRow[];
  readonly latest_invoice_id: InvoiceId | null;
  readonly commitment: StoredCommitment | null;
  readonly threshold_amount: Amount | null;
  readonly price_overrides: readonly PriceOverride[];
  readonly clock_status: 'ready' | 'advancing' | 'deleted' | null;
  readonly frozen_time: Instant | null;
  readonly collection_method: CollectionMethod | null;
  readonly days_until_due: number | null;
  /** Coupons that it has redeemed and that may still take from an invoice. */
  readonly discounts: readonly { readonly id: string; readonly coupon: string; readonly code: string }[];
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectSubscriptions = `
  SELECT t.id, t.customer_id, t.test_clock_id, t.plan_id, t.plan_version, t.quantity, t.quantities, t.add_ons, t.seats, t.status,
         t.billing_cycle_anchor, t.started_at, t.period_index, t.current_period_start, t.current_period_end, t.trial_end,
         t.cancel_at, t.canceled_at, t.ended_at, t.pause_at, t.paused_at, t.resume_at, t.latest_invoice_id, t.metadata,
         t.created, t.price_overrides, t.commitment, t.collection_method, t.days_until_due, t.threshold_amount, c.status AS clock_status, c.frozen_time,
         coalesce((SELECT json_agg(json_build_object('id', d.id, 'coupon', d.coupon_id, 'code', k.code) ORDER BY d.id)
                     FROM discounts d JOIN coupons k ON k.id = d.coupon_id
                    WHERE d.customer_id = t.customer_id AND d.subscription_id = t.id AND NOT d.exhausted
                      AND (d.ends_at IS NULL OR d.ends_at > coalesce(c.frozen_time, now()))), '[]') AS discounts,
         coalesce((SELECT json_agg(json_build_object('id', ch.id, 'change', ch.change, 'at_period', ch.at_period,
                     'proration_behavior', ch.proration_behavior,
                     'effective_at', to_char(ch.effective_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
                     ORDER BY ch.sequence)
                     FROM subscription_changes ch WHERE ch.subscription_id = t.id AND ch.status = 'pending'), '[]') AS pending_changes
    FROM subscriptions t
    LEFT JOIN test_clocks c ON c.id = t.test_clock_id`;
