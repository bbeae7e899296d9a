/** Drafts whose grace period is over become invoices: usage rated for good, posted to the ledger, numbered. */
import type { PoolClient } from 'pg';
import { settle } from '../domain/balance.ts';
import type { InvoiceId } from '../domain/ids.ts';
import { subtotal } from '../domain/invoice.ts';
import { invoiceFinalized } from '../domain/ledger.ts';
import type { Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import { lockBalances, saveBalances } from '../store/customerBalances.ts';
import type { DueScope } from '../store/dueScope.ts';
import { claimDueDrafts, type DueDraft } from '../store/invoiceDrafts.ts';
import { readLineAmounts, type LineSum } from '../store/invoiceLines.ts';
import { openInvoices } from '../store/invoices.ts';
import { postTransactions } from '../store/ledger.ts';
import { readInvoicedPeriods } from '../store/meteredPrices.ts';
import { insertSchedules } from '../store/revenue.ts';
import { saveUsageSnapshots } from '../store/subscriptions.ts';
import { billCommitments } from './commitments.ts';
import type { DueStep } from './dueStep.ts';
import { billLateUsage } from './lateUsage.ts';
import { rateUsageOf } from './rateUsage.ts';

export const finalizeInvoices: DueStep = {
  name: 'finalize',
  single: (subjectId) => ({ kind: 'invoice', invoiceId: subjectId as InvoiceId }),
  run,
};

async function run(
  tx: PoolClient,
  scope: DueScope,
  now: Instant,
  limit: number,
  claimed: (subjectIds: readonly string[]) => void,
): Promise<void> {
  const drafts = await claimDueDrafts(tx, scope, now, limit);
  const ids = drafts.map((draft) => draft.id);
  claimed(ids);
  if (drafts.length === 0) return;

  const periods = await readInvoicedPeriods(tx, ids);
  const snapshot = await rateUsageOf(tx, periods);
  if (snapshot !== undefined) await saveUsageSnapshots(tx, periods, snapshot);
  await billLateUsage(tx, periods);
  await billCommitments(tx, ids);

  const linesOf = new Map<InvoiceId, LineSum[]>(ids.map((id) => [id, []]));
  for (const line of await readLineAmounts(tx, ids)) linesOf.get(line.invoice_id)?.push(line);
  const finalized = await settleBalances(
    tx,
    drafts.map((draft) => ({ ...draft, lines: linesOf.get(draft.id) ?? [] })),
  );

  await postTransactions(
    tx,
    finalized.map((invoice) => ({
      book: invoice.book,
      currency: invoice.currency,
      kind: 'invoice_finalized' as const,
      sourceId: invoice.id,
      effectiveAt: now,
      customerId: invoice.customer_id,
      postings: invoiceFinalized(invoice.lines, invoice.creditsApplied),
    })),
  );
  await insertSchedules(
    tx,
    finalized.flatMap(({ book, currency, lines }) =>
      lines
        .filter((line) => line.billing === 'in_advance')
        .map((line) => ({
          invoiceLineId: line.id,
          book,
          currency,
          startsAt: line.period_start,
          endsAt: line.period_end,
          amount: line.amount,
        })),
    ),
  );
  await openInvoices(
    tx,
    finalized.map(({ id, book, total, creditsApplied }) => ({ id, book, total, creditsApplied })),
    now,
  );
}

/** Uses what customers have as credit, and makes credit of totals below zero. */
async function settleBalances<Draft extends DueDraft & { readonly lines: readonly LineSum[] }>(
  tx: PoolClient,
  drafts: readonly Draft[],
) {
  const invoices = drafts.map((draft) => ({ ...draft, total: subtotal(draft.lines) }));
  const balances = await lockBalances(
    tx,
    invoices.map(({ customer_id }) => customer_id),
    invoices.filter(({ total }) => total < 0n).map(({ customer_id }) => customer_id),
  );
  const settled = invoices.map((invoice) => {
    const { creditsApplied, balance } = settle(
      invoice.total,
      balances.get(invoice.customer_id) ?? (0n as Amount),
    );
    if (creditsApplied !== 0n) balances.set(invoice.customer_id, balance);
    return { ...invoice, creditsApplied };
  });
  await saveBalances(tx, balances);
  return settled;
}
