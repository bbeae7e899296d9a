/** Payment attempts: one row each, committed before the provider is asked. */
import type { Decline, DeclineAdvice } from '../domain/decline.ts';
import type { CustomerId, InvoiceId, PaymentId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Queryable } from './database.ts';
import { claimedInvoices, scopeSql, type DueScope } from './dueScope.ts';

/** Who asked for a payment: the billing cycle or a retry, a request of the API, the customer on the pay page, or money that came by itself. */
export type PaymentSource = 'automatic' | 'api' | 'pay_page' | 'offline';

export interface NewPayment {
  readonly id: PaymentId;
  readonly invoiceId: InvoiceId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly paymentMethodId: string;
  readonly source: PaymentSource;
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
    `INSERT INTO payments (id, invoice_id, customer_id, test_clock_id, payment_method_id, provider, source, amount, currency,
                           status, created)
     SELECT r.id, r.invoice_id, r.customer_id, r.test_clock_id, r.payment_method_id, m.provider, r.source, r.amount, r.currency,
            'pending', $2
       FROM json_to_recordset($1) AS r(id text, invoice_id text, customer_id text, test_clock_id text,
                                       payment_method_id text, source text, amount bigint, currency text)
       JOIN payment_methods m ON m.id = r.payment_method_id`,
    [
      JSON.stringify(
        payments.map((payment) => ({
          id: payment.id,
          invoice_id: payment.invoiceId,
          customer_id: payment.customerId,
          test_clock_id: payment.testClockId,
          payment_method_id: payment.paymentMethodId,
          source: payment.source,
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
  readonly customer_id: CustomerId;
  readonly provider: ProviderName;
  readonly source: PaymentSource;
  readonly amount: Amount;
  readonly currency: string;
  readonly created: Instant;
  /** The provider's names of the customer, of its method, and of the attempt where it has told one. */
  readonly customer_reference: string | null;
  readonly method_reference: string;
  readonly provider_reference: string | null;
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
       LEFT JOIN provider_customers pc ON pc.customer_id = m.customer_id AND pc.provider = m.provider
      WHERE p.id IN (SELECT id FROM stale UNION SELECT unnest($1::text[])) AND p.status = 'pending'
        AND m.id = p.payment_method_id
      RETURNING p.id, p.invoice_id, p.customer_id, p.provider, p.source, p.amount, p.currency, p.created,
                pc.reference AS customer_reference, m.provider_reference AS method_reference, p.provider_reference`,
    [fresh, patienceSeconds, limit, ...values],
  );
  return rows;
}

export interface PaymentOutcome {
  readonly id: PaymentId;
  readonly status: SettledStatus;
  readonly reference: string | null;
  readonly code: string | null;
  readonly decline: Decline | null;
  readonly advice: DeclineAdvice | null;
  /** How the customer answers its bank's questions. */
  readonly action: unknown;
}

export type SettledStatus = 'succeeded' | 'failed' | 'requires_action' | 'canceled';

export interface SettledPayment {
  readonly id: PaymentId;
  readonly invoice_id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly payment_method_id: string;
  readonly book: string;
  readonly amount: Amount;
  readonly currency: string;
  readonly status: SettledStatus;
  readonly failure_code: string | null;
  readonly decline: Decline | null;
  readonly advice: DeclineAdvice | null;
  /** Whether its invoice is uncollectible: it was given up before the attempt was made. */
  readonly written_off: boolean;
}

/** Records outcomes; returns those that were news, locked for this transaction. An outcome that is known already changes nothing. */
export async function settlePayments(
  db: Queryable,
  outcomes: readonly PaymentOutcome[],
  now: Instant,
): Promise<SettledPayment[]> {
  const { rows } = await db.query<SettledPayment>(
    `UPDATE payments p
        SET status = r.status, provider_reference = coalesce(r.reference, p.provider_reference), failure_code = r.code,
            decline = r.decline, advice = r.advice, action = r.action,
            completed_at = CASE WHEN r.status <> 'requires_action' THEN $2::timestamptz END
       FROM json_to_recordset($1) AS r(id text, status text, reference text, code text, decline text, advice text, action jsonb)
      WHERE p.id = r.id AND (p.status = 'pending' OR p.status = 'requires_action' AND r.status <> 'requires_action')
      RETURNING p.id, p.invoice_id, p.customer_id, p.payment_method_id, coalesce(p.test_clock_id, 'live') AS book, p.amount, p.currency,
                p.status, p.failure_code, p.decline, p.advice,
                EXISTS (SELECT FROM invoices i WHERE i.id = p.invoice_id AND i.status = 'uncollectible') AS written_off`,
    [JSON.stringify(outcomes), formatInstant(now)],
  );
  return rows;
}
