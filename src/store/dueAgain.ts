/** What makes another attempt of an invoice due, and what holds it back: who is sent invoices, a pause, a promise to pay. */
import type { CustomerId, InvoiceId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

/**
 * Of the open invoices that are charged by themselves and have no attempt under way, the next one is due at $2. One that
 * the customer has promised to pay waits for that, one whose dunning is paused for its end, and either notes what it holds.
 */
const dueAgain = (which: string) => `
  WITH found AS (
    SELECT i.id, d.paused_at, d.promised_until
      FROM invoices i LEFT JOIN collections d ON d.invoice_id = i.id
     WHERE ${which} AND i.status = 'open' AND i.collection_method = 'charge_automatically'
       AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status = 'pending')
     ORDER BY i.id
       FOR UPDATE OF i
  ), held AS (
    UPDATE collections d SET held_attempt_at = least(d.held_attempt_at, $2)
      FROM found f WHERE d.invoice_id = f.id AND (f.paused_at IS NOT NULL OR f.promised_until > $2)
  )
  UPDATE invoices i
     SET collect_at = greatest($2, f.promised_until),
         next_attempt_at = CASE WHEN f.promised_until > $2 THEN f.promised_until ELSE i.next_attempt_at END
    FROM found f WHERE i.id = f.id AND f.paused_at IS NULL
  RETURNING i.id`;

/** The next attempt of these invoices is due now, as far as nothing holds it. Returns those that are not left to a pause. */
export async function collectAgain(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
  now: Instant,
): Promise<InvoiceId[]> {
  if (invoiceIds.length === 0) return [];
  const { rows } = await db.query<{ id: InvoiceId }>(dueAgain('i.id = ANY($1)'), [
    invoiceIds,
    formatInstant(now),
  ]);
  return rows.map((row) => row.id);
}

/**
 * Makes the attempt of each open invoice of a customer that failed before due at once: it may be paid another way now. One
 * that waits for the customer is replaced by it; one without an outcome is not, and whoever records that it failed sees
 * the other way.
 */
export async function collectAtOnce(
  db: Queryable,
  customerId: CustomerId,
  now: Instant,
): Promise<InvoiceId[]> {
  const { rows } = await db.query<{ id: InvoiceId }>(
    dueAgain('i.customer_id = $1 AND i.first_failed_at IS NOT NULL'),
    [customerId, formatInstant(now)],
  );
  return rows.map((row) => row.id);
}

/**
 * An attempt that somebody asked for, with a method by name, never came to be: what was planned without it is due as it
 * was, and nothing is charged in its place.
 */
export async function collectAsPlanned(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
  now: Instant,
): Promise<void> {
  if (invoiceIds.length === 0) return;
  await db.query(
    `UPDATE invoices SET collect_at = CASE WHEN first_failed_at IS NULL THEN $2 ELSE next_attempt_at END
      WHERE id = ANY($1) AND status = 'open' AND collect_at IS NULL AND collection_method = 'charge_automatically'`,
    [invoiceIds, formatInstant(now)],
  );
}
