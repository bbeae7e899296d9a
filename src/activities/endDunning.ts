/** Dunning ends when its invoice is paid, void or given up; what the final action had paused goes on when nothing else keeps it (semantics.md, section 8). */
import type { PoolClient } from 'pg';
import { BillingError } from '../domain/errors.ts';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { endCollections } from '../store/collectionEnds.ts';
import { releasePauses } from '../store/dunningPauses.ts';
import { newOperationId } from '../store/newId.ts';
import { insertNotifications } from '../store/notifications.ts';
import { receiptOf } from './notices.ts';
import { change, resume } from './subscriptionRequests.ts';

/**
 * To be called by whoever has settled invoices, in the same transaction; where none was in collection, or it has been
 * called before, it does nothing. Returns the subscriptions that go on.
 */
export async function endDunning(
  tx: PoolClient,
  invoiceIds: readonly InvoiceId[],
  now: Instant,
): Promise<SubscriptionId[]> {
  if (invoiceIds.length === 0) return [];
  const ended = await endCollections(tx, invoiceIds, now);
  await insertNotifications(
    tx,
    ended
      .filter(({ status, amount_paid: paid, was_dunned: dunned }) => status === 'paid' && paid > 0n && dunned)
      .map(({ id, customer_id: customerId, amount_paid: paid, currency }) =>
        receiptOf(id, customerId, { amount_paid: Number(paid), currency }, now),
      ),
  );
  const paused = await releasePauses(
    tx,
    ended.map(({ id }) => id),
  );
  for (const id of paused) await goOn(tx, id);
  return paused;
}

/** One that has not been paused yet, though it was to be, is not; one that somebody has ended or resumed stays as it is. */
async function goOn(tx: PoolClient, id: SubscriptionId): Promise<void> {
  try {
    await resume(tx, id, { operationId: newOperationId(), at: 'now' });
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    if (error.code !== 'subscription_not_paused') return;
    await change(tx, id, {
      operationId: newOperationId(),
      change: null,
      effective: null,
      prorationBehavior: 'none',
      withdrawPending: false,
      undoCancellation: false,
      undoPause: true,
      trialEnd: null,
    });
  }
}
