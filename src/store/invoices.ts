/** Invoices that are final: their numbers, and what is collected of them. */
import type { Decline, DeclineAdvice } from '../domain/decline.ts';
import type { CustomerId, InvoiceId, PaymentId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { InvoiceSeries, LocalDay } from '../domain/invoiceNumber.ts';
import type { InvoiceTotals } from '../domain/invoiceTotals.ts';
import type { Amount } from '../domain/money.ts';
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { CustomField, Parties } from './billingCustomers.ts';
import { declinedMethods } from './backupMethods.ts';
import type { Queryable } from './database.ts';
import { claimedInvoices, scopeSql, type DueScope } from './dueScope.ts';
import { toStoredDiscount, toStoredTax } from './lineSums.ts';
import { takeNumbers } from './seriesNumbers.ts';

export interface FinalizedInvoice {
  readonly id: InvoiceId;
  readonly book: string;
  readonly series: InvoiceSeries;
  /** The day of its date, by the customer's calendar. */
  readonly day: LocalDay;
  readonly totals: InvoiceTotals;
  /** Of the customer's credit; a total below zero becomes credit, as a negative amount here. */
  readonly creditsApplied: Amount;
  readonly credits: readonly {
    readonly name: string | null;
    readonly grant: string | null;
    readonly amount: Amount;
  }[];
  readonly parties: Parties;
  readonly collectionMethod: CollectionMethod;
  readonly daysUntilDue: number;
  readonly dueAt: Instant;
  /** Null: nobody tries to collect it by itself. */
  readonly collectAt: Instant | null;
  readonly footer: string | null;
  readonly poNumber: string | null;
  readonly customFields: readonly CustomField[];
}

/**
 * Numbers invoices and opens them; one with nothing due is paid at once. The runs of numbers are locked until the
 * transaction ends: call it last.
 */
export async function openInvoices(
  db: Queryable,
  invoices: readonly FinalizedInvoice[],
  now: Instant,
): Promise<void> {
  const numbers = await takeNumbers(db, invoices);
  const rows = invoices.map(({ totals, ...invoice }, index) => {
    const paid = totals.total === invoice.creditsApplied;
    const { series, span, sequence, number } = numbers[index] ?? {};
    return {
      id: invoice.id,
      ...{ series, span, number, sequence: String(sequence) },
      status: paid ? 'paid' : 'open',
      subtotal: String(totals.subtotal),
      discount: String(totals.discount),
      tax: String(totals.tax),
      tax_included: String(totals.taxIncluded),
      total: String(totals.total),
      credits_applied: String(invoice.creditsApplied),
      discounts: totals.discounts.map(toStoredDiscount),
      taxes: totals.taxes.map(toStoredTax),
      credits: invoice.credits.map((credit) => ({ ...credit, amount: String(credit.amount) })),
      parties: invoice.parties,
      collection_method: invoice.collectionMethod,
      days_until_due: invoice.daysUntilDue,
      due_at: formatInstant(invoice.dueAt),
      collect_at: paid || invoice.collectAt === null ? null : formatInstant(invoice.collectAt),
      footer: invoice.footer,
      po_number: invoice.poNumber,
      custom_fields: invoice.customFields,
    };
  });
  await db.query(
    `UPDATE invoices i
        SET status = r.status, series = r.series, span = r.span, sequence = r.sequence, number = r.number,
            subtotal = r.subtotal, discount = r.discount, tax = r.tax, tax_included = r.tax_included, total = r.total,
            credits_applied = r.credits_applied, amount_due = r.total - r.credits_applied,
            discounts = r.discounts, taxes = r.taxes, credits = r.credits, parties = r.parties,
            collection_method = r.collection_method, days_until_due = r.days_until_due, footer = r.footer,
            po_number = r.po_number, custom_fields = r.custom_fields, finalized_at = $2, due_at = r.due_at,
            collect_at = r.collect_at, paid_at = CASE WHEN r.status = 'paid' THEN $2::timestamptz END
       FROM json_to_recordset($1) AS r(id text, series text, span text, sequence bigint, number text, status text,
              subtotal bigint, discount bigint, tax bigint, tax_included bigint, total bigint, credits_applied bigint,
              discounts jsonb, taxes jsonb, credits jsonb, parties jsonb, collection_method text, days_until_due int,
              due_at timestamptz, collect_at timestamptz, footer text, po_number text, custom_fields jsonb)
      WHERE i.id = r.id`,
    [JSON.stringify(rows), formatInstant(now)],
  );
}

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

export interface PaidAmount {
  readonly invoiceId: InvoiceId;
  readonly amount: Amount;
  /** Whether it is one more in `attempt_count`. */
  readonly counts: boolean;
}

/** Adds what was paid; what is planned for the rest stays. Returns the subscriptions of those that had failed before. */
export async function savePaid(
  db: Queryable,
  payments: readonly PaidAmount[],
  now: Instant,
): Promise<SubscriptionId[]> {
  const { rows } = await db.query<{ id: InvoiceId; first_failed_at: Instant | null }>(
    `UPDATE invoices i
        SET amount_paid = i.amount_paid + r.amount, attempt_count = i.attempt_count + r.counts::int,
            collect_at = CASE WHEN i.amount_paid + i.amount_credited + r.amount < i.amount_due THEN i.collect_at END,
            next_attempt_at = CASE WHEN i.amount_paid + i.amount_credited + r.amount < i.amount_due THEN i.next_attempt_at END,
            status = CASE WHEN i.amount_paid + i.amount_credited + r.amount = i.amount_due THEN 'paid' ELSE i.status END,
            paid_at = CASE WHEN i.amount_paid + i.amount_credited + r.amount = i.amount_due THEN $2::timestamptz END
       FROM json_to_recordset($1) AS r("invoiceId" text, amount bigint, counts boolean)
      WHERE i.id = r."invoiceId"
      RETURNING i.id, i.first_failed_at`,
    [
      JSON.stringify(payments.map((payment) => ({ ...payment, amount: String(payment.amount) }))),
      formatInstant(now),
    ],
  );
  return findInvoicedSubscriptions(
    db,
    rows.filter(({ first_failed_at: failed }) => failed !== null).map(({ id }) => id),
  );
}

/** The subscriptions that invoices are of: one, or all that a group bills. */
export async function findInvoicedSubscriptions(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<SubscriptionId[]> {
  if (invoiceIds.length === 0) return [];
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT subscription_id AS id FROM invoices WHERE id = ANY($1) AND subscription_id IS NOT NULL
      UNION
     SELECT l.subscription_id FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
      WHERE i.id = ANY($1) AND i.grouped_at IS NOT NULL AND l.subscription_id IS NOT NULL`,
    [invoiceIds],
  );
  return rows.map((row) => row.id);
}

export interface InvoiceInCollection {
  readonly id: InvoiceId;
  readonly subscription_id: SubscriptionId | null;
  readonly test_clock_id: TestClockId | null;
}

/** Open invoices whose first payment did not succeed and whose collection workflow is not known to run. */
export async function findInvoicesWithoutCollection(
  db: Queryable,
  scope: DueScope,
  limit: number,
): Promise<InvoiceInCollection[]> {
  const { condition, values } = scopeSql(scope, claimedInvoices, 2);
  const { rows } = await db.query<InvoiceInCollection>(
    `SELECT i.id, i.subscription_id, i.test_clock_id FROM invoices i
      WHERE i.status = 'open' AND i.first_failed_at IS NOT NULL AND i.collection_started_at IS NULL AND ${condition}
      ORDER BY i.first_failed_at, i.id LIMIT $1`,
    [limit, ...values],
  );
  return rows;
}

export async function noteCollectionStarted(db: Queryable, invoiceIds: readonly InvoiceId[]): Promise<void> {
  await db.query(`UPDATE invoices SET collection_started_at = now() WHERE id = ANY($1)`, [invoiceIds]);
}

export interface CollectionFacts {
  readonly number: string;
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly collection_method: CollectionMethod;
  readonly attempt_count: number;
  readonly next_attempt_at: Instant | null;
  readonly last_decline: Decline | null;
  readonly last_failure_code: string | null;
  /** Of dunning; null: none is planned. */
  readonly next_step_at: Instant | null;
  /** An attempt is under way whose outcome is not known. */
  readonly pending: boolean;
  /** The provider is not asked about it before then, by the real clock; null: at any time. */
  readonly ask_after: Instant | null;
  /** An attempt waits for the customer. */
  readonly waiting: boolean;
}

/** What its collection workflow needs to know of an invoice. */
export async function findCollectionFacts(
  db: Queryable,
  id: InvoiceId,
): Promise<CollectionFacts | undefined> {
  const { rows } = await db.query<CollectionFacts>(
    `SELECT i.number, i.status, i.collection_method, i.attempt_count, i.next_attempt_at, i.last_decline, i.last_failure_code, d.next_step_at,
            EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status = 'pending') AS pending,
            (SELECT p.ask_after FROM payments p WHERE p.invoice_id = i.id AND p.status = 'pending') AS ask_after,
            EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status = 'requires_action') AS waiting
       FROM invoices i LEFT JOIN collections d ON d.invoice_id = i.id WHERE i.id = $1`,
    [id],
  );
  return rows[0];
}

/** Which of these invoices wait in collection. */
export async function findInCollection(db: Queryable, ids: readonly InvoiceId[]): Promise<InvoiceId[]> {
  const { rows } = await db.query<{ id: InvoiceId }>(
    `SELECT id FROM invoices WHERE id = ANY($1) AND collection_started_at IS NOT NULL`,
    [ids],
  );
  return rows.map((row) => row.id);
}
