/** Changes of a subscription that were accepted: when they take effect, and how they are settled (semantics.md, section 3). */
import type { SubscriptionChangeId } from './ids.ts';
import { earliest, type Instant } from './instant.ts';
import type { PlanVersion } from './plan.ts';
import { nextDueAt, type DueState } from './subscription.ts';
import type { TermsChangeContent } from './terms.ts';

export const prorationBehaviors = ['create_prorations', 'always_invoice', 'none'] as const;
export type ProrationBehavior = (typeof prorationBehaviors)[number];

/** A change that was accepted: it takes effect at an instant, or with the period of an index. */
export interface PendingChange {
  readonly id: SubscriptionChangeId;
  /** Its place among all changes of the subscription, as they were accepted. */
  readonly sequence: number;
  readonly change: TermsChangeContent;
  readonly prorationBehavior: ProrationBehavior;
  readonly effectiveAt: Instant | null;
  readonly atPeriod: number | null;
}

/** The changes that take effect at an instant at which, where `opens` is given, the period of that index begins. */
export function dueChanges(
  pending: readonly PendingChange[],
  at: Instant,
  opens?: number,
): readonly PendingChange[] {
  return pending
    .filter(
      ({ effectiveAt, atPeriod }) =>
        (effectiveAt !== null && effectiveAt <= at) ||
        (atPeriod !== null && opens !== undefined && atPeriod <= opens),
    )
    .toSorted((a, b) => a.sequence - b.sequence);
}

/** The earliest instant at which a pending change takes effect, where it is one. */
function earliestChange(pending: readonly PendingChange[]): Instant | null {
  return earliest(...pending.map(({ effectiveAt }) => effectiveAt));
}

/** When something of a subscription is due next, with what is pending of it. */
export function dueOf(state: DueState, pending: readonly PendingChange[]): Instant | null {
  return nextDueAt(state, earliestChange(pending));
}

/**
 * Of changes that take effect inside of a period, those that are settled for what is left of it: each as it asks. What
 * was to begin with the next period, and begins now because this one ends, asks for nothing of it.
 */
export function prorated(changes: readonly PendingChange[]): readonly PendingChange[] {
  return changes.filter(
    ({ prorationBehavior, effectiveAt }) => prorationBehavior !== 'none' && effectiveAt !== null,
  );
}

/** Whether changes end the period there and begin another: with another interval, or another anchor. */
export function startsNewPeriod(
  before: PlanVersion,
  after: PlanVersion,
  changes: readonly PendingChange[],
): boolean {
  return !hasInterval(before, after) || changes.some(({ change }) => change.billingCycleAnchor !== undefined);
}

/** Whether two plans are billed in the same interval. */
export function hasInterval(plan: PlanVersion, other: PlanVersion): boolean {
  return plan.interval === other.interval && plan.intervalCount === other.intervalCount;
}
