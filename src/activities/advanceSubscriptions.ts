/** The one way to move subscriptions on: signup, changes, renewals, pauses and ends, for one or for hundreds. */
import type { PoolClient } from 'pg';
import type { Charge } from '../domain/charge.ts';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { dueChanges, type PendingChange } from '../domain/subscriptionChange.ts';
import { takeStep } from '../domain/subscriptionStep.ts';
import type { DueScope } from '../store/dueScope.ts';
import { recordEvents } from '../store/eventLog.ts';
import { insertDrafts } from '../store/invoiceDrafts.ts';
import { collectWaitingLines, insertLines, readCharges } from '../store/invoiceLines.ts';
import { releaseAllMeters, releaseMeters } from '../store/meterClaims.ts';
import { newId } from '../store/newId.ts';
import {
  postponeChanges,
  readPendingChanges,
  settleChanges,
  withdrawChanges,
} from '../store/subscriptionChanges.ts';
import {
  claimDueSubscriptions,
  saveSteps,
  type DueSubscription,
  type TakenStep,
} from '../store/subscriptionSteps.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { insertTerms, readTerms, termsBuilder, termsOf } from '../store/terms.ts';
import type { DueStep } from './dueStep.ts';
import { rateUsage } from './rateUsage.ts';

export const advanceSubscriptions: DueStep = {
  name: 'advance',
  single: (subjectId) => ({ kind: 'subscriptions', subscriptionIds: [subjectId as SubscriptionId] }),
  run,
};

async function run(
  tx: PoolClient,
  scope: DueScope,
  now: Instant,
  limit: number,
  claimed: (subjectIds: readonly string[]) => void,
): Promise<void> {
  const due = await claimDueSubscriptions(tx, scope, now, limit);
  claimed(due.map(({ id }) => id));
  if (due.length === 0) return;
  const taken = await decide(tx, due);
  await saveSteps(tx, taken);
  await saveTerms(tx, taken);
  await saveInvoices(tx, taken);
  await recordEvents(tx, taken.flatMap(eventsOf));
  // Who looks at a draft in its grace period sees the usage so far; it is rated again when that ends.
  await rateUsage(
    tx,
    taken.flatMap(({ step: { invoice }, invoiceId }) =>
      invoice && invoiceId && invoice.usageOf && invoice.finalizesAt > now ? [invoiceId] : [],
    ),
  );
}

async function decide(tx: PoolClient, due: readonly DueSubscription[]): Promise<TakenStep[]> {
  const ids = due.map(({ id }) => id);
  const terms = await readTerms(tx, ids);
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
  return due.map((subscription) => {
    const { history, content, sequence } = termsOf(terms, subscription.id);
    const ofSubscription = pending.get(subscription.id) ?? [];
    const charged: readonly Charge[] = charges.get(subscription.id) ?? [];
    const step = takeStep(subscription.state, { history, content, build }, ofSubscription, charged);
    return {
      subscription,
      step,
      termsSequence: step.newTerms ? sequence + 1 : sequence,
      invoiceId: step.invoice && newId('invoice'),
    };
  });
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

async function saveTerms(tx: PoolClient, taken: readonly TakenStep[]): Promise<void> {
  await insertTerms(
    tx,
    taken.flatMap(({ subscription: { id, state }, step: { newTerms }, termsSequence }) =>
      newTerms
        ? [{ subscriptionId: id, sequence: termsSequence, effectiveAt: state.dueAt, content: newTerms }]
        : [],
    ),
  );
  const settled = (changesOf: (step: TakenStep['step']) => readonly PendingChange[]) =>
    taken.flatMap(({ subscription: { state }, step }) =>
      changesOf(step).map(({ id }) => ({ id, at: state.dueAt })),
    );
  await settleChanges(
    tx,
    'applied',
    settled(({ applied }) => applied),
  );
  await settleChanges(
    tx,
    'withdrawn',
    settled(({ refused }) => refused),
  );
  for (const { subscription, step } of taken) {
    if (step.endedAt !== null) await withdrawChanges(tx, [subscription.id], step.endedAt);
  }
  const idsWhere = (holds: (step: TakenStep['step']) => boolean) =>
    taken.filter(({ step }) => holds(step)).map(({ subscription }) => subscription.id);
  await releaseAllMeters(
    tx,
    idsWhere(({ endedAt }) => endedAt !== null),
  );
  await releaseMeters(
    tx,
    idsWhere(({ newTerms }) => newTerms !== null),
  );
  await postponeChanges(
    tx,
    idsWhere(({ postpones }) => postpones),
  );
  // While it was paused an invoice may have failed.
  await settleStatuses(
    tx,
    idsWhere(({ events }) => events.includes('subscription.resumed')),
  );
}

async function saveInvoices(tx: PoolClient, taken: readonly TakenStep[]): Promise<void> {
  const invoiced = taken.flatMap(({ subscription, step: { invoice, terms }, invoiceId }) =>
    invoice && invoiceId
      ? [
          {
            ...invoice,
            id: invoiceId,
            customerId: subscription.customerId,
            subscriptionId: subscription.id,
            testClockId: subscription.testClockId,
            currency: terms.plan.currency,
            createdAt: subscription.state.dueAt,
          },
        ]
      : [],
  );
  await insertDrafts(tx, invoiced);
  const waiting = new Set(
    taken
      .filter(({ subscription }) => subscription.state.linesWait)
      .map(({ subscription }) => subscription.id),
  );
  await collectWaitingLines(
    tx,
    invoiced.filter(({ subscriptionId }) => waiting.has(subscriptionId)),
  );
  await insertLines(
    tx,
    taken.flatMap(({ subscription, step: { lines }, invoiceId }) =>
      lines.map(({ line, periodIndex, creditsLineId }, position) => ({
        ...placeOf(invoiceId, position),
        subscriptionId: subscription.id,
        periodIndex,
        creditsLineId,
        line,
      })),
    ),
  );
}

function placeOf(invoiceId: InvoiceId | null, position: number) {
  return { invoiceId, position: invoiceId === null ? null : position };
}

function eventsOf({ subscription, step, invoiceId }: TakenStep) {
  const { opens } = step;
  const data = {
    ...(opens && { period: { start: opens.start, end: opens.end } }),
    ...(step.newTerms && { changes: step.applied.map(({ id }) => id) }),
    ...(invoiceId && { invoice: invoiceId }),
  };
  return step.events.map((type) => ({
    type,
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    occurredAt: subscription.state.dueAt,
    data,
  }));
}
