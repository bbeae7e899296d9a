/** A change of a subscription as it is written in a request, and held against the rules before anything is asked. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import { prorationBehaviors } from '../domain/pendingChange.ts';
import { isOfSeats } from '../domain/seats.ts';
import { decideChange } from '../domain/subscriptionChange.ts';
import type { TermsContent } from '../domain/terms.ts';
import { decideTrialEnd } from '../domain/trial.ts';
import { readChangeCandidates } from '../store/changeCandidates.ts';
import type { Queryable } from '../store/database.ts';
import type { SubscriptionRow } from '../store/reads/subscriptions.ts';
import type { ChangeRequest } from '../workflows/contract/subscription.ts';
import { nowOf } from './customerClock.ts';
import { findNamedCoupon } from './coupon.ts';
import { instant, text } from './fields.ts';
import { anchorSchema } from './subscriptionResource.ts';
import { readTermsChange, termsFields } from './subscriptionTerms.ts';

const timeOr = (words: string) => ({
  error: `give ${words} or an RFC 3339 time, such as 2026-01-31T00:00:00Z`,
});
export const moment = z.union([z.enum(['now', 'period_end']), instant], timeOr('"now", "period_end"'));
export const nowOrInstant = z.union([z.literal('now'), instant], timeOr('"now"'));

export const changeFields = {
  ...termsFields,
  /** Begins a new period there. */
  billing_cycle_anchor: anchorSchema.optional(),
  /** Left out: now, but for fewer seats where the plan says at the end of the period. */
  effective: moment.optional(),
  proration_behavior: z.enum(prorationBehaviors).optional(),
  trial_end: nowOrInstant.optional(),
  /** By its id or code; null: what it has redeemed takes from no further invoice. */
  coupon: text(100).nullable().optional(),
  /** Null gives up all that is pending, before anything else that is asked for. */
  pending_change: z.null().optional(),
  /** Null undoes a cancellation that is to come. */
  cancel_at: z.null().optional(),
  /** Null takes back a pause that is to come. */
  pause_at: z.null().optional(),
};
export type WrittenChange = z.output<z.ZodObject<typeof changeFields>>;

/** Refuses, before the workflow sees it, what a rule of billing forbids as things stand. */
export async function readChangeRequest(
  pool: Queryable,
  row: SubscriptionRow,
  body: WrittenChange,
  operationId: string,
): Promise<ChangeRequest> {
  const terms = await readTermsChange(pool, body, contentOf(row));
  const change = {
    ...terms,
    ...(body.billing_cycle_anchor !== undefined && { billingCycleAnchor: body.billing_cycle_anchor }),
  };
  const changes = Object.keys(change).length > 0;
  const couponChanges = body.coupon !== undefined;
  const idle = (['effective', 'proration_behavior'] as const).find((name) => body[name] !== undefined);
  if (idle && !changes && !couponChanges) throw nothingToChange(idle);
  const request: ChangeRequest = {
    operationId,
    change: changes ? change : null,
    effective: body.effective ?? null,
    prorationBehavior: body.proration_behavior ?? 'create_prorations',
    withdrawPending: body.pending_change === null,
    undoCancellation: body.cancel_at === null,
    undoPause: body.pause_at === null,
    ...(couponChanges && {
      coupon: body.coupon === null ? ('none' as const) : (await findNamedCoupon(pool, body.coupon ?? '')).id,
    }),
    trialEnd: body.trial_end ?? null,
  };
  const { candidates, build } = await readChangeCandidates(pool, [row.id], changes ? [change] : [], {
    lock: false,
  });
  const [read] = candidates;
  const now = nowOf(row);
  if (read && body.trial_end !== undefined) decideTrialEnd(read.state, body.trial_end, now);
  if (read && changes) {
    const { withdrawPending, undoCancellation } = request;
    const candidate = {
      ...read.candidate,
      ...(withdrawPending && { pending: read.candidate.pending.filter(isOfSeats) }),
      ...(undoCancellation && { cancelAt: null }),
    };
    decideChange(candidate, { change, effective: body.effective }, build, now);
  }
  return request;
}

function nothingToChange(param: string): BillingError {
  return new BillingError(
    400,
    'nothing_to_change',
    `${param} says how something is changed, and nothing is. Say what is to be different.`,
    param,
  );
}

function contentOf(row: SubscriptionRow): TermsContent {
  return {
    planId: row.plan_id,
    planVersion: row.plan_version,
    quantity: Number(row.quantity),
    quantities: row.quantities,
    addOns: row.add_ons,
    priceOverrides: row.price_overrides,
    seats: Number(row.seats),
  };
}
