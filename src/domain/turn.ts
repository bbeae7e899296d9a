/** What becomes of a subscription's period at an instant, and which changes take effect there (semantics.md, section 6). */
import { after, possible, type BuildTerms } from './billable.ts';
import { dueChanges, startsNewPeriod, type PendingChange } from './pendingChange.ts';
import type { SubscriptionState } from './subscription.ts';
import type { Terms, TermsContent, TermsHistory } from './terms.ts';

/** What a subscription is billed by when a step begins. */
export interface TermsInForce {
  readonly content: TermsContent;
  readonly history: TermsHistory;
  readonly build: BuildTerms;
}

/** What becomes of the current period at an instant. */
export type Turn = 'goes_on' | 'starts' | 'renews' | 'restarts' | 'pauses' | 'resumes' | 'ends';

export interface DecidedTurn {
  readonly turn: Turn;
  readonly applied: readonly PendingChange[];
  /** Due, and not possible any more: each is given up, and billing goes on. */
  readonly refused: readonly PendingChange[];
}

export function decideTurn(
  state: SubscriptionState,
  before: Terms,
  { content, build }: TermsInForce,
  pending: readonly PendingChange[],
): DecidedTurn {
  const { current, cancelAt, pauseAt, resumeAt, trialEnd, dueAt: at } = state;
  const next = (current?.index ?? -1) + 1;
  const turned = (turn: Turn, due: readonly PendingChange[]): DecidedTurn => {
    const applied = possible({ ...state, content }, build, at, due);
    return { turn, applied, refused: due.filter((change) => !applied.includes(change)) };
  };
  if (cancelAt !== null && cancelAt <= at) return turned('ends', []);
  const paused = current?.kind === 'paused';
  if (pauseAt !== null && pauseAt <= at && !paused) return turned('pauses', dueChanges(pending, at));
  if (paused) {
    if (resumeAt === null || resumeAt > at) return turned('goes_on', dueChanges(pending, at));
    // A trial that goes on is the one that was paused: what begins with the period after it waits on.
    const trialGoesOn = trialEnd !== null && trialEnd > at;
    return turned('resumes', dueChanges(pending, at, trialGoesOn ? undefined : next));
  }
  if (current === null) return turned('starts', dueChanges(pending, at, next));
  if (current.end !== null && current.end <= at) {
    const behavior = before.plan.trialEndBehavior;
    const expires = current.kind === 'trial' && !state.hasPaymentMethod && behavior !== 'invoice';
    if (expires && behavior === 'cancel') return turned('ends', []);
    if (expires) return turned('pauses', dueChanges(pending, at));
    return turned('renews', dueChanges(pending, at, next));
  }
  const now = turned('goes_on', dueChanges(pending, at));
  const changed = build(after({ ...state, content }, now.applied).content, at);
  return current.kind === 'billed' && startsNewPeriod(before.plan, changed.plan, now.applied)
    ? turned('restarts', dueChanges(pending, at, next))
    : now;
}
