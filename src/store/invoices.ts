/** Invoices that are made final with their numbers, and what is paid of them. */
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { InvoiceSeries, LocalDay } from '../domain/invoiceNumber.ts';
import type { InvoiceTotals } from '../domain/invoiceTotals.ts';
import type { Amount } from '../domain/money.ts';
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { CustomField, Parties } from './billingCustomers.ts';
import type { Queryable } from './database.ts';
import { toStoredDiscount, toStoredTax } from './lineSums.ts';
import { takeNumbers } from './seriesNumbers.ts';

export interface FinalizedInvoice {
  readonly id: InvoiceId;
  readonly book: string;
  readonly series: InvoiceSeries;
  /** The day of its date, by the customer's calendar. */
  readonly day: LocalDay;
  readonly totals: InvoiceTotals;
  /** Of the customer's credit; a total below zero becomes credit, as a negative amount here. */
  readonly creditsApplied: Amount;
  readonly credits: readonly {
    readonly name: string | null;
    readonly grant: string | null;
    readonly amount: Amount;
  }[];
  readonly parties: Parties;
  readonly collectionMethod: CollectionMethod;
  readonly daysUntilDue: number;
  readonly dueAt: Instant;
  /** Null: nobody tries to collect it by itself. */
  readonly collectAt: Instant | null;
  readonly footer: string | null;
  readonly poNumber: string | null;
  readonly customFields: readonly CustomField[];
}

/**
 * Numbers invoices and opens them; one with nothing due is paid at once. The runs of numbers are locked until the
 * transaction ends: call it last.
 */
export async function openInvoices(
  db: Queryable,
  invoices: readonly FinalizedInvoice[],
  now: Instant,
): Promise<void> {
  const numbers = await takeNumbers(db, invoices);
  const rows = invoices.map(({ totals, ...invoice }, index) => {
    const paid = totals.total === invoice.creditsApplied;
    const { series, span, sequence, number } = numbers[index] ?? {};
    return {
      id: invoice.id,
      ...{ series, span, number, sequence: String(sequence) },
      status: paid ? 'paid' : 'open',
      subtotal: String(totals.subtotal),
      discount: String(totals.discount),
      tax: String(totals.tax),
      tax_included: String(totals.taxIncluded),
      total: String(totals.total),
      credits_applied: String(invoice.creditsApplied),
      discounts: totals.discounts.map(toStoredDiscount),
      taxes: totals.taxes.map(toStoredTax),
      credits: invoice.credits.map((credit) => ({ ...credit, amount: String(credit.amount) })),
      parties: invoice.parties,
      collection_method: invoice.collectionMethod,
      days_until_due: invoice.daysUntilDue,
      due_at: formatInstant(invoice.dueAt),
      collect_at: paid || invoice.collectAt === null ? null : formatInstant(invoice.collectAt),
      footer: invoice.footer,
      po_number: invoice.poNumber,
      custom_fields: invoice.customFields,
    };
  });
  await db.query(
    `UPDATE invoices i
        SET status = r.status, series = r.series, span = r.span, sequence = r.sequence, number = r.number,
            subtotal = r.subtotal, discount = r.discount, tax = r.tax, tax_included = r.tax_included, total = r.total,
            credits_applied = r.credits_applied, amount_due = r.total - r.credits_applied,
            discounts = r.discounts, taxes = r.taxes, credits = r.credits, parties = r.parties,
            collection_method = r.collection_method, days_until_due = r.days_until_due, footer = r.footer,
            po_number = r.po_number, custom_fields = r.custom_fields, finalized_at = $2, due_at = r.due_at,
            collect_at = r.collect_at, paid_at = CASE WHEN r.status = 'paid' THEN $2::timestamptz END
       FROM json_to_recordset($1) AS r(id text, series text, span text, sequence bigint, number text, status text,
              subtotal bigint, discount bigint, tax bigint, tax_included bigint, total bigint, credits_applied bigint,
              discounts jsonb, taxes jsonb, credits jsonb, parties jsonb, collection_method text, days_until_due int,
              due_at timestamptz, collect_at timestamptz, footer text, po_number text, custom_fields jsonb)
      WHERE i.id = r.id`,
    [JSON.stringify(rows), formatInstant(now)],
  );
}

export interface PaidAmount {
  readonly invoiceId: InvoiceId;
  readonly amount: Amount;
  /** Whether it is one more in `attempt_count`. */
  readonly counts: boolean;
}

/** Adds what was paid; what is planned for the rest stays. Returns the subscriptions of those that had failed before. */
export async function savePaid(
  db: Queryable,
  payments: readonly PaidAmount[],
  now: Instant,
): Promise<SubscriptionId[]> {
  const { rows } = await db.query<{ id: InvoiceId; first_failed_at: Instant | null }>(
    `UPDATE invoices i
        SET amount_paid = i.amount_paid + r.amount, attempt_count = i.attempt_count + r.counts::int,
            collect_at = CASE WHEN i.amount_paid + i.amount_credited + r.amount < i.amount_due THEN i.collect_at END,
            next_attempt_at = CASE WHEN i.amount_paid + i.amount_credited + r.amount < i.amount_due THEN i.next_attempt_at END,
            status = CASE WHEN i.amount_paid + i.amount_credited + r.amount = i.amount_due THEN 'paid' ELSE i.status END,
            paid_at = CASE WHEN i.amount_paid + i.amount_credited + r.amount = i.amount_due THEN $2::timestamptz END
       FROM json_to_recordset($1) AS r("invoiceId" text, amount bigint, counts boolean)
      WHERE i.id = r."invoiceId"
      RETURNING i.id, i.first_failed_at`,
    [
      JSON.stringify(payments.map((payment) => ({ ...payment, amount: String(payment.amount) }))),
      formatInstant(now),
    ],
  );
  return findInvoicedSubscriptions(
    db,
    rows.filter(({ first_failed_at: failed }) => failed !== null).map(({ id }) => id),
  );
}

/** The subscriptions that invoices are of: one, or all that a group bills. */
export async function findInvoicedSubscriptions(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<SubscriptionId[]> {
  if (invoiceIds.length === 0) return [];
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT subscription_id AS id FROM invoices WHERE id = ANY($1) AND subscription_id IS NOT NULL
      UNION
     SELECT l.subscription_id FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
      WHERE i.id = ANY($1) AND i.grouped_at IS NOT NULL AND l.subscription_id IS NOT NULL`,
    [invoiceIds],
  );
  return rows.map((row) => row.id);
}
