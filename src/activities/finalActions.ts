/** How dunning ends where nobody paid: what the campaign says, by the ways that requests take (semantics.md, section 8). */
import type { PoolClient } from 'pg';
import { BillingError } from '../domain/errors.ts';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { noteGivenUp } from '../store/collectionEnds.ts';
import type { CollectionRow } from '../store/collections.ts';
import { findPausedByDunning, notePauses } from '../store/dunningPauses.ts';
import { lockEndingInvoice } from '../store/invoiceEnds.ts';
import { findInvoicedSubscriptions } from '../store/invoices.ts';
import { newOperationId } from '../store/newId.ts';
import type { NewNotification } from '../store/notifications.ts';
import { lockSubscriptions } from '../store/subscriptionSteps.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { markUncollectible } from './endInvoices.ts';
import { cancel, pause } from './subscriptionRequests.ts';

export interface FinalOutcome {
  readonly notices: readonly NewNotification[];
  /** The subscriptions that have something due now. */
  readonly turned: readonly SubscriptionId[];
}

/** All that are about to be touched are locked first, in one order, as whoever pays or ends an invoice does. */
export async function lockForFinalActions(tx: PoolClient, invoiceIds: readonly InvoiceId[]): Promise<void> {
  if (invoiceIds.length === 0) return;
  await lockSubscriptions(tx, await findInvoicedSubscriptions(tx, invoiceIds));
}

/** Throws a `BillingError` where it cannot be: nothing of it is done then. */
export async function carryOutFinalAction(
  tx: PoolClient,
  row: CollectionRow,
  now: Instant,
): Promise<FinalOutcome> {
  switch (row.policy.final_action) {
    case 'leave_past_due':
      return { notices: [], turned: [] };
    case 'mark_uncollectible':
      return giveUp(tx, row.id, now);
    case 'cancel':
      return cancelAll(tx, row, now);
    case 'pause':
      return pauseAll(tx, row.id);
  }
}

async function giveUp(tx: PoolClient, id: InvoiceId, now: Instant): Promise<FinalOutcome> {
  const invoice = await lockEndingInvoice(tx, id);
  if (!invoice) throw new Error(`invoice ${id} is gone`);
  await markUncollectible(tx, invoice, now);
  await noteGivenUp(tx, id);
  await settleStatuses(tx, invoice.subscriptionIds);
  return { notices: [], turned: invoice.subscriptionIds };
}

async function cancelAll(tx: PoolClient, row: CollectionRow, now: Instant): Promise<FinalOutcome> {
  const ended = await eachAlive(tx, row.id, (id) =>
    cancel(tx, id, { operationId: newOperationId(), at: 'now', creditUnused: false }),
  );
  return {
    turned: ended,
    notices: ended.map((id) => ({
      key: `subscription_ended/${id}`,
      kind: 'subscription_ended' as const,
      customerId: row.customer_id,
      invoiceId: row.id,
      paymentMethodId: null,
      data: { subscription: id, reason: 'not_paid' },
      createdAt: now,
    })),
  };
}

/** One that dunning has paused for another invoice stays paused for this one too. */
async function pauseAll(tx: PoolClient, id: InvoiceId): Promise<FinalOutcome> {
  const before = await findPausedByDunning(tx, await findInvoicedSubscriptions(tx, [id]));
  const paused = await eachAlive(tx, id, async (subscriptionId) => {
    if (before.includes(subscriptionId)) return;
    await pause(tx, subscriptionId, {
      operationId: newOperationId(),
      at: 'now',
      creditUnused: false,
      resumesAt: null,
    });
  });
  await notePauses(tx, id, paused);
  return { notices: [], turned: paused };
}

/** Of a group one may be paused, or about to end, already: the others are not spared for it. Returns those it was done to. */
async function eachAlive(
  tx: PoolClient,
  invoiceId: InvoiceId,
  work: (id: SubscriptionId) => Promise<void>,
): Promise<SubscriptionId[]> {
  const subscriptions = await lockSubscriptions(tx, await findInvoicedSubscriptions(tx, [invoiceId]));
  const done: SubscriptionId[] = [];
  for (const { id, state } of subscriptions) {
    if (state.status === 'canceled') continue;
    try {
      await work(id);
      done.push(id);
    } catch (error) {
      if (!(error instanceof BillingError)) throw error;
    }
  }
  return done;
}
