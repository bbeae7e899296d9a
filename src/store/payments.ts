/** Payment attempts: one row each, committed before the provider is asked. */
import type { Decline } from '../domain/collection.ts';
import type { CustomerId, InvoiceId, PaymentId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import { claimedInvoices, scopeSql, type DueScope } from './dueScope.ts';

export interface NewPayment {
  readonly id: PaymentId;
  readonly invoiceId: InvoiceId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly paymentMethodId: string;
  readonly amount: Amount;
  readonly currency: string;
}

export async function insertPendingPayments(
  db: Queryable,
  payments: readonly NewPayment[],
  now: Instant,
): Promise<void> {
  if (payments.length === 0) return;
  await db.query(
    `INSERT INTO payments (id, invoice_id, customer_id, test_clock_id, payment_method_id, amount, currency, status, created)
     SELECT id, invoice_id, customer_id, test_clock_id, payment_method_id, amount, currency, 'pending', $2
       FROM json_to_recordset($1) AS r(id text, invoice_id text, customer_id text, test_clock_id text,
                                       payment_method_id text, amount bigint, currency text)`,
    [
      JSON.stringify(
        payments.map((payment) => ({
          id: payment.id,
          invoice_id: payment.invoiceId,
          customer_id: payment.customerId,
          test_clock_id: payment.testClockId,
          payment_method_id: payment.paymentMethodId,
          amount: String(payment.amount),
          currency: payment.currency,
        })),
      ),
      formatInstant(now),
    ],
  );
}

export interface PendingPayment {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly amount: Amount;
  readonly currency: string;
  readonly provider_reference: string;
}

/**
 * Attempts without an outcome, and notes that the provider is asked now. Among the many, one that another asks about is
 * left alone for `patienceSeconds`; to ask twice is harmless, the key is the same.
 */
export async function takePendingPayments(
  db: Queryable,
  scope: DueScope,
  fresh: readonly PaymentId[],
  patienceSeconds: number,
  limit: number,
): Promise<PendingPayment[]> {
  const { condition, values } = scopeSql(scope, claimedInvoices, 4);
  const { rows } = await db.query<PendingPayment>(
    `WITH stale AS (
       SELECT p.id
         FROM payments p
         JOIN invoices i ON i.id = p.invoice_id
        WHERE p.status = 'pending' AND p.asked_at < now() - make_interval(secs => $2) AND ${condition}
        ORDER BY p.asked_at, p.id
        LIMIT $3)
     UPDATE payments p SET asked_at = now()
       FROM payment_methods m
      WHERE p.id IN (SELECT id FROM stale UNION SELECT unnest($1::text[])) AND p.status = 'pending'
        AND m.id = p.payment_method_id
      RETURNING p.id, p.invoice_id, p.amount, p.currency, m.provider_reference`,
    [fresh, patienceSeconds, limit, ...values],
  );
  return rows;
}

export interface PaymentOutcome {
  readonly id: PaymentId;
  readonly status: 'succeeded' | 'failed' | 'requires_action';
  readonly reference: string;
  readonly code: string | null;
  readonly decline: Decline | null;
}

export interface SettledPayment {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly payment_method_id: string;
  readonly book: string;
  readonly amount: Amount;
  readonly currency: string;
  readonly status: 'succeeded' | 'failed' | 'requires_action';
  readonly failure_code: string | null;
  readonly decline: Decline | null;
  /** Whether its invoice is uncollectible: it was given up before the attempt was made. */
  readonly written_off: boolean;
}

/** Records outcomes; returns those that were news. An outcome that is known already changes nothing. */
export async function settlePayments(
  db: Queryable,
  outcomes: readonly PaymentOutcome[],
  now: Instant,
): Promise<SettledPayment[]> {
  const { rows } = await db.query<SettledPayment>(
    `UPDATE payments p
        SET status = r.status, provider_reference = r.reference, failure_code = r.code, decline = r.decline,
            completed_at = $2
       FROM json_to_recordset($1) AS r(id text, status text, reference text, code text, decline text)
      WHERE p.id = r.id AND p.status = 'pending'
      RETURNING p.id, p.invoice_id, p.customer_id, p.payment_method_id, coalesce(p.test_clock_id, 'live') AS book, p.amount, p.currency,
                p.status, p.failure_code, p.decline,
                EXISTS (SELECT FROM invoices i WHERE i.id = p.invoice_id AND i.status = 'uncollectible') AS written_off`,
    [JSON.stringify(outcomes), formatInstant(now)],
  );
  return rows;
}
