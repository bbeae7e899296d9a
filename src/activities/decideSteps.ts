/** Which step each due subscription takes: the facts that decide it are read for all of them at once. */
import type { PoolClient } from 'pg';
import type { Charge } from '../domain/charge.ts';
import { dueChanges, type PendingChange } from '../domain/pendingChange.ts';
import { takeStep } from '../domain/subscriptionStep.ts';
import { followsSeats, termsAt } from '../domain/terms.ts';
import { readCharges } from '../store/invoiceLines.ts';
import { newId } from '../store/newId.ts';
import { readPendingChanges } from '../store/subscriptionChanges.ts';
import { type DueSubscription, type TakenStep } from '../store/subscriptionSteps.ts';
import { readTerms, termsBuilder, termsOf } from '../store/terms.ts';
import { readSeatsAt } from '../store/waitingSeats.ts';
import { acceptSeats } from './acceptSeats.ts';

/** The next step of each, by its terms, what is pending and what was charged; locks what waits of their seats. */
export async function decideSteps(tx: PoolClient, due: readonly DueSubscription[]): Promise<TakenStep[]> {
  await acceptSeats(
    tx,
    due.filter(({ seatsWait }) => seatsWait),
  );
  const ids = due.map(({ id }) => id);
  const terms = await readTerms(
    tx,
    due.map(({ id, state }) => ({ id, since: state.current?.start ?? state.startedAt })),
  );
  const pending = await readPendingChanges(tx, ids);
  const changes = [...pending.values()].flat();
  const build = await termsBuilder(tx, [
    ...ids.map((id) => termsOf(terms, id).content),
    ...changes.map(({ change }) => change),
  ]);
  const charges = await readCharges(
    tx,
    due
      .filter((subscription) => maySettle(subscription, pending.get(subscription.id) ?? []))
      .map(({ id, state }) => ({ id, at: state.dueAt })),
  );
  const countsBefore = ({ id, state }: DueSubscription) =>
    followsSeats(termsAt(termsOf(terms, id).history, state.dueAt));
  const seats = await readSeatsAt(
    tx,
    due
      .filter((each) => mayChange(each, pending.get(each.id) ?? []) && !countsBefore(each))
      .map(({ id, state }) => ({ id, at: state.dueAt })),
  );
  return due.map((subscription) => {
    const { history, content: known, sequence } = termsOf(terms, subscription.id);
    // What has counted none so far begins with those of then.
    const counted = countsBefore(subscription);
    const content = counted ? known : { ...known, seats: seats.get(subscription.id) ?? 0 };
    const ofSubscription = pending.get(subscription.id) ?? [];
    const charged: readonly Charge[] = charges.get(subscription.id) ?? [];
    const step = takeStep(subscription.state, { history, content, build }, ofSubscription, charged);
    return {
      subscription,
      step,
      termsSequence: step.newTerms ? sequence + 1 : sequence,
      invoiceId: step.invoice && newId('invoice'),
      beginsSeats: step.newTerms !== null && !counted && followsSeats(step.terms),
    };
  });
}

/** Whether something else may be billed after a step. */
function mayChange({ state }: DueSubscription, pending: readonly PendingChange[]): boolean {
  return dueChanges(pending, state.dueAt, (state.current?.index ?? -1) + 1).length > 0;
}

/** Whether a step may give back something of what was charged. */
function maySettle({ state }: DueSubscription, pending: readonly PendingChange[]): boolean {
  const { dueAt, cancelAt, pauseAt } = state;
  return (
    dueChanges(pending, dueAt).length > 0 ||
    (state.cancelCreditUnused && cancelAt !== null && cancelAt <= dueAt) ||
    (state.pauseCreditUnused && pauseAt !== null && pauseAt <= dueAt)
  );
}
