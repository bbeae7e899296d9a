/** Takes over how many members take a seat into what subscriptions are billed by, before anything else that is due of them. */
import type { PoolClient } from 'pg';
import { decideSeats } from '../domain/seats.ts';
import { recordEvents } from '../store/eventLog.ts';
import { newId } from '../store/newId.ts';
import { insertChanges } from '../store/subscriptionChanges.ts';
import type { DueSubscription } from '../store/subscriptionSteps.ts';
import { readTerms, termsOf } from '../store/terms.ts';
import { takeWaitingSeats, withdrawPendingSeats } from '../store/waitingSeats.ts';

/**
 * What waits becomes a change of the subscription like any other: it takes effect at its instant, or with the next period,
 * is prorated as others are, and shows wherever they do. The subscriptions are locked by the caller.
 */
export async function acceptSeats(tx: PoolClient, due: readonly DueSubscription[]): Promise<void> {
  const waiting = await takeWaitingSeats(
    tx,
    due.map(({ id, state }) => ({ id, at: state.dueAt })),
  );
  if (waiting.length === 0) return;
  // Whoever left before has come back, or more have left: it is all in the last number.
  await withdrawPendingSeats(tx, waiting);
  const known = new Map(due.map((subscription) => [subscription.id, subscription]));
  const terms = await readTerms(
    tx,
    waiting.map(({ id, since }) => ({ id, since })),
  );
  const accepted = waiting.flatMap(({ id, seats, since }) => {
    const subscription = known.get(id);
    const [first, ...later] = termsOf(terms, id).history;
    const effect =
      subscription && decideSeats(subscription.state.current, later.at(-1) ?? first, seats, since);
    return effect ? [{ subscription, seats, since, effect }] : [];
  });
  await insertChanges(
    tx,
    accepted.map(({ subscription, seats, since, effect }) => ({
      id: newId('subscription_change'),
      subscriptionId: subscription.id,
      change: { seats },
      prorationBehavior: 'create_prorations',
      effect,
      acceptedAt: since,
    })),
  );
  await recordEvents(
    tx,
    accepted.map(({ subscription: { id, customerId }, seats, since, effect }) => ({
      type: 'subscription.seats_changed',
      objectId: id,
      customerId,
      subscriptionId: id,
      occurredAt: since,
      data: { seats, effective: effect.atPeriod === null ? 'now' : 'period_end' },
    })),
  );
}
