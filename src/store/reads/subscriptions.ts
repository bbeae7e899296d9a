/** Subscriptions as clients see them. */
import type { PriceOverride } from '../../catalog/override.ts';
import type { BillingCycleAnchor } from '../../domain/calendar.ts';
import type { CustomerId, InvoiceId, PlanId, SubscriptionId, TestClockId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { StoredCommitment } from '../../catalog/commitment.ts';
import type { SubscriptionStatus } from '../../domain/subscription.ts';

export interface SubscriptionRow {
  readonly id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly plan_id: PlanId;
  readonly plan_version: number;
  readonly quantity: bigint;
  readonly status: SubscriptionStatus;
  readonly billing_cycle_anchor: BillingCycleAnchor;
  readonly current_period_start: Instant | null;
  readonly current_period_end: Instant | null;
  readonly cancel_at: Instant | null;
  readonly canceled_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly latest_invoice_id: InvoiceId | null;
  readonly cancellation_id: string | null;
  readonly commitment: StoredCommitment | null;
  readonly price_overrides: readonly PriceOverride[];
  readonly clock_status: 'ready' | 'advancing' | 'deleted' | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectSubscriptions = `
  SELECT t.id, t.customer_id, t.test_clock_id, t.plan_id, t.plan_version, t.quantity, t.status, t.billing_cycle_anchor,
         t.current_period_start, t.current_period_end, t.cancel_at, t.canceled_at, t.ended_at, t.latest_invoice_id,
         t.metadata, t.created, t.cancellation_id, t.price_overrides, t.commitment, c.status AS clock_status
    FROM subscriptions t
    LEFT JOIN test_clocks c ON c.id = t.test_clock_id`;
