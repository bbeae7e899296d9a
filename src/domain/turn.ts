/** What becomes of a subscription's period at an instant, and which changes take effect there (semantics.md, section 6). */
import type { Instant } from './instant.ts';
import { dueChanges, startsNewPeriod, type PendingChange } from './subscriptionChange.ts';
import type { SubscriptionState } from './subscription.ts';
import { withChange, type Terms, type TermsContent, type TermsHistory } from './terms.ts';

/** What a subscription is billed by when a step begins. */
export interface TermsInForce {
  readonly content: TermsContent;
  readonly history: TermsHistory;
  /** Terms by what they say; throws a `BillingError` for what cannot be billed together. */
  readonly build: (content: TermsContent, effectiveAt: Instant) => Terms;
}

/** What becomes of the current period at an instant. */
export type Turn = 'goes_on' | 'starts' | 'renews' | 'restarts' | 'pauses' | 'resumes' | 'ends';

export function decideTurn(
  state: SubscriptionState,
  before: Terms,
  { content, build }: TermsInForce,
  pending: readonly PendingChange[],
): { readonly turn: Turn; readonly applied: readonly PendingChange[] } {
  const { current, cancelAt, pauseAt, resumeAt, dueAt: at } = state;
  const next = (current?.index ?? -1) + 1;
  if (cancelAt !== null && cancelAt <= at) return { turn: 'ends', applied: [] };
  const paused = current?.kind === 'paused';
  if (pauseAt !== null && pauseAt <= at && !paused)
    return { turn: 'pauses', applied: dueChanges(pending, at) };
  if (paused) {
    return resumeAt !== null && resumeAt <= at
      ? { turn: 'resumes', applied: dueChanges(pending, at, next) }
      : { turn: 'goes_on', applied: dueChanges(pending, at) };
  }
  if (current === null) return { turn: 'starts', applied: dueChanges(pending, at, next) };
  if (current.end !== null && current.end <= at) {
    const behavior = before.plan.trialEndBehavior;
    const expires = current.kind === 'trial' && !state.hasPaymentMethod && behavior !== 'invoice';
    if (expires && behavior === 'cancel') return { turn: 'ends', applied: [] };
    if (expires) return { turn: 'pauses', applied: dueChanges(pending, at) };
    return { turn: 'renews', applied: dueChanges(pending, at, next) };
  }
  const now = dueChanges(pending, at);
  const restarts =
    current.kind === 'billed' &&
    startsNewPeriod(before.plan, build(contentAfter(content, now), at).plan, now);
  return restarts
    ? { turn: 'restarts', applied: dueChanges(pending, at, next) }
    : { turn: 'goes_on', applied: now };
}

/** The terms that changes come to, one after the other. */
export function contentAfter(content: TermsContent, applied: readonly PendingChange[]): TermsContent {
  return applied.reduce((terms, { change }) => withChange(terms, change), content);
}
