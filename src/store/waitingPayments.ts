/** Attempts that wait for the customer, which another attempt, or the end of their invoice, replaces. */
import type { InvoiceId, PaymentId, PaymentMethodId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Queryable } from './database.ts';
import { collectAgain } from './dueAgain.ts';
import { claimedInvoices, scopeSql, type DueScope } from './dueScope.ts';

export interface WaitingPayment {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly provider: ProviderName;
  /** The provider's names of the customer, and of the attempt. */
  readonly customer_reference: string | null;
  readonly provider_reference: string | null;
}

const asked = `
  UPDATE payments p SET asked_at = now()
    FROM payment_methods m
    LEFT JOIN provider_customers pc ON pc.customer_id = m.customer_id AND pc.provider = m.provider
   WHERE p.status = 'requires_action' AND m.id = p.payment_method_id`;
const returned = `
  RETURNING p.id, p.invoice_id, p.provider, pc.reference AS customer_reference, p.provider_reference`;

/**
 * Attempts that wait for the customer while another one of their invoice is due, and notes that the provider is asked now.
 * Among the many, one that another asks about is left alone for `patienceSeconds`.
 */
export async function takeReplacedPayments(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  patienceSeconds: number,
  limit: number,
): Promise<WaitingPayment[]> {
  const { condition, values } = scopeSql(scope, claimedInvoices, 4);
  const { rows } = await db.query<WaitingPayment>(
    `WITH replaced AS (
       SELECT p.id
         FROM payments p
         JOIN invoices i ON i.id = p.invoice_id
        WHERE p.status = 'requires_action' AND i.status = 'open' AND i.collect_at <= $1 AND ${condition}
          AND greatest(p.asked_at, p.ask_after) < now() - make_interval(secs => $2)
        ORDER BY greatest(p.asked_at, p.ask_after), p.id
        LIMIT $3)
     ${asked} AND p.id IN (SELECT id FROM replaced) ${returned}`,
    [formatInstant(now), patienceSeconds, limit, ...values],
  );
  return rows;
}

/** The attempt of an invoice that waits for the customer, and notes that its provider is asked now; undefined where there is none. */
export async function takeWaitingPayment(
  db: Queryable,
  invoiceId: InvoiceId,
): Promise<WaitingPayment | undefined> {
  const { rows } = await db.query<WaitingPayment>(`${asked} AND p.invoice_id = $1 ${returned}`, [invoiceId]);
  return rows[0];
}

/** Whether an attempt of an invoice waits for the customer. */
export async function isWaitedFor(db: Queryable, invoiceId: InvoiceId): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM payments WHERE invoice_id = $1 AND status = 'requires_action'`,
    [invoiceId],
  );
  return rowCount === 1;
}

/**
 * The open invoices whose last attempt was with a method, and waits for the customer or was ended while it did; and whose
 * time they live by.
 */
export async function findWaitingWith(
  db: Queryable,
  paymentMethodId: PaymentMethodId,
): Promise<{ readonly invoiceId: InvoiceId; readonly testClockId: TestClockId | null }[]> {
  const { rows } = await db.query<{ invoiceId: InvoiceId; testClockId: TestClockId | null }>(
    `SELECT p.invoice_id AS "invoiceId", p.test_clock_id AS "testClockId"
       FROM payment_methods m
       JOIN payments p ON p.customer_id = m.customer_id AND p.payment_method_id = m.id
       JOIN invoices i ON i.id = p.invoice_id
      WHERE m.id = $1 AND i.status = 'open' AND p.status IN ('requires_action', 'canceled') AND p.waited
        AND NOT EXISTS (SELECT FROM payments o WHERE o.invoice_id = p.invoice_id AND o.provider <> 'offline' AND o.id > p.id)
      ORDER BY p.id`,
    [paymentMethodId],
  );
  return rows;
}

/**
 * The next attempt of an open invoice is due at once where its last one was ended while the customer was asked, and none
 * is planned: the rest of it is to be paid all the same, as far as nothing holds it.
 */
export async function askAnew(db: Queryable, invoiceId: InvoiceId, now: Instant): Promise<void> {
  const { rows } = await db.query<{ id: InvoiceId }>(
    `SELECT i.id FROM invoices i
      WHERE i.id = $1 AND i.status = 'open' AND i.collect_at IS NULL
        AND (SELECT p.status = 'canceled' AND p.waited FROM payments p
              WHERE p.invoice_id = i.id AND p.provider <> 'offline' ORDER BY p.id DESC LIMIT 1)`,
    [invoiceId],
  );
  await collectAgain(
    db,
    rows.map(({ id }) => id),
    now,
  );
}
