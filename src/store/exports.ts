/** Whole tables as rows of files: each a statement whose order an index has. Amounts in minor units. */
import { formatInstant, type Instant } from '../domain/instant.ts';
import { isoTime, plainText, type Statement } from './copyOut.ts';

export interface ExportFilter {
  readonly book: string;
  /** With it. */
  readonly from: Instant | null;
  /** Without it. */
  readonly to: Instant | null;
}

const within = (column: string) =>
  `($2::timestamptz IS NULL OR ${column} >= $2::timestamptz) AND ($3::timestamptz IS NULL OR ${column} < $3::timestamptz)`;

/** By when they became final; drafts are none yet. */
const invoices = `
  SELECT i.id, i.number, i.status, i.customer_id AS customer, ${plainText('c.external_id')} AS customer_external_id,
         ${plainText('c.name')} AS customer_name, i.subscription_id AS subscription, ${isoTime('i.period_start')} AS period_start,
         ${isoTime('i.period_end')} AS period_end, i.currency, i.subtotal, i.discount, i.tax, i.tax_included, i.total,
         i.credits_applied, i.amount_due, i.amount_paid, i.amount_credited, ${plainText('i.po_number')} AS po_number, ${isoTime('i.finalized_at')} AS finalized_at, ${isoTime('i.due_at')} AS due_at,
         ${isoTime('i.paid_at')} AS paid_at, ${isoTime('i.created')} AS created
    FROM invoices i JOIN customers c ON c.id = i.customer_id
   WHERE i.book = $1::text AND i.finalized_at IS NOT NULL AND ${within('i.finalized_at')}
   ORDER BY i.book, i.finalized_at, i.id`;

/** The lines of invoices, by when those became final. */
const invoiceLines = `
  SELECT l.id, l.invoice_id AS invoice, i.number, i.customer_id AS customer, l.subscription_id AS subscription, l.type,
         l.price_id AS price, ${plainText('l.price_code')} AS price_code, ${plainText('l.description')} AS description,
         ${isoTime('l.period_start')} AS period_start, ${isoTime('l.period_end')} AS period_end,
         trim_scale(l.quantity) AS quantity, l.unit_amount, i.currency, l.amount, l.discount_amount, l.tax_amount,
         l.tax_included_amount,
         ${isoTime('i.finalized_at')} AS finalized_at
    FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
   WHERE i.book = $1::text AND i.finalized_at IS NOT NULL AND ${within('i.finalized_at')}
   ORDER BY i.book, i.finalized_at, i.id, l.position`;

/** What corrects invoices, by when it was issued. */
const creditNotes = `
  SELECT n.id, n.number, n.invoice_id AS invoice, i.number AS invoice_number, n.customer_id AS customer, n.reason, n.currency,
         n.subtotal, n.tax, n.tax_included, n.total, n.receivable_amount, n.credit_amount, n.refund_amount,
         ${isoTime('n.created')} AS created
    FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id
   WHERE n.book = $1::text AND ${within('n.created')}
   ORDER BY n.book, n.created, n.id`;

/** Every attempt, by when it was begun. */
const payments = `
  SELECT p.id, p.status, p.invoice_id AS invoice, p.customer_id AS customer, p.payment_method_id AS payment_method,
         p.currency, p.amount, ${plainText('p.failure_code')} AS failure_code, p.decline,
         ${plainText('p.provider_reference')} AS provider_reference, ${isoTime('p.created')} AS created,
         ${isoTime('p.completed_at')} AS completed_at, p.provider, p.source,
         ${plainText('p.external_reference')} AS reference, p.amount_unapplied
    FROM payments p
   WHERE coalesce(p.test_clock_id, 'live') = $1::text AND ${within('p.created')}
   ORDER BY coalesce(p.test_clock_id, 'live'), p.created, p.id`;

/** Every posting, by when it took effect. */
const ledger = `
  SELECT t.id AS transaction, p.position, ${isoTime('t.effective_at')} AS effective_at, t.kind, t.source_id AS source,
         t.invoice_id AS invoice, p.customer_id AS customer, p.debit_account, p.credit_account, t.currency, p.amount
    FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id
   WHERE t.book = $1::text AND ${within('t.effective_at')}
   ORDER BY t.book, t.effective_at, t.id, p.position`;

const exported = {
  invoices,
  invoice_lines: invoiceLines,
  credit_notes: creditNotes,
  payments,
  ledger,
} as const;
export type Exported = keyof typeof exported;

export function exportOf(what: Exported, { book, from, to }: ExportFilter): Statement {
  return { text: exported[what], values: [book, from && formatInstant(from), to && formatInstant(to)] };
}
