/** An invoice is voided, as if it had never been, or given up as uncollectible: each in one transaction, once. */
import type { PoolClient } from 'pg';
import { notFound } from '../domain/errors.ts';
import { refuseUncollectible, refuseVoid, type InvoiceToEnd } from '../domain/invoiceEnd.ts';
import type { Instant } from '../domain/instant.ts';
import { invoiceUncollectible, invoiceVoided, uncollectibleRecovered } from '../domain/ledger.ts';
import type { Amount } from '../domain/money.ts';
import { lockPendingGrants, lockUsedGrants, moveCredit } from '../store/creditGrants.ts';
import { addCredit } from '../store/customerBalances.ts';
import { inTransaction } from '../store/database.ts';
import { reviveDiscounts } from '../store/discounts.ts';
import { endGrants } from '../store/grantChanges.ts';
import {
  beginInvoiceOperation,
  isBegun,
  lockEndingInvoice,
  saveEnd,
  type EndingInvoice,
} from '../store/invoiceEnds.ts';
import { postTransactions, readPostings, type NewLedgerTransaction } from '../store/ledger.ts';
import { reverseSchedules } from '../store/revenueReversals.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { isWaitedFor } from '../store/waitingPayments.ts';
import type { EndInvoice } from '../workflows/contract/invoice.ts';
import type { Dependencies } from './dependencies.ts';
import { endDunning } from './endDunning.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';
import { returnCredit } from './returnCredit.ts';
import { tellCollections } from './tellCollections.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';
import { endWaitingAttempt } from './waitingAttempts.ts';

export function endInvoiceActivities(deps: Dependencies) {
  const end = (
    request: EndInvoice,
    kind: 'void' | 'mark_uncollectible',
    refuse: (invoice: InvoiceToEnd) => void,
    carryOut: (tx: PoolClient, invoice: EndingInvoice, now: Instant) => Promise<void>,
  ) =>
    refusing(async () => {
      const { operationId, invoiceId } = request;
      await endAttemptFirst(deps, request, refuse);
      const subscriptionIds = await inTransaction(deps.pool, async (tx) => {
        const invoice = await lockEndingInvoice(tx, invoiceId);
        if (!invoice) throw notFound('invoice', invoiceId);
        const now = await currentTime(tx, invoice.testClockId);
        if (await beginInvoiceOperation(tx, operationId, invoiceId, kind, now)) {
          await carryOut(tx, invoice, now);
          await endDunning(tx, [invoiceId], now);
          await settleStatuses(tx, invoice.subscriptionIds);
        }
        return invoice.subscriptionIds;
      });
      await tellCollections(deps, [invoiceId]);
      await tellSubscriptions(deps, subscriptionIds);
    });
  return {
    /** Reverses all that an invoice posted, and gives back the credit and the discounts that it used. */
    voidInvoice: (request: EndInvoice) => end(request, 'void', refuseVoid, voidInvoice),

    /** Gives up what is still to be paid of an invoice. It may be paid all the same. */
    markUncollectible: (request: EndInvoice) =>
      end(request, 'mark_uncollectible', refuseUncollectible, markUncollectible),
  };
}

/** An attempt that waits for the customer is ended, unless the request would be refused all the same. */
async function endAttemptFirst(
  deps: Dependencies,
  { operationId, invoiceId }: EndInvoice,
  refuse: (invoice: InvoiceToEnd) => void,
): Promise<void> {
  const now = await inTransaction(deps.pool, async (tx) => {
    if (!(await isWaitedFor(tx, invoiceId)) || (await isBegun(tx, operationId))) return null;
    const invoice = await lockEndingInvoice(tx, invoiceId);
    if (!invoice) return null;
    refuse({ ...invoice, paymentInFlight: false });
    return currentTime(tx, invoice.testClockId);
  });
  if (now !== null) await endWaitingAttempt(deps, invoiceId, now);
}

async function voidInvoice(tx: PoolClient, invoice: EndingInvoice, now: Instant): Promise<void> {
  refuseVoid(invoice);
  await reviveDiscounts(tx, invoice.id);
  await addCredit(tx, invoice.customerId, invoice.balanceUsed);
  const forfeited = await returnCredit(tx, await lockUsedGrants(tx, invoice.id), invoice.id, now);
  await voidBoughtCredit(tx, invoice, now);
  const posted = await readPostings(tx, 'invoice_finalized', invoice.id);
  const recognized = await reverseSchedules(tx, invoice.id);
  const recovered = invoice.status === 'uncollectible' ? invoice.remaining : (0n as Amount);
  await post(tx, invoice, now, [
    { kind: 'uncollectible_recovered', postings: uncollectibleRecovered(recovered) },
    { kind: 'invoice_voided', postings: invoiceVoided(posted, recognized) },
    ...forfeited,
  ]);
  await saveEnd(tx, invoice.id, 'void', now);
}

/** Gives up an invoice that is locked. Throws a `BillingError` 409 where there is nothing to give up, or it is not known yet. */
export async function markUncollectible(tx: PoolClient, invoice: EndingInvoice, now: Instant): Promise<void> {
  refuseUncollectible(invoice);
  await post(tx, invoice, now, [
    { kind: 'invoice_uncollectible', postings: invoiceUncollectible(invoice.remaining) },
  ]);
  await saveEnd(tx, invoice.id, 'uncollectible', now);
}

/** Credit that it sold was not paid for, and never comes to be. */
async function voidBoughtCredit(tx: PoolClient, { id }: EndingInvoice, now: Instant): Promise<void> {
  const bought = await lockPendingGrants(tx, id);
  await moveCredit(
    tx,
    bought.map(({ id: grantId, remaining }) => ({
      grantId,
      kind: 'voided' as const,
      sourceId: grantId,
      amount: remaining,
    })),
    now,
  );
  await endGrants(
    tx,
    'voided',
    bought.map((grant) => ({ id: grant.id, at: now, operationId: null })),
  );
}

async function post(
  tx: PoolClient,
  { id, book, currency, customerId }: EndingInvoice,
  now: Instant,
  transactions: readonly Pick<NewLedgerTransaction, 'kind' | 'postings'>[],
): Promise<void> {
  await postTransactions(
    tx,
    transactions.map((transaction) => ({
      ...transaction,
      book,
      currency,
      sourceId: id,
      invoiceId: id,
      effectiveAt: now,
      customerId,
    })),
  );
}
