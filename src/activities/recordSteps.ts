/** What is written of the steps that subscriptions take, in one statement for each kind of row. */
import type { PoolClient } from 'pg';
import type { InvoiceId } from '../domain/ids.ts';
import { formatInstant } from '../domain/instant.ts';
import { monthlyRecurring } from '../domain/monthlyRecurring.ts';
import { type PendingChange } from '../domain/pendingChange.ts';
import { followsSeats } from '../domain/terms.ts';
import { recordEvents } from '../store/eventLog.ts';
import { assignUsage, groupKey, insertDrafts, joinGroupDrafts } from '../store/invoiceDrafts.ts';
import { placeItems } from '../store/invoiceItems.ts';
import { collectWaitingLines, insertLines, readLastPositions } from '../store/invoiceLines.ts';
import { releaseAllMeters, releaseMeters } from '../store/meterClaims.ts';
import { insertMrrMovements } from '../store/mrrMovements.ts';
import { postponeChanges, settleChanges, withdrawChanges } from '../store/subscriptionChanges.ts';
import { saveSteps, type TakenStep } from '../store/subscriptionSteps.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { insertTerms } from '../store/terms.ts';
import { dropWaitingSeats, followSeats } from '../store/waitingSeats.ts';

/** Writes what the steps come to: subscriptions, terms, drafts with their lines, events and recurring revenue. */
export async function recordSteps(tx: PoolClient, taken: readonly TakenStep[]): Promise<void> {
  await followSeats(
    tx,
    taken
      .filter(({ beginsSeats }) => beginsSeats)
      .map(({ subscription: { id, state } }) => ({ id, since: state.dueAt })),
  );
  await saveSteps(tx, taken);
  await saveTerms(tx, taken);
  await saveInvoices(tx, taken);
  await recordEvents(tx, taken.flatMap(eventsOf));
  await insertMrrMovements(tx, taken.map(mrrOf));
}

async function saveTerms(tx: PoolClient, taken: readonly TakenStep[]): Promise<void> {
  await insertTerms(
    tx,
    taken.flatMap(({ subscription: { id, state }, step: { newTerms, terms }, termsSequence }) =>
      newTerms
        ? [
            {
              subscriptionId: id,
              sequence: termsSequence,
              effectiveAt: state.dueAt,
              content: followsSeats(terms) ? newTerms : { ...newTerms, seats: 0 },
            },
          ]
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
  await withdrawChanges(
    tx,
    taken.flatMap(({ subscription, step: { endedAt } }) =>
      endedAt === null ? [] : [{ subscriptionId: subscription.id, at: endedAt }],
    ),
  );
  const idsWhere = (holds: (step: TakenStep['step']) => boolean) =>
    taken.filter(({ step }) => holds(step)).map(({ subscription }) => subscription.id);
  await dropWaitingSeats(
    tx,
    idsWhere(({ endedAt }) => endedAt !== null),
  );
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

/** The draft of an invoice that a step has, under the id that it was given. */
function draftOf({ subscription, step: { invoice, terms }, invoiceId }: TakenStep) {
  if (!invoice || !invoiceId) return undefined;
  return {
    ...invoice,
    id: invoiceId,
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    testClockId: subscription.testClockId,
    currency: terms.plan.currency,
    createdAt: subscription.state.dueAt,
  };
}

function isGrouped({ subscription, step }: TakenStep): boolean {
  return subscription.invoiceGrouping === 'customer' && step.invoice?.groups === true;
}

/** Renewals of one customer at one instant get one invoice, where it wants that: also with those that come later. */
export async function joinGroups(tx: PoolClient, taken: readonly TakenStep[]): Promise<TakenStep[]> {
  const groups = new Map<string, NonNullable<ReturnType<typeof draftOf>>>();
  for (const each of taken) {
    const draft = isGrouped(each) ? draftOf(each) : undefined;
    if (!draft) continue;
    const group = groups.get(groupKey(draft)) ?? draft;
    groups.set(groupKey(draft), {
      ...group,
      period: {
        start: group.period.start < draft.period.start ? group.period.start : draft.period.start,
        end: group.period.end > draft.period.end ? group.period.end : draft.period.end,
      },
      finalizesAt: group.finalizesAt > draft.finalizesAt ? group.finalizesAt : draft.finalizesAt,
    });
  }
  const ids = await joinGroupDrafts(tx, [...groups.values()]);
  return taken.map((each) => {
    const draft = isGrouped(each) ? draftOf(each) : undefined;
    return draft ? { ...each, invoiceId: ids.get(groupKey(draft)) ?? draft.id } : each;
  });
}

async function saveInvoices(tx: PoolClient, taken: readonly TakenStep[]): Promise<void> {
  const invoiced = taken.flatMap((each) => {
    const draft = draftOf(each);
    return draft
      ? [
          {
            ...draft,
            grouped: isGrouped(each),
            linesWait: each.subscription.state.linesWait,
            itemsWait: each.subscription.itemsWait,
          },
        ]
      : [];
  });
  await insertDrafts(
    tx,
    invoiced.filter(({ grouped }) => !grouped),
  );
  await assignUsage(
    tx,
    invoiced.flatMap(({ id, subscriptionId, usageOf }) =>
      usageOf ? [{ invoiceId: id, subscriptionId, usageOf }] : [],
    ),
  );
  await collectWaitingLines(
    tx,
    invoiced.filter(({ linesWait }) => linesWait),
  );
  await placeItems(
    tx,
    invoiced
      .filter(({ itemsWait }) => itemsWait)
      .map(({ id, customerId, subscriptionId, currency }) => ({
        ...{ invoiceId: id, customerId, subscriptionId, currency },
      })),
  );
  const nextPosition = await nextPositions(
    tx,
    invoiced.filter(({ grouped }) => grouped).map(({ id }) => id),
  );
  await insertLines(
    tx,
    taken.flatMap(({ subscription, step: { lines }, invoiceId }) =>
      lines.map(({ line, periodIndex, creditsLineId }) => ({
        invoiceId,
        position: invoiceId && nextPosition(invoiceId),
        subscriptionId: subscription.id,
        periodIndex,
        creditsLineId,
        line,
      })),
    ),
  );
}

/** Lines are numbered from 0 on; those that join a group go on after the last one there. */
async function nextPositions(
  tx: PoolClient,
  grouped: readonly InvoiceId[],
): Promise<(id: InvoiceId) => number> {
  const positions = await readLastPositions(tx, grouped);
  return (id) => {
    const position = (positions.get(id) ?? -1) + 1;
    positions.set(id, position);
    return position;
  };
}

/** What a subscription comes to in a month once a step is taken. */
function mrrOf({ subscription, step: { status, terms } }: TakenStep) {
  return {
    subscriptionId: subscription.id,
    customerId: subscription.customerId,
    testClockId: subscription.testClockId,
    currency: terms.plan.currency,
    occurredAt: subscription.state.dueAt,
    last: subscription.lastMrr,
    amount: monthlyRecurring(status, terms),
  };
}

function eventsOf({ subscription, step, invoiceId }: TakenStep) {
  const { opens } = step;
  const data = {
    ...(opens && {
      period: { start: formatInstant(opens.start), end: opens.end && formatInstant(opens.end) },
    }),
    ...(step.newTerms && { changes: step.applied.map(({ id }) => id) }),
    ...(invoiceId && { invoice: invoiceId }),
  };
  return step.events.map((type) => ({
    type,
    objectId: subscription.id,
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    occurredAt: subscription.state.dueAt,
    data,
  }));
}
