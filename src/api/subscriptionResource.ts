/** A subscription as clients see it (api.md, Subscription). */
import { z } from 'zod';
import { describeAddOn } from '../catalog/buildTerms.ts';
import { commitmentSchema, fromCommitment } from '../catalog/commitment.ts';
import { collectionMethods } from '../domain/dueDate.ts';
import { parseInstant } from '../domain/instant.ts';
import { prorationBehaviors } from '../domain/pendingChange.ts';
import { subscriptionStatuses } from '../domain/subscription.ts';
import type { PendingChangeRow, SubscriptionRow } from '../store/reads/subscriptions.ts';
import { subscriptionWorkflowId } from '../workflows/contract/subscription.ts';
import { integer, optionalTime, resourceFields, time, toOptionalTime, toTime } from './fields.ts';

export const statusSchema = z.enum(subscriptionStatuses);
export const anchorSchema = z.union(
  [z.enum(['anniversary', 'calendar']), z.strictObject({ day_of_month: z.int().min(1).max(31) })],
  { error: 'give "anniversary", "calendar" or {"day_of_month": 1 to 31}' },
);
const addOn = z.object({ plan: z.string(), plan_version: z.number(), quantity: z.number() });
const pendingChange = z.object({
  id: z.string(),
  object: z.literal('subscription_change'),
  plan: z.string().optional(),
  plan_version: z.number().optional(),
  quantity: z.number().optional(),
  quantities: z.record(z.string(), z.number()).optional(),
  /** By another number of members that take a seat; not to be withdrawn. */
  seats: z.number().optional(),
  add_ons: z.array(addOn).optional(),
  price_overrides: z.array(z.looseObject({ price: z.string() })).optional(),
  billing_cycle_anchor: anchorSchema.optional(),
  proration_behavior: z.enum(prorationBehaviors),
  /** Null: with a later period, whose start is not known yet. */
  effective_at: optionalTime,
});

export const subscriptionSchema = z.object({
  ...resourceFields,
  object: z.literal('subscription'),
  status: statusSchema,
  customer: z.string(),
  plan: z.string(),
  plan_version: z.number(),
  quantity: integer,
  /** Of single prices, by code, where it is not the subscription's. */
  quantities: z.record(z.string(), z.number()),
  add_ons: z.array(addOn),
  /** Members of the customer's organization that it is billed for, by the prices with `quantity_from: seats`. */
  seats: integer,
  start_at: time,
  current_period: z.object({ start: time, end: optionalTime }).nullable(),
  billing_cycle_anchor: anchorSchema,
  trial_end: optionalTime,
  commitment: commitmentSchema.nullable(),
  billing_thresholds: z.object({ amount_gte: integer }).nullable(),
  price_overrides: z.array(z.looseObject({ price: z.string() })),
  /** Null: as its customer has it. */
  collection_method: z.enum(collectionMethods).nullable(),
  days_until_due: z.number().nullable(),
  /** Coupons that it has redeemed and that may still take from its invoices. */
  discounts: z.array(z.object({ discount: z.string(), coupon: z.string(), code: z.string() })),
  cancel_at: optionalTime,
  canceled_at: optionalTime,
  ended_at: optionalTime,
  pause_at: optionalTime,
  paused_at: optionalTime,
  resumes_at: optionalTime,
  /** The next one to take effect; all of them are in `pending_changes`. */
  pending_change: pendingChange.nullable(),
  pending_changes: z.array(pendingChange),
  latest_invoice: z.string().nullable(),
  workflow_id: z.string(),
});

export function toSubscription(row: SubscriptionRow) {
  const { current_period_start: start, current_period_end: end } = row;
  const pending = row.pending_changes.map((change) => toPendingChange(row, change));
  return {
    id: row.id,
    object: 'subscription' as const,
    status: row.status,
    customer: row.customer_id,
    plan: row.plan_id,
    plan_version: row.plan_version,
    quantity: row.quantity,
    quantities: row.quantities,
    add_ons: row.add_ons.map(describeAddOn),
    seats: row.seats,
    start_at: toTime(row.started_at),
    current_period: start === null ? null : { start: toTime(start), end: toOptionalTime(end) },
    billing_cycle_anchor: row.billing_cycle_anchor,
    trial_end: toOptionalTime(row.trial_end),
    commitment: row.commitment && fromCommitment(row.commitment),
    billing_thresholds: row.threshold_amount === null ? null : { amount_gte: row.threshold_amount },
    price_overrides: row.price_overrides.map(({ written }) => written),
    collection_method: row.collection_method,
    days_until_due: row.days_until_due,
    discounts: row.discounts.map(({ id, coupon, code }) => ({ discount: id, coupon, code })),
    cancel_at: toOptionalTime(row.cancel_at),
    canceled_at: toOptionalTime(row.canceled_at),
    ended_at: toOptionalTime(row.ended_at),
    pause_at: toOptionalTime(row.pause_at),
    paused_at: toOptionalTime(row.paused_at),
    resumes_at: toOptionalTime(row.resume_at),
    pending_change: pending.toSorted(byTime)[0] ?? null,
    pending_changes: pending,
    latest_invoice: row.latest_invoice_id,
    workflow_id: subscriptionWorkflowId(row.id),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}

function toPendingChange(subscription: SubscriptionRow, row: PendingChangeRow) {
  const { planId, planVersion, quantity, quantities, addOns, priceOverrides, billingCycleAnchor, seats } =
    row.change;
  const stated = row.effective_at === null ? null : (parseInstant(row.effective_at) ?? null);
  const withNext = row.at_period !== null && row.at_period <= subscription.period_index + 1;
  return {
    id: row.id,
    object: 'subscription_change' as const,
    ...(planId !== undefined && { plan: planId }),
    ...(planVersion !== undefined && { plan_version: planVersion }),
    ...(quantity !== undefined && { quantity }),
    ...(quantities !== undefined && { quantities }),
    ...(seats !== undefined && { seats }),
    ...(addOns !== undefined && { add_ons: addOns.map(describeAddOn) }),
    ...(priceOverrides !== undefined && {
      price_overrides: (priceOverrides as SubscriptionRow['price_overrides']).map(({ written }) => written),
    }),
    ...(billingCycleAnchor !== undefined && { billing_cycle_anchor: billingCycleAnchor }),
    proration_behavior: row.proration_behavior,
    effective_at: toOptionalTime(withNext ? subscription.current_period_end : stated),
  };
}

function byTime(a: { effective_at: string | null }, b: { effective_at: string | null }): number {
  return (a.effective_at ?? '9').localeCompare(b.effective_at ?? '9');
}
