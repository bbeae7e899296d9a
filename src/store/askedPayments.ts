/** Payments that somebody asks for: what their invoice is, and which attempt is theirs. */
import type { InvoiceId, PaymentId, PaymentMethodId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';
import type { CollectableInvoice } from './collectableInvoices.ts';

export interface InvoiceToPay extends CollectableInvoice {
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  /** An attempt is in flight: its outcome is not known, or it waits for the customer. */
  readonly in_flight: 'pending' | 'requires_action' | null;
}

/** Locks an invoice for this transaction; undefined where there is none. */
export async function lockInvoiceToPay(db: Queryable, id: InvoiceId): Promise<InvoiceToPay | undefined> {
  await db.query(`SELECT FROM invoices WHERE id = $1 FOR UPDATE`, [id]);
  const { rows } = await db.query<InvoiceToPay>(
    `SELECT i.id, i.subscription_id, i.customer_id, i.test_clock_id, i.amount_due - i.amount_paid - i.amount_credited AS amount,
            i.currency, c.default_payment_method_id AS default_method_id, i.status,
            (SELECT p.status FROM payments p
              WHERE p.invoice_id = i.id AND p.status IN ('pending', 'requires_action')) AS in_flight
       FROM invoices i JOIN customers c ON c.id = i.customer_id
      WHERE i.id = $1`,
    [id],
  );
  return rows[0];
}

export interface AskedPayment {
  readonly id: PaymentId;
  readonly invoiceId: InvoiceId;
  /** Null: whatever the customer pays with. */
  readonly paymentMethodId: PaymentMethodId | null;
  /** By the database's clock. */
  readonly askedAt: Instant;
}

/**
 * Whether an attempt is what was asked for: its own, run again, or one that another has made since it was asked for, so that
 * two who ask at once make one.
 */
export async function isMade(db: Queryable, asked: AskedPayment): Promise<boolean> {
  const { rows } = await db.query<{ made: boolean }>(
    `SELECT EXISTS (SELECT FROM payments
                     WHERE invoice_id = $1
                       AND (id = $2 OR source <> 'offline' AND attempted_at >= $3
                                       AND ($4::text IS NULL OR payment_method_id = $4))) AS made`,
    [asked.invoiceId, asked.id, formatInstant(asked.askedAt), asked.paymentMethodId],
  );
  return rows[0]?.made === true;
}

/** Whether the id that was asked for is that of another invoice's attempt: an id is of one attempt for ever. */
export async function isOfAnother(
  db: Queryable,
  { id, invoiceId }: Pick<AskedPayment, 'id' | 'invoiceId'>,
): Promise<boolean> {
  const { rowCount } = await db.query(`SELECT FROM payments WHERE id = $1 AND invoice_id <> $2`, [
    id,
    invoiceId,
  ]);
  return rowCount === 1;
}

/** What time it is by the database's clock. */
export async function readDatabaseTime(db: Queryable): Promise<Instant> {
  const { rows } = await db.query<{ now: Instant }>(`SELECT clock_timestamp() AS now`);
  const [row] = rows;
  if (!row) throw new Error('the database does not tell the time');
  return row.now;
}

/** Whether a customer has a method that is not detached. */
export async function hasMethod(
  db: Queryable,
  invoiceId: InvoiceId,
  paymentMethodId: PaymentMethodId,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM payment_methods m JOIN invoices i ON i.customer_id = m.customer_id
      WHERE i.id = $1 AND m.id = $2 AND m.detached_at IS NULL`,
    [invoiceId, paymentMethodId],
  );
  return rowCount === 1;
}
