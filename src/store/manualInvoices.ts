/** Invoices that somebody makes, and what may be changed of a draft. */
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { CustomerId, InvoiceId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { nothingToInvoice } from '../domain/invoiceItem.ts';
import type { CustomField } from './billingCustomers.ts';
import type { Queryable } from './database.ts';
import { givenColumns } from './givenColumns.ts';
import { insertItems, placeItems, type NewItem } from './invoiceItems.ts';

/** What stands on it, and how it goes on; what is left out is as its customer has it. */
export interface InvoiceDetails {
  readonly auto_advance?: boolean | undefined;
  readonly collection_method?: CollectionMethod | null | undefined;
  readonly days_until_due?: number | null | undefined;
  readonly memo?: string | null | undefined;
  readonly footer?: string | null | undefined;
  readonly po_number?: string | null | undefined;
  readonly custom_fields?: readonly CustomField[] | null | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

export interface NewManualInvoice {
  readonly id: InvoiceId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly currency: string;
  readonly now: Instant;
  readonly details: InvoiceDetails;
}

/** Adds a draft without lines, once; one that advances by itself is due at once. False where it is there already. */
export async function insertManualInvoice(db: Queryable, invoice: NewManualInvoice): Promise<boolean> {
  const { details } = invoice;
  const { rowCount } = await db.query(
    `INSERT INTO invoices (id, customer_id, test_clock_id, status, billing_reason, currency, period_start, period_end, created,
                           finalizes_at, auto_advance, collection_method, days_until_due, memo, footer, po_number,
                           custom_fields, metadata)
     VALUES ($1, $2, $3, 'draft', 'manual', $4, $5, $5, $5, CASE WHEN $6 THEN $5::timestamptz END, $6, $7, $8, $9, $10, $11,
             $12, $13)
     ON CONFLICT (id) DO NOTHING`,
    [
      invoice.id,
      invoice.customerId,
      invoice.testClockId,
      invoice.currency,
      formatInstant(invoice.now),
      details.auto_advance ?? true,
      details.collection_method ?? null,
      details.days_until_due ?? null,
      details.memo ?? null,
      details.footer ?? null,
      details.po_number ?? null,
      details.custom_fields ? JSON.stringify(details.custom_fields) : null,
      JSON.stringify(details.metadata ?? {}),
    ],
  );
  return rowCount === 1;
}

/**
 * Puts items on a draft that was just made, as its lines, and with them those that wait for the customer. Throws a
 * `BillingError` 422 where there are none.
 */
export async function fillManualInvoice(
  db: Queryable,
  { id: invoiceId, customerId, currency }: Pick<NewManualInvoice, 'id' | 'customerId' | 'currency'>,
  items: readonly NewItem[],
  includesWaiting: boolean,
): Promise<void> {
  await insertItems(db, items);
  const target = { invoiceId, customerId, subscriptionId: null, currency };
  const placed = await placeItems(db, [target], includesWaiting ? null : items.map((item) => item.id));
  if (placed === 0) throw nothingToInvoice();
  await spanPeriod(db, invoiceId);
}

/** One that somebody made is for the time that its lines are for; a renewal stays that of its period. */
export async function spanPeriod(db: Queryable, id: InvoiceId): Promise<void> {
  await db.query(
    `UPDATE invoices i SET period_start = l.starts_at, period_end = l.ends_at
       FROM (SELECT min(period_start) AS starts_at, max(period_end) AS ends_at FROM invoice_lines WHERE invoice_id = $1) l
      WHERE i.id = $1 AND i.status = 'draft' AND i.billing_reason = 'manual' AND l.starts_at IS NOT NULL`,
    [id],
  );
}

/**
 * Changes what is given of a draft; one that is to advance by itself again is due at once. Of one that is final only its
 * metadata may change: false where more was given, whenever it became final.
 */
export async function updateInvoice(
  db: Queryable,
  id: InvoiceId,
  { auto_advance: autoAdvance, ...details }: InvoiceDetails,
  now: Instant,
): Promise<boolean> {
  const values: unknown[] = [id];
  const value = (given: unknown): string => `$${String(values.push(given))}`;
  const assignments = givenColumns(details, jsonColumns).map(
    ([column, given]) => `${column} = ${value(given)}`,
  );
  if (autoAdvance !== undefined) {
    const advances = value(autoAdvance);
    const dueAt = value(formatInstant(now));
    assignments.push(
      `auto_advance = ${advances}`,
      `finalizes_at = CASE WHEN auto_advance = ${advances} THEN finalizes_at WHEN ${advances} THEN ${dueAt}::timestamptz END`,
    );
  }
  if (assignments.length === 0) return true;
  const onlyDrafts =
    assignments.length > (details.metadata === undefined ? 0 : 1) ? `AND status = 'draft'` : '';
  const { rowCount } = await db.query(
    `UPDATE invoices SET ${assignments.join(', ')} WHERE id = $1 ${onlyDrafts}`,
    values,
  );
  return rowCount === 1;
}

const jsonColumns = new Set(['custom_fields', 'metadata']);

/** Removes a draft that somebody made, with its lines; what waited before it waits again. False where it is none. */
export async function deleteManualDraft(db: Queryable, id: InvoiceId): Promise<boolean> {
  const { rows } = await db.query<{ deletable: boolean }>(
    `SELECT status = 'draft' AND billing_reason = 'manual'
            AND NOT EXISTS (SELECT FROM credit_grants g WHERE g.invoice_id = i.id) AS deletable
       FROM invoices i WHERE id = $1 FOR UPDATE`,
    [id],
  );
  if (rows[0]?.deletable !== true) return false;
  await db.query(`DELETE FROM invoice_lines WHERE invoice_id = $1`, [id]);
  await db.query(`UPDATE invoice_items SET invoice_id = NULL WHERE invoice_id = $1 AND waits`, [id]);
  await db.query(`DELETE FROM invoices WHERE id = $1`, [id]);
  return true;
}

export interface LockedInvoice {
  readonly id: InvoiceId;
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly subscription_id: string | null;
  readonly currency: string;
  /** An attempt is under way whose outcome is not known. */
  readonly pending: boolean;
}

/** Locks an invoice for this transaction; undefined where there is none. */
export async function lockInvoice(db: Queryable, id: InvoiceId): Promise<LockedInvoice | undefined> {
  const { rows } = await db.query<LockedInvoice>(
    `SELECT i.id, i.status, i.customer_id, i.test_clock_id, i.subscription_id, i.currency,
            EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status = 'pending') AS pending
       FROM invoices i WHERE i.id = $1 FOR UPDATE`,
    [id],
  );
  return rows[0];
}

/** Makes a draft due now, whether it advances by itself or not. */
export async function makeDue(db: Queryable, id: InvoiceId, now: Instant): Promise<void> {
  await db.query(`UPDATE invoices SET finalizes_at = $2 WHERE id = $1 AND status = 'draft'`, [
    id,
    formatInstant(now),
  ]);
}

/** Makes an attempt to collect an open invoice due now. */
export async function makeCollectable(db: Queryable, id: InvoiceId, now: Instant): Promise<void> {
  await db.query(`UPDATE invoices SET collect_at = $2 WHERE id = $1 AND status = 'open'`, [
    id,
    formatInstant(now),
  ]);
}

/** Notes that invoices are sent; returns those that had not been. */
export async function noteFirstSent<Invoice extends { readonly id: InvoiceId }>(
  db: Queryable,
  invoices: readonly Invoice[],
  now: Instant,
): Promise<Invoice[]> {
  if (invoices.length === 0) return [];
  const { rows } = await db.query<{ id: InvoiceId }>(
    `UPDATE invoices SET sent_at = $2 WHERE id = ANY ($1) AND sent_at IS NULL RETURNING id`,
    [invoices.map(({ id }) => id), formatInstant(now)],
  );
  const first = new Set(rows.map(({ id }) => id));
  return invoices.filter(({ id }) => first.has(id));
}

/** Notes when an invoice was sent first. */
export async function noteSent(db: Queryable, id: InvoiceId, now: Instant): Promise<void> {
  await db.query(`UPDATE invoices SET sent_at = $2 WHERE id = $1 AND sent_at IS NULL`, [
    id,
    formatInstant(now),
  ]);
}
