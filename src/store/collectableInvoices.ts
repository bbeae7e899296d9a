/** Invoices whose payment is to be tried, and what is noted of those that failed. */
import type { Decline, DeclineAdvice } from '../domain/decline.ts';
import type { CustomerId, InvoiceId, PaymentId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import { declinedMethods } from './backupMethods.ts';
import type { Queryable } from './database.ts';
import { claimedInvoices, scopeSql, type DueScope } from './dueScope.ts';
import { findInvoicedSubscriptions } from './invoices.ts';

export interface CollectableInvoice {
  readonly id: InvoiceId;
  readonly subscription_id: SubscriptionId | null;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly amount: Amount;
  readonly currency: string;
  readonly default_method_id: string | null;
}

export interface DueInvoice extends CollectableInvoice {
  /** Methods that it was declined for good with, and that nobody has chosen since. */
  readonly declined_method_ids: readonly string[];
}

/** Claims, for this transaction, up to `limit` open invoices whose payment is to be tried now and is not in flight. */
export async function claimCollectableInvoices(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  limit: number,
): Promise<DueInvoice[]> {
  const { condition, values, lock } = scopeSql(scope, claimedInvoices, 3);
  const { rows } = await db.query<DueInvoice>(
    `SELECT i.id, i.subscription_id, i.customer_id, i.test_clock_id, i.amount_due - i.amount_paid - i.amount_credited AS amount,
            i.currency, c.default_payment_method_id AS default_method_id,
            CASE WHEN i.first_failed_at IS NULL THEN '{}' ELSE ARRAY(${declinedMethods('i.id')}) END AS declined_method_ids
       FROM invoices i
       JOIN customers c ON c.id = i.customer_id
      WHERE i.status = 'open' AND i.collect_at <= $1 AND ${condition}
        AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status IN ('pending', 'requires_action'))
      ORDER BY i.collect_at, i.id
      LIMIT $2
        ${lock}`,
    [formatInstant(now), limit, ...values],
  );
  return rows;
}

/** The attempt is on its way: it is not to be made again. */
export async function clearCollectAt(db: Queryable, invoiceIds: readonly InvoiceId[]): Promise<void> {
  await db.query(`UPDATE invoices SET collect_at = NULL WHERE id = ANY($1)`, [invoiceIds]);
}

export interface InvoiceFailure {
  readonly invoiceId: InvoiceId;
  /** The customer's default when it was tried; null where there was none. */
  readonly defaultMethodId: string | null;
  /** The first attempt of its round: what else the customer has is tried at once. Null: nothing else. */
  readonly roundId: PaymentId | null;
  /** Tried with a method of no round, for this attempt alone: what is planned for the default stays. */
  readonly isAside: boolean;
  readonly code: string;
  readonly decline: Decline;
  readonly advice?: DeclineAdvice | null;
  /** Whether it is one more in `attempt_count`: not where nothing was tried, or the same attempt has counted before. */
  readonly counts: boolean;
  /** Whether the customer asked for it on the pay page, and is there to do what its bank asks. */
  readonly isOnPage?: boolean;
  /** Nothing may be tried earlier; then it is tried, also where the schedule has ended. */
  readonly notBefore?: Instant;
}

export interface FailureHistory {
  readonly id: InvoiceId;
  /** The customer's default method now. */
  readonly payment_method_id: string | null;
  readonly attempt_count: number;
  readonly first_failed_at: Instant | null;
  /** When another attempt is due that was asked for meanwhile. */
  readonly collect_at: Instant | null;
  /** When the next attempt was planned, before this one. */
  readonly next_attempt_at: Instant | null;
}

/**
 * Locks invoices for this transaction, the subscriptions that they bill and their customers' choice of a payment method, in
 * this order, as whoever corrects or ends an invoice does; tells what failed before.
 */
export async function lockFailureHistories(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<FailureHistory[]> {
  await db.query(`SELECT FROM invoices WHERE id = ANY($1) AND status = 'open' ORDER BY id FOR UPDATE`, [
    invoiceIds,
  ]);
  await db.query(`SELECT FROM subscriptions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [
    await findInvoicedSubscriptions(db, invoiceIds),
  ]);
  // A method that is chosen meanwhile is either seen here, or finds the failure when it asks for what may be paid now.
  await db.query(
    `SELECT FROM customers WHERE id IN (SELECT customer_id FROM invoices WHERE id = ANY($1)) ORDER BY id FOR SHARE`,
    [invoiceIds],
  );
  const { rows } = await db.query<FailureHistory>(
    `SELECT i.id, c.default_payment_method_id AS payment_method_id, i.attempt_count, i.first_failed_at, i.collect_at,
            i.next_attempt_at
       FROM invoices i JOIN customers c ON c.id = i.customer_id
      WHERE i.id = ANY($1) AND i.status = 'open' ORDER BY i.id FOR UPDATE OF i`,
    [invoiceIds],
  );
  return rows;
}

export interface FailedAttempt extends InvoiceFailure {
  readonly attemptCount: number;
  /** Null: it was tried by hand before it is due, and nothing follows from that. */
  readonly firstFailedAt: Instant | null;
  readonly nextAttemptAt: Instant | null;
  /** When the next attempt is due: as planned, or at once where there is another way to pay by now. */
  readonly collectAt: Instant | null;
}

export async function saveFailedAttempts(db: Queryable, attempts: readonly FailedAttempt[]): Promise<void> {
  await db.query(
    `UPDATE invoices i
        SET attempt_count = r.attempt_count, first_failed_at = r.first_failed_at, next_attempt_at = r.next_attempt_at,
            last_decline = r.decline, last_failure_code = r.code, collect_at = r.collect_at
       FROM json_to_recordset($1) AS r(id text, attempt_count int, first_failed_at timestamptz,
                                       next_attempt_at timestamptz, collect_at timestamptz, decline text, code text)
      WHERE i.id = r.id`,
    [
      JSON.stringify(
        attempts.map((attempt) => ({
          id: attempt.invoiceId,
          attempt_count: attempt.attemptCount,
          first_failed_at: attempt.firstFailedAt && formatInstant(attempt.firstFailedAt),
          next_attempt_at: attempt.nextAttemptAt && formatInstant(attempt.nextAttemptAt),
          collect_at: attempt.collectAt && formatInstant(attempt.collectAt),
          decline: attempt.decline,
          code: attempt.code,
        })),
      ),
    ],
  );
}
