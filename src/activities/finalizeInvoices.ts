/** Drafts whose grace period is over become invoices: usage rated for good, summed, posted to the ledger, numbered. */
import type { PoolClient } from 'pg';
import { dueAtOf, localDay } from '../domain/dueDate.ts';
import type { CustomerId, InvoiceId, InvoiceLineId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { netOf, taxOf, totalsOf } from '../domain/invoiceTotals.ts';
import { earningOf, invoiceFinalized } from '../domain/ledger.ts';
import type { Amount } from '../domain/money.ts';
import type { StillCharged } from '../domain/stillCharged.ts';
import type { TaxProvider } from '../ports/tax/provider.ts';
import { readBillingCustomers, type BillingCustomer } from '../store/billingCustomers.ts';
import { saveDiscountUses } from '../store/discounts.ts';
import type { DueScope } from '../store/dueScope.ts';
import { claimDueDrafts, type DueDraft } from '../store/invoiceDrafts.ts';
import { openInvoices, type FinalizedInvoice } from '../store/invoices.ts';
import { postTransactions } from '../store/ledger.ts';
import { noteFirstSent } from '../store/manualInvoices.ts';
import type { DraftLine } from '../store/lineSums.ts';
import { readInvoicedPeriods } from '../store/meteredPrices.ts';
import { insertSchedules } from '../store/revenue.ts';
import { saveUsageSnapshots } from '../store/subscriptions.ts';
import { billCommitments } from './commitments.ts';
import type { DueStep } from './dueStep.ts';
import { billLateUsage } from './lateUsage.ts';
import { rateUsageOf } from './rateUsage.ts';
import { tellOfInvoices } from './tellOfInvoices.ts';
import { discountDrafts, readLinesToSum, taxDrafts } from './sumInvoices.ts';
import { useCredit, type SettledInvoice } from './useCredit.ts';
import { waiveGivenBack } from './waiveGivenBack.ts';

export function finalizeInvoices(taxes: TaxProvider): DueStep {
  return {
    name: 'finalize',
    single: (subjectId) => ({ kind: 'invoice', invoiceId: subjectId as InvoiceId }),
    run: (tx, scope, now, limit, claimed) => run(tx, taxes, scope, now, limit, claimed),
  };
}

async function run(
  tx: PoolClient,
  taxes: TaxProvider,
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
  const charged = await waiveGivenBack(tx, ids);

  const customers = await readBillingCustomers(
    tx,
    drafts.map((draft) => draft.customer_id),
  );
  const lines = await sumDrafts(tx, taxes, drafts, customers, charged, now);
  const settled = await useCredit(
    tx,
    drafts.map((draft) => {
      const own = lines.get(draft.id) ?? [];
      return { ...draft, lines: own, totals: totalsOf(own) };
    }),
    customers,
    now,
  );
  await post(tx, settled, now);
  await openInvoices(
    tx,
    settled.map((invoice) => finalized(invoice, customerOf(customers, invoice), now)),
    now,
  );
  await sendByMail(tx, settled, customers, now);
}

/** Those that are asked for, not charged, are sent as soon as they are final, unless that was done by request. */
async function sendByMail(
  tx: PoolClient,
  invoices: readonly SettledInvoice[],
  customers: ReadonlyMap<CustomerId, BillingCustomer>,
  now: Instant,
): Promise<void> {
  const asked = invoices.filter(
    (invoice) =>
      invoice.totals.total !== 0n &&
      (invoice.collection_method ?? customerOf(customers, invoice).collection_method) === 'send_invoice',
  );
  await tellOfInvoices(tx, await noteFirstSent(tx, asked, now), now);
}

/** In the order of section 7: discounts, commitments, tax. */
async function sumDrafts(
  tx: PoolClient,
  taxes: TaxProvider,
  drafts: readonly DueDraft[],
  customers: ReadonlyMap<CustomerId, BillingCustomer>,
  charged: ReadonlyMap<InvoiceLineId, StillCharged>,
  now: Instant,
): Promise<Map<InvoiceId, DraftLine[]>> {
  const ids = drafts.map(({ id }) => id);
  const toSum = await readLinesToSum(tx, drafts, charged);
  await saveDiscountUses(tx, await discountDrafts(tx, drafts, customers, toSum, { lock: true }));
  const committed = (await billCommitments(tx, ids)) > 0;
  // What a commitment gives back follows what was billed for it, as all that gives back.
  const all = committed ? await readLinesToSum(tx, drafts, charged) : toSum;
  await taxDrafts(tx, taxes, drafts, customers, all, now);
  return all.lines;
}

/** To the ledger; what is earned over time has its schedule. */
async function post(tx: PoolClient, invoices: readonly SettledInvoice[], now: Instant): Promise<void> {
  await postTransactions(
    tx,
    invoices.map((invoice) => ({
      book: invoice.book,
      currency: invoice.currency,
      kind: 'invoice_finalized' as const,
      sourceId: invoice.id,
      invoiceId: invoice.id,
      effectiveAt: now,
      customerId: invoice.customer_id,
      postings: invoiceFinalized(
        invoice.lines.map((line) => ({ earning: earningOf(line), earned: earnedOf(line) })),
        (invoice.totals.tax + invoice.totals.taxIncluded) as Amount,
        invoice.applied,
      ),
    })),
  );
  await insertSchedules(
    tx,
    invoices.flatMap(({ book, currency, lines }) =>
      lines
        .filter((line) => earningOf(line) === 'deferred_revenue')
        .map((line) => ({
          invoiceLineId: line.id,
          book,
          currency,
          startsAt: line.period.start,
          endsAt: line.period.end,
          amount: earnedOf(line),
        })),
    ),
  );
}

/** After discounts and without any tax. */
function earnedOf(line: DraftLine): Amount {
  return (netOf(line) - taxOf(line).included) as Amount;
}

function customerOf(
  customers: ReadonlyMap<CustomerId, BillingCustomer>,
  { customer_id: id }: Pick<DueDraft, 'customer_id'>,
): BillingCustomer {
  const customer = customers.get(id);
  if (!customer) throw new Error(`customer ${id} was not read`);
  return customer;
}

function finalized(invoice: SettledInvoice, customer: BillingCustomer, now: Instant): FinalizedInvoice {
  const collectionMethod = invoice.collection_method ?? customer.collection_method;
  const daysUntilDue = invoice.days_until_due ?? customer.days_until_due;
  const charged = collectionMethod === 'charge_automatically';
  return {
    id: invoice.id,
    book: invoice.book,
    series: customer.series,
    day: localDay(now, customer.timezone),
    totals: invoice.totals,
    creditsApplied: invoice.creditsApplied,
    credits: invoice.credits,
    parties: customer.parties,
    collectionMethod,
    daysUntilDue,
    dueAt: charged ? now : dueAtOf(now, daysUntilDue, customer.timezone),
    collectAt: charged && invoice.auto_advance ? now : null,
    footer: invoice.footer ?? customer.invoice_footer,
    poNumber: invoice.po_number ?? customer.po_number,
    customFields: invoice.custom_fields ?? customer.custom_fields,
  };
}
