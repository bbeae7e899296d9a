/** A credit note is issued: divided, posted and numbered in one transaction, once. Its refunds are made when that is committed. */
import type { PoolClient } from 'pg';
import { earnedBack, taxCredited } from '../domain/creditNote.ts';
import {
  decideCreditNote,
  type CreditNoteRequest,
  type DecidedCreditNote,
} from '../domain/creditNoteRequest.ts';
import { revenueBack } from '../domain/revenueBack.ts';
import { localDay } from '../domain/dueDate.ts';
import { notFound } from '../domain/errors.ts';
import type { InvoiceId, RefundId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { creditNoteIssued, uncollectibleRecovered } from '../domain/ledger.ts';
import { amountOfText, type Amount } from '../domain/money.ts';
import { moveCredit } from '../store/creditGrants.ts';
import { lockToCredit, readInvoiceToCredit, type CreditedInvoice } from '../store/creditableInvoices.ts';
import { insertCreditNote, isIssued, saveCredited } from '../store/creditNotes.ts';
import { addCredit } from '../store/customerBalances.ts';
import { inTransaction } from '../store/database.ts';
import { findInvoicedSubscriptions } from '../store/invoices.ts';
import { postTransactions } from '../store/ledger.ts';
import { findPendingRefunds, insertRefunds } from '../store/refunds.ts';
import { reverseParts } from '../store/revenueReversals.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { askAnew, isWaitedFor } from '../store/waitingPayments.ts';
import type { AskedCreditNote, IssueCreditNote } from '../workflows/contract/creditNote.ts';
import type { Dependencies } from './dependencies.ts';
import { endDunning } from './endDunning.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';
import { returnCredit } from './returnCredit.ts';
import { tellCollections } from './tellCollections.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';
import { endWaitingAttempt } from './waitingAttempts.ts';

export function creditNoteActivities(deps: Dependencies) {
  return {
    /** Issues a note, or finds the one that this request has issued; returns its refunds that are to be made. */
    async issueCreditNote(request: IssueCreditNote): Promise<RefundId[]> {
      return refusing(async () => {
        await endAttemptFirst(deps, request);
        await inTransaction(deps.pool, (tx) => issue(tx, request));
        const { invoiceId } = request;
        await tellCollections(deps, [invoiceId]);
        await tellSubscriptions(deps, await findInvoicedSubscriptions(deps.pool, [invoiceId]));
        return findPendingRefunds(deps.pool, request.creditNoteId);
      });
    },
  };
}

/** An attempt that waits for the customer is for more than is due afterwards; it stays where the note would be refused. */
async function endAttemptFirst(
  deps: Dependencies,
  { creditNoteId, invoiceId, asked }: IssueCreditNote,
): Promise<void> {
  const now = await inTransaction(deps.pool, async (tx) => {
    if (!(await isWaitedFor(tx, invoiceId)) || (await isIssued(tx, creditNoteId))) return null;
    const invoice = await readInvoiceToCredit(tx, invoiceId);
    if (!invoice) return null;
    decideCreditNote({ ...invoice, paymentInFlight: false }, toRequest(asked));
    return currentTime(tx, invoice.testClockId);
  });
  if (now !== null) await endWaitingAttempt(deps, invoiceId, now);
}

async function issue(tx: PoolClient, request: IssueCreditNote): Promise<void> {
  const { creditNoteId: id, invoiceId } = request;
  await lockToCredit(tx, invoiceId);
  if (await isIssued(tx, id)) return;
  const invoice = await readInvoiceToCredit(tx, invoiceId);
  if (!invoice) throw notFound('invoice', invoiceId);
  const now = await currentTime(tx, invoice.testClockId);
  const decided = decideCreditNote(invoice, toRequest(request.asked));
  await post(tx, id, invoice, decided, await returnCredit(tx, decided.returned, id, now), now);
  await moveCredit(
    tx,
    decided.takenBack.map(({ grant, amount }) => ({
      grantId: grant,
      kind: 'taken_back' as const,
      sourceId: id,
      amount,
    })),
    now,
  );
  await addCredit(tx, invoice.customerId, decided.credit);
  await settleInvoice(tx, invoiceId, decided, now);
  const { reason, memo, metadata } = request;
  const day = localDay(now, invoice.timezone);
  const note = { id, customerId: invoice.customerId, testClockId: invoice.testClockId };
  await insertCreditNote(tx, { id, invoice, decided, reason, memo, metadata, day }, now);
  await insertRefunds(tx, { ...note, currency: invoice.currency }, decided.refunds, now);
}

/** What is void on both sides, earned or still to be earned, and where what was paid goes; what that forfeits at once. */
async function post(
  tx: PoolClient,
  sourceId: string,
  invoice: CreditedInvoice,
  decided: DecidedCreditNote,
  forfeited: Awaited<ReturnType<typeof returnCredit>>,
  now: Instant,
): Promise<void> {
  const lines = decided.lines.map((credit) => ({
    invoiceLineId: credit.line.id,
    earning: credit.line.earning,
    earned: earnedBack(credit),
    ...revenueBack(credit),
  }));
  const tax = decided.lines.reduce((sum, credit) => {
    const { added, included } = taxCredited(credit);
    return sum + added + included;
  }, 0n) as Amount;
  const recovered = invoice.status === 'uncollectible' ? decided.receivable : (0n as Amount);
  const common = {
    book: invoice.book,
    currency: invoice.currency,
    sourceId,
    invoiceId: invoice.id,
    effectiveAt: now,
    customerId: invoice.customerId,
  };
  await postTransactions(tx, [
    { ...common, kind: 'uncollectible_recovered', postings: uncollectibleRecovered(recovered) },
    {
      ...common,
      kind: 'credit_note_issued',
      postings: creditNoteIssued(lines, tax, {
        balance: decided.credit,
        refund: decided.refund,
        prepaid: returnedTo(decided, true),
        promotional: returnedTo(decided, false),
      }),
    },
    ...forfeited.map((transaction) => ({ ...common, ...transaction })),
  ]);
  await reverseParts(tx, sourceId, lines);
}

function returnedTo({ returned }: DecidedCreditNote, bought: boolean): Amount {
  return returned
    .filter(({ paid }) => paid === bought)
    .reduce((sum, { amount }) => sum + amount, 0n) as Amount;
}

async function settleInvoice(
  tx: PoolClient,
  id: InvoiceId,
  decided: DecidedCreditNote,
  now: Instant,
): Promise<void> {
  await saveCredited(tx, id, decided, now);
  if (!decided.settles) {
    await askAnew(tx, id, now);
    return;
  }
  await settleStatuses(tx, await findInvoicedSubscriptions(tx, [id]));
  await endDunning(tx, [id], now);
}

function toRequest(asked: AskedCreditNote): CreditNoteRequest {
  const toOptional = (text: string | null) => (text === null ? null : amountOfText(text));
  if (asked.kind === 'payment') return { ...asked, amount: toOptional(asked.amount) };
  return {
    kind: 'lines',
    lines: asked.lines && asked.lines.map((line) => ({ ...line, amount: amountOfText(line.amount) })),
    refund: amountOfText(asked.refund),
    credit: toOptional(asked.credit),
  };
}
