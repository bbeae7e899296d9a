/** The one way to move subscriptions on: signup, changes, renewals, pauses and ends, for one or for hundreds. */
import type { PoolClient } from 'pg';
import type { Charge } from '../domain/charge.ts';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { monthlyRecurring } from '../domain/monthlyRecurring.ts';
import { dueChanges, type PendingChange } from '../domain/pendingChange.ts';
import { takeStep } from '../domain/subscriptionStep.ts';
import { followsSeats, termsAt } from '../domain/terms.ts';
import type { TaxProvider } from '../ports/tax/provider.ts';
import type { DueScope } from '../store/dueScope.ts';
import { recordEvents } from '../store/eventLog.ts';
import { assignUsage, groupKey, insertDrafts, joinGroupDrafts } from '../store/invoiceDrafts.ts';
import { placeItems } from '../store/invoiceItems.ts';
import { collectWaitingLines, insertLines, readCharges, readLastPositions } from '../store/invoiceLines.ts';
import { releaseAllMeters, releaseMeters } from '../store/meterClaims.ts';
import { insertMrrMovements } from '../store/mrrMovements.ts';
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
import { dropWaitingSeats, followSeats, readSeatsAt } from '../store/waitingSeats.ts';
import { acceptSeats } from './acceptSeats.ts';
import type { DueStep } from './dueStep.ts';
import { rateUsage } from './rateUsage.ts';
import { estimateSums } from './sumInvoices.ts';

/** Of a renewal nobody needs to be told at once; of whatever else happened, `turned` gets the subscription. */
export function advanceSubscriptions(taxes: TaxProvider, turned: SubscriptionId[] = []): DueStep {
  return {
    name: 'advance',
    single: (subjectId) => ({ kind: 'subscriptions', subscriptionIds: [subjectId as SubscriptionId] }),
    async run(tx, scope, now, limit, claimed) {
      const taken = await advance(tx, taxes, scope, now, limit, claimed);
      turned.push(
        ...taken
          .filter(({ step }) => step.events.some((event) => event !== 'subscription.renewed'))
          .map(({ subscription }) => subscription.id),
      );
    },
  };
}

async function advance(
  tx: PoolClient,
  taxes: TaxProvider,
  scope: DueScope,
  now: Instant,
  limit: number,
  claimed: (subjectIds: readonly string[]) => void,
): Promise<TakenStep[]> {
  const due = await claimDueSubscriptions(tx, scope, now, limit);
  claimed(due.map(({ id }) => id));
  if (due.length === 0) return [];
  const taken = await joinGroups(tx, await decide(tx, due));
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
  // Who looks at a draft in its grace period sees the usage so far; it is rated again when that ends.
  await estimate(
    tx,
    taxes,
    taken.flatMap(({ step: { invoice }, invoiceId }) =>
      invoice && invoiceId && invoice.usageOf && invoice.finalizesAt > now ? [invoiceId] : [],
    ),
    now,
  );
  return taken;
}

async function estimate(
  tx: PoolClient,
  taxes: TaxProvider,
  invoiceIds: readonly InvoiceId[],
  now: Instant,
): Promise<void> {
  await rateUsage(tx, invoiceIds);
  await estimateSums(tx, taxes, invoiceIds, now);
}

async function decide(tx: PoolClient, due: readonly DueSubscription[]): Promise<TakenStep[]> {
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
async function joinGroups(tx: PoolClient, taken: readonly TakenStep[]): Promise<TakenStep[]> {
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
