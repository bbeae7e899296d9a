/** Payments that came by themselves: a bank transfer, a cheque, cash. */
import type { InvoiceId, PaymentId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { InvoiceToPay } from './askedPayments.ts';
import type { Queryable } from './database.ts';
import { findInvoicedSubscriptions } from './invoices.ts';

export interface NewOfflinePayment {
  readonly id: PaymentId;
  readonly amount: Amount;
  /** What of it goes beyond the invoice. */
  readonly unapplied: Amount;
  readonly reference: string;
  readonly receivedAt: Instant;
  readonly metadata: Readonly<Record<string, string>>;
}

export async function insertOfflinePayment(
  db: Queryable,
  invoice: InvoiceToPay,
  payment: NewOfflinePayment,
  now: Instant,
): Promise<void> {
  await db.query(
    `INSERT INTO payments (id, invoice_id, customer_id, test_clock_id, provider, source, amount, amount_unapplied, currency, status,
                           external_reference, received_at, metadata, created, completed_at)
     VALUES ($1, $2, $3, $4, 'offline', 'offline', $5, $6, $7, 'succeeded', $8, $9, $10, $11, $11)`,
    [
      payment.id,
      invoice.id,
      invoice.customer_id,
      invoice.test_clock_id,
      payment.amount,
      payment.unapplied,
      invoice.currency,
      payment.reference,
      formatInstant(payment.receivedAt),
      JSON.stringify(payment.metadata),
      formatInstant(now),
    ],
  );
}

/** Locks an invoice for this transaction, the subscriptions that it bills and its customer, in this order, as others do. */
export async function lockPaidByHand(db: Queryable, id: InvoiceId): Promise<void> {
  await db.query(`SELECT FROM invoices WHERE id = $1 FOR UPDATE`, [id]);
  await db.query(`SELECT FROM subscriptions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [
    await findInvoicedSubscriptions(db, [id]),
  ]);
  await db.query(
    `SELECT FROM customers WHERE id = (SELECT customer_id FROM invoices WHERE id = $1) FOR NO KEY UPDATE`,
    [id],
  );
}

export async function isRecorded(db: Queryable, id: PaymentId): Promise<boolean> {
  const { rowCount } = await db.query(`SELECT FROM payments WHERE id = $1`, [id]);
  return rowCount === 1;
}

/** What attempts in flight for an invoice may still take. */
export async function readInFlight(db: Queryable, invoiceId: InvoiceId): Promise<Amount> {
  const { rows } = await db.query<{ amount: Amount }>(
    `SELECT coalesce(sum(amount), 0)::bigint AS amount FROM payments
      WHERE invoice_id = $1 AND status IN ('pending', 'requires_action')`,
    [invoiceId],
  );
  return rows[0]?.amount ?? (0n as Amount);
}
