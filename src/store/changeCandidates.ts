/** Subscriptions with all that a change of them is decided on. */
import type { CustomerId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import type { ChangeCandidate } from '../domain/subscriptionChange.ts';
import type { SubscriptionState } from '../domain/subscription.ts';
import type { TermsChangeContent } from '../domain/terms.ts';
import type { Queryable } from './database.ts';
import { readPendingChanges } from './subscriptionChanges.ts';
import { lockSubscriptions, readSubscriptions } from './subscriptionSteps.ts';
import { readTerms, termsBuilder, termsOf, type TermsBuilder } from './terms.ts';

export interface ReadCandidate {
  readonly id: SubscriptionId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly state: SubscriptionState;
  readonly candidate: ChangeCandidate;
}

export interface ReadCandidates {
  readonly candidates: readonly ReadCandidate[];
  /** Builds the terms of all of them, with what is pending and with the changes that were given. */
  readonly build: TermsBuilder;
}

/** Reads subscriptions, locked for this transaction where that is asked for. */
export async function readChangeCandidates(
  db: Queryable,
  ids: readonly SubscriptionId[],
  changes: readonly TermsChangeContent[],
  { lock }: { readonly lock: boolean },
): Promise<ReadCandidates> {
  const subscriptions = await (lock ? lockSubscriptions : readSubscriptions)(db, ids);
  const terms = await readTerms(
    db,
    subscriptions.map(({ id, state }) => ({ id, since: state.current?.start ?? state.startedAt })),
  );
  const pending = await readPendingChanges(db, ids);
  const contents = subscriptions.map(({ id }) => termsOf(terms, id).content);
  const build = await termsBuilder(db, [
    ...contents,
    ...changes,
    ...[...pending.values()].flat().map(({ change }) => change),
  ]);
  const candidates = subscriptions.map(({ id, customerId, testClockId, state }) => {
    const { content, since } = termsOf(terms, id);
    const { status, startedAt, current, cancelAt, anchor, timezone, committed } = state;
    const candidate = { status, startedAt, current, cancelAt, anchor, timezone, committed, content };
    const changesOf = pending.get(id) ?? [];
    return {
      id,
      customerId,
      testClockId,
      state,
      candidate: { ...candidate, contentSince: since, pending: changesOf },
    };
  });
  return { candidates, build };
}
