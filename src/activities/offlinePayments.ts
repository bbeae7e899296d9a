/** Money that came by itself is recorded, posted and applied in one transaction, once for each request. */
import type { PoolClient } from 'pg';
import { notFound } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import { amountOfText } from '../domain/money.ts';
import { applyOfflinePayment, refuseFuture } from '../domain/offlinePayment.ts';
import { lockInvoiceToPay, type InvoiceToPay } from '../store/askedPayments.ts';
import { addCredit } from '../store/customerBalances.ts';
import { inTransaction } from '../store/database.ts';
import { findInvoicedSubscriptions, savePaid } from '../store/invoices.ts';
import { insertOfflinePayment, isRecorded, lockPaidByHand, readInFlight } from '../store/offlinePayments.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { askAnew } from '../store/waitingPayments.ts';
import type { RecordOfflinePayment } from '../workflows/contract/offlinePayment.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { endDunning } from './endDunning.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';
import { postPayments, type PostedPayment } from './postPayments.ts';
import { tellCollections } from './tellCollections.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';
import { endWaitingAttempt } from './waitingAttempts.ts';

export function offlinePaymentActivities(deps: Dependencies) {
  return {
    /**
     * An attempt in flight goes first: one that waits for the customer is ended, and of one without an outcome the provider
     * is asked. The next planned attempt is for what is left; a wait for the customer begins anew with that.
     */
    async recordOfflinePayment(request: RecordOfflinePayment): Promise<void> {
      await refusing(async () => {
        const { invoiceId } = request;
        await settleInFlight(deps, request);
        await inTransaction(deps.pool, (tx) => record(tx, request));
        await tellCollections(deps, [invoiceId]);
        await tellSubscriptions(deps, await findInvoicedSubscriptions(deps.pool, [invoiceId]));
      });
    },
  };
}

async function settleInFlight(deps: Dependencies, request: RecordOfflinePayment): Promise<void> {
  const { paymentId, invoiceId, receivedAt } = request;
  const found = await inTransaction(deps.pool, async (tx) => {
    const invoice = await lockInvoiceToPay(tx, invoiceId);
    if (!invoice || (await isRecorded(tx, paymentId))) return null;
    const now = await currentTime(tx, invoice.test_clock_id);
    refuseFuture(receivedAt ?? now, now);
    return { inFlight: invoice.in_flight, now };
  });
  if (!found) return;
  const { inFlight, now } = found;
  if (inFlight === 'pending') await billAllDue(deps, { kind: 'invoice', invoiceId }, () => now);
  if (inFlight !== null) await endWaitingAttempt(deps, invoiceId, now);
}

async function record(tx: PoolClient, request: RecordOfflinePayment): Promise<void> {
  const { paymentId: id, invoiceId, reference, metadata } = request;
  await lockPaidByHand(tx, invoiceId);
  const invoice = await lockInvoiceToPay(tx, invoiceId);
  if (!invoice) throw notFound('invoice', invoiceId);
  if (await isRecorded(tx, id)) return;
  const now = await currentTime(tx, invoice.test_clock_id);
  const amount = amountOfText(request.amount);
  const inFlight = await readInFlight(tx, invoiceId);
  const { applied, unapplied } = applyOfflinePayment(
    { status: invoice.status, remaining: invoice.amount, inFlight },
    amount,
  );
  const receivedAt = request.receivedAt ?? now;
  await insertOfflinePayment(tx, invoice, { id, amount, unapplied, reference, receivedAt, metadata }, now);
  await addCredit(tx, invoice.customer_id, unapplied);
  await post(tx, invoice, { id, amount, unapplied }, now);
  const paid = await savePaid(tx, [{ invoiceId, amount: applied, counts: false }], now);
  await askAnew(tx, invoiceId, now);
  await settleStatuses(tx, paid);
  await endDunning(tx, [invoiceId], now);
}

/** Posted when it is recorded, not when it came: a month that is over stays what it was. */
async function post(
  tx: PoolClient,
  invoice: InvoiceToPay,
  { id, amount, unapplied }: Pick<PostedPayment, 'id' | 'amount' | 'unapplied'>,
  now: Instant,
): Promise<void> {
  await postPayments(
    tx,
    [
      {
        ...{ id, amount, unapplied, account: 'bank', currency: invoice.currency },
        invoice_id: invoice.id,
        customer_id: invoice.customer_id,
        book: invoice.test_clock_id ?? 'live',
        written_off: invoice.status === 'uncollectible',
      },
    ],
    now,
  );
}
