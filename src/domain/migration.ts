/** Whether, and from when, a subscription can be moved to another version of its plan (semantics.md, sections 3 and 6). */
import { addMilliseconds, type Instant } from './instant.ts';
import type { PlanVersion } from './plan.ts';
import type { SubscriptionStatus } from './subscription.ts';
import { termsAt, type TermsHistory } from './terms.ts';

export type MigrationEffective = 'now' | 'period_end';

export interface MigrationCandidate {
  readonly status: SubscriptionStatus;
  readonly currentPeriodStart: Instant | null;
  readonly currentPeriodEnd: Instant | null;
  readonly cancelAt: Instant | null;
  readonly history: TermsHistory;
  /** The codes of its negotiated prices, which go with it. */
  readonly overridden: readonly string[];
}

export type MigrationDecision =
  | { readonly outcome: 'moved'; readonly effectiveAt: Instant }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string };

/** Decides for one subscription; what forbids it is told by name, with what to do. */
export function decideMigration(
  candidate: MigrationCandidate,
  target: PlanVersion,
  effective: MigrationEffective,
  now: Instant,
): MigrationDecision {
  const { currentPeriodStart: start, currentPeriodEnd: end, cancelAt, history } = candidate;
  if (candidate.status === 'canceled' || start === null || end === null) {
    return refused(
      'subscription_not_active',
      'The subscription is not active. Create a new one on the version.',
    );
  }
  // What a period was billed in advance at its very start is changed a moment later.
  const effectiveAt = effective === 'period_end' ? end : later(now, addMilliseconds(start, 1));
  if (cancelAt !== null && cancelAt <= effectiveAt) {
    return refused('subscription_ending', 'The subscription ends before the change would take effect.');
  }
  if (history.some((terms) => terms.effectiveAt >= effectiveAt && terms.effectiveAt > now)) {
    return refused(
      'change_pending',
      'Another change of the subscription is pending. Migrate it after that one.',
    );
  }
  const current = termsAt(history, effectiveAt).plan;
  const sameInterval = current.interval === target.interval && current.intervalCount === target.intervalCount;
  if (effective === 'now' && !sameInterval) {
    return refused('interval_differs', 'The version has another interval. Migrate at the end of the period.');
  }
  const lost = candidate.overridden.find((code) => !target.prices.some((price) => price.code === code));
  if (lost !== undefined) {
    return refused(
      'override_lost',
      `The subscription has a negotiated price ${lost}, and the version has none.`,
    );
  }
  return { outcome: 'moved', effectiveAt };
}

function later(at: Instant, other: Instant): Instant {
  return other > at ? other : at;
}

function refused(code: string, message: string): MigrationDecision {
  return { outcome: 'refused', code, message };
}
