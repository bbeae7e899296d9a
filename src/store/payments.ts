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
  /** The customer's default when it is made. */
  readonly defaultMethodId: string | null;
  /** The first attempt of its round, which may be itself; null: no other method is tried after it. */
  readonly roundId: PaymentId | null;
  readonly source: PaymentSource;
  readonly amount: Amount;
  readonly currency: string;
  /** Whoever asks about attempts makes it at once: nobody else has begun to. */
  readonly isNext?: boolean;
  /** Its method becomes the default once it has paid. */
  readonly makeDefault?: boolean;
}

/** After so long an attempt that another has asked about is asked about by anyone, in seconds. */
export const patienceSeconds = 30;

export async function insertPendingPayments(
  db: Queryable,
  payments: readonly NewPayment[],
  now: Instant,
): Promise<void> {
  if (payments.length === 0) return;
  await db.query(
    `INSERT INTO payments (id, invoice_id, customer_id, test_clock_id, payment_method_id, default_method_id, round_id, provider,
                           source, amount, currency, make_default, status, created, asked_at)
     SELECT r.id, r.invoice_id, r.customer_id, r.test_clock_id, r.payment_method_id, r.default_method_id, r.round_id, m.provider,
            r.source, r.amount, r.currency, r.make_default, 'pending', $2,
            now() - make_interval(secs => CASE WHEN r.is_next THEN $3 ELSE 0 END)
       FROM json_to_recordset($1) AS r(id text, invoice_id text, customer_id text, test_clock_id text, payment_method_id text,
                                       default_method_id text, round_id text, source text, amount bigint, currency text, is_next boolean,
                                       make_default boolean)
       JOIN payment_methods m ON m.id = r.payment_method_id`,
    [
      JSON.stringify(
        payments.map((payment) => ({
          id: payment.id,
          invoice_id: payment.invoiceId,
          customer_id: payment.customerId,
          test_clock_id: payment.testClockId,
          payment_method_id: payment.paymentMethodId,
          default_method_id: payment.defaultMethodId,
          round_id: payment.roundId,
          source: payment.source,
          amount: String(payment.amount),
          currency: payment.currency,
          is_next: payment.isNext === true,
          make_default: payment.makeDefault === true,
        })),
      ),
      formatInstant(now),
      patienceSeconds,
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
  /** When it was committed, by the real clock. */
  readonly attempted_at: Instant;
  /** The provider's names of the customer, of its method, and of the attempt where it has told one. */
  readonly customer_reference: string | null;
  readonly method_reference: string;
  readonly provider_reference: string | null;
}

/**
 * Attempts without an outcome, and notes that the provider is asked now. Among the many, one that another asks about is
 * left alone for `patienceSeconds`; to ask twice is harmless, the key is the same. None is asked about before its provider
 * said.
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
        WHERE p.status = 'pending' AND greatest(p.asked_at, p.ask_after) < now() - make_interval(secs => $2) AND ${condition}
        ORDER BY greatest(p.asked_at, p.ask_after), p.id
        LIMIT $3)
     UPDATE payments p SET asked_at = now()
       FROM payment_methods m
       LEFT JOIN provider_customers pc ON pc.customer_id = m.customer_id AND pc.provider = m.provider
      WHERE p.id IN (SELECT id FROM stale UNION SELECT unnest($1::text[])) AND p.status = 'pending'
        AND m.id = p.payment_method_id
      RETURNING p.id, p.invoice_id, p.customer_id, p.provider, p.source, p.amount, p.currency, p.attempted_at,
                pc.reference AS customer_reference, m.provider_reference AS method_reference, p.provider_reference`,
    [fresh, patienceSeconds, limit, ...values],
  );
  return rows;
}

export interface Postponed {
  readonly id: PaymentId;
  /** The provider's name of it, where it has made it. */
  readonly reference: string | null;
  /** Nobody asks again for so long. */
  readonly afterMs: number;
}

/** Notes of attempts that go on when they are asked about again, and what the provider calls them. */
export async function postponePending(db: Queryable, postponed: readonly Postponed[]): Promise<void> {
  if (postponed.length === 0) return;
  await db.query(
    `UPDATE payments p
        SET provider_reference = coalesce(r.reference, p.provider_reference),
            ask_after = now() + make_interval(secs => r."afterMs" / 1000.0)
       FROM json_to_recordset($1) AS r(id text, reference text, "afterMs" float8)
      WHERE p.id = r.id AND p.status IN ('pending', 'requires_action')`,
    [JSON.stringify(postponed)],
  );
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
  /** Null: money that came by itself. */
  readonly payment_method_id: string | null;
  readonly default_method_id: string | null;
  readonly round_id: PaymentId | null;
  readonly book: string;
  readonly source: PaymentSource;
  /** When the attempt was made, by its customer's clock. */
  readonly created: Instant;
  readonly amount: Amount;
  readonly currency: string;
  readonly status: SettledStatus;
  readonly failure_code: string | null;
  readonly decline: Decline | null;
  readonly advice: DeclineAdvice | null;
  /** Whether it waits or has waited for the customer. */
  readonly waited: boolean;
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
            decline = r.decline, advice = r.advice, action = r.action, waited = p.waited OR r.status = 'requires_action',
            ask_after = NULL,
            completed_at = CASE WHEN r.status <> 'requires_action' THEN greatest($2::timestamptz, p.created) END
       FROM json_to_recordset($1) AS r(id text, status text, reference text, code text, decline text, advice text, action jsonb)
      WHERE p.id = r.id AND (p.status = 'pending' OR p.status = 'requires_action' AND r.status <> 'requires_action')
      RETURNING p.id, p.invoice_id, p.customer_id, p.payment_method_id, p.default_method_id, p.round_id, coalesce(p.test_clock_id, 'live') AS book,
                p.source, p.created, p.amount, p.currency, p.status, p.failure_code, p.decline, p.advice, p.waited,
                EXISTS (SELECT FROM invoices i WHERE i.id = p.invoice_id AND i.status = 'uncollectible') AS written_off`,
    [JSON.stringify(outcomes), formatInstant(now)],
  );
  return rows;
}
