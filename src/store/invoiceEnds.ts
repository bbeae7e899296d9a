/** Invoices that are voided, or given up. */
import type { InvoiceToEnd } from '../domain/invoiceEnd.ts';
import type { CustomerId, InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import { findInvoicedSubscriptions } from './invoices.ts';

export interface EndingInvoice extends InvoiceToEnd {
  readonly id: InvoiceId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly book: string;
  /** What is still to be paid of it. */
  readonly remaining: Amount;
  /** What it used of the customer's balance. */
  readonly balanceUsed: Amount;
  /** Those that it bills, locked. */
  readonly subscriptionIds: readonly SubscriptionId[];
}

/**
 * Locks an invoice for this transaction, and the subscriptions that it bills, so that none gives back meanwhile what it
 * charged; undefined where there is none.
 */
export async function lockEndingInvoice(db: Queryable, id: InvoiceId): Promise<EndingInvoice | undefined> {
  await db.query(`SELECT FROM invoices WHERE id = $1 FOR UPDATE`, [id]);
  const subscriptionIds = await findInvoicedSubscriptions(db, [id]);
  await db.query(`SELECT FROM subscriptions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [
    subscriptionIds,
  ]);
  const { rows } = await db.query<Omit<EndingInvoice, 'subscriptionIds'>>(
    `SELECT i.id, i.customer_id AS "customerId", i.test_clock_id AS "testClockId", i.book, i.status, i.currency,
            i.amount_paid AS "amountPaid", i.amount_due - i.amount_paid - i.amount_credited AS remaining,
            (SELECT coalesce(sum((c ->> 'amount')::bigint), 0)::bigint FROM jsonb_array_elements(i.credits) c
              WHERE c ->> 'grant' IS NULL) AS "balanceUsed",
            EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status IN ('pending', 'requires_action')) AS "paymentInFlight",
            EXISTS (SELECT FROM credit_notes n WHERE n.invoice_id = i.id) AS "hasCreditNotes",
            EXISTS (SELECT FROM invoice_lines charge JOIN invoice_lines credit ON credit.credits_line_id = charge.id
                      LEFT JOIN invoices other ON other.id = credit.invoice_id
                     WHERE charge.invoice_id = i.id AND credit.invoice_id IS DISTINCT FROM i.id
                       AND other.status IS DISTINCT FROM 'void') AS "isGivenBack",
            EXISTS (SELECT FROM invoice_lines l WHERE l.invoice_id = i.id AND l.type = 'credit_purchase') AS "buysCredit",
            EXISTS (SELECT FROM credit_grants g WHERE g.invoice_id = i.id AND g.status <> 'pending') AS "grantsCredit"
       FROM invoices i WHERE i.id = $1`,
    [id],
  );
  return rows[0] && { ...rows[0], subscriptionIds };
}

/** Nobody tries to collect it by itself any more. */
export async function saveEnd(
  db: Queryable,
  id: InvoiceId,
  status: 'void' | 'uncollectible',
  now: Instant,
): Promise<void> {
  await db.query(
    `UPDATE invoices
        SET status = $2, collect_at = NULL, next_attempt_at = NULL,
            voided_at = CASE WHEN $2 = 'void' THEN $3::timestamptz ELSE voided_at END,
            uncollectible_at = CASE WHEN $2 = 'uncollectible' THEN $3::timestamptz ELSE uncollectible_at END
      WHERE id = $1`,
    [id, status, formatInstant(now)],
  );
}

/** Notes that a request is carried out; false where it has been before. */
export async function beginInvoiceOperation(
  db: Queryable,
  operationId: string,
  invoiceId: InvoiceId,
  kind: 'void' | 'mark_uncollectible',
  now: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `INSERT INTO invoice_operations (operation_id, invoice_id, kind, accepted_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (operation_id) DO NOTHING`,
    [operationId, invoiceId, kind, formatInstant(now)],
  );
  return rowCount === 1;
}

/** Whether a request is carried out already. */
export async function isBegun(db: Queryable, operationId: string): Promise<boolean> {
  const { rowCount } = await db.query(`SELECT FROM invoice_operations WHERE operation_id = $1`, [
    operationId,
  ]);
  return rowCount === 1;
}
