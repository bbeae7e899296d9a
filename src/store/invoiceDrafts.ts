/** Drafts: invoices that can still gain lines, and the periods whose usage they bill. */
import type { DiscountOccasion } from '../domain/coupon.ts';
import type { CustomerId, InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Period } from '../domain/period.ts';
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { CustomField } from './billingCustomers.ts';
import type { Queryable } from './database.ts';
import { claimedInvoices, scopeSql, type DueScope } from './dueScope.ts';

interface NewDraft {
  readonly id: InvoiceId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly currency: string;
  readonly period: Period;
  readonly finalizesAt: Instant;
  readonly createdAt: Instant;
}

export interface NewInvoice extends NewDraft {
  readonly subscriptionId: SubscriptionId;
  /** The index of the period that it opens, of which there is one invoice; null: there is no such. */
  readonly boundary: number | null;
  /** The change that is invoiced at once. */
  readonly changeId: string | null;
  /** Set where it is early, for the usage of its period having passed a threshold. */
  readonly billingReason?: 'threshold';
}

/** Adds drafts without lines. */
export async function insertDrafts(db: Queryable, invoices: readonly NewInvoice[]): Promise<void> {
  if (invoices.length === 0) return;
  await db.query(
    `INSERT INTO invoices (id, customer_id, subscription_id, boundary, change_id, billing_reason, test_clock_id, status,
                           currency, period_start, period_end, finalizes_at, created)
     SELECT id, customer_id, subscription_id, boundary, change_id, billing_reason, test_clock_id, 'draft', currency,
            period_start, period_end, finalizes_at, created
       FROM json_to_recordset($1) AS r(${draftRecord}, subscription_id text, boundary int, change_id text, billing_reason text)`,
    [
      JSON.stringify(
        invoices.map((invoice) => ({
          ...toRecord(invoice),
          subscription_id: invoice.subscriptionId,
          boundary: invoice.boundary,
          change_id: invoice.changeId,
          billing_reason: invoice.billingReason ?? 'subscription',
        })),
      ),
    ],
  );
}

/**
 * Adds a draft for each customer, currency and instant, or finds the one that is there. Returns the id of each by its
 * `groupKey`. Locks the drafts, in one order for all, until the transaction ends.
 */
export async function joinGroupDrafts(
  db: Queryable,
  groups: readonly NewDraft[],
): Promise<Map<string, InvoiceId>> {
  if (groups.length === 0) return new Map();
  const { rows } = await db.query<{
    id: InvoiceId;
    customer_id: CustomerId;
    currency: string;
    grouped_at: Instant;
  }>(
    `INSERT INTO invoices AS i (id, customer_id, test_clock_id, status, currency, period_start, period_end, finalizes_at,
                                created, grouped_at)
     SELECT id, customer_id, test_clock_id, 'draft', currency, period_start, period_end, finalizes_at, created, created
       FROM json_to_recordset($1) AS r(${draftRecord})
      ORDER BY customer_id, currency, created
     ON CONFLICT (customer_id, currency, grouped_at) WHERE grouped_at IS NOT NULL AND status = 'draft'
       DO UPDATE SET period_start = least(i.period_start, excluded.period_start),
                     period_end = greatest(i.period_end, excluded.period_end),
                     finalizes_at = greatest(i.finalizes_at, excluded.finalizes_at)
     RETURNING id, customer_id, currency, grouped_at`,
    [JSON.stringify(groups.map(toRecord))],
  );
  return new Map(
    rows.map((row) => [
      groupKey({ customerId: row.customer_id, currency: row.currency, createdAt: row.grouped_at }),
      row.id,
    ]),
  );
}

/** What the invoices of a group have in common. */
export function groupKey({
  customerId,
  currency,
  createdAt,
}: Pick<NewDraft, 'customerId' | 'currency' | 'createdAt'>): string {
  return [customerId, currency, createdAt].join(' ');
}

const draftRecord = `id text, customer_id text, test_clock_id text, currency text, period_start timestamptz,
  period_end timestamptz, finalizes_at timestamptz, created timestamptz`;

function toRecord(draft: NewDraft) {
  return {
    id: draft.id,
    customer_id: draft.customerId,
    test_clock_id: draft.testClockId,
    currency: draft.currency,
    period_start: formatInstant(draft.period.start),
    period_end: formatInstant(draft.period.end),
    finalizes_at: formatInstant(draft.finalizesAt),
    created: formatInstant(draft.createdAt),
  };
}

/** Which invoice bills what was used in periods, from the first index to the last. */
export async function assignUsage(
  db: Queryable,
  assignments: readonly {
    readonly invoiceId: InvoiceId;
    readonly subscriptionId: SubscriptionId;
    readonly usageOf: readonly [number, number];
  }[],
): Promise<void> {
  if (assignments.length === 0) return;
  await db.query(
    `UPDATE subscription_periods p SET invoice_id = r.invoice_id
       FROM json_to_recordset($1) AS r(invoice_id text, subscription_id text, first int, last int)
      WHERE p.subscription_id = r.subscription_id AND p.index BETWEEN r.first AND r.last AND p.bills_usage
        AND p.invoice_id IS NULL`,
    [
      JSON.stringify(
        assignments.map(({ invoiceId, subscriptionId, usageOf: [first, last] }) => ({
          invoice_id: invoiceId,
          subscription_id: subscriptionId,
          first,
          last,
        })),
      ),
    ],
  );
}

/** What of a draft decides on its discounts and taxes. */
export interface SummedDraft {
  readonly id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly subscription_id: SubscriptionId | null;
  readonly currency: string;
  readonly created: Instant;
  /** Whether it is of several subscriptions. */
  readonly grouped: boolean;
  /** Whether it opens or closes a period, or is early for a threshold. */
  readonly kind: DiscountOccasion['kind'];
}

const summedColumns = `i.id, i.customer_id, i.subscription_id, i.currency, i.created, i.grouped_at IS NOT NULL AS grouped,
  CASE WHEN i.billing_reason = 'threshold' THEN 'threshold'
       WHEN i.boundary IS NOT NULL OR i.grouped_at IS NOT NULL THEN 'period' ELSE 'other' END AS kind`;

/** Drafts by id, as far as their sums are concerned. */
export async function readDraftsToSum(db: Queryable, ids: readonly InvoiceId[]): Promise<SummedDraft[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<SummedDraft>(
    `SELECT ${summedColumns} FROM invoices i WHERE i.id = ANY($1) AND i.status = 'draft' ORDER BY i.id`,
    [ids],
  );
  return rows;
}

export interface DueDraft extends SummedDraft {
  readonly book: string;
  readonly auto_advance: boolean;
  /** Of the invoice, or of its subscription; null: as its customer has it. */
  readonly collection_method: CollectionMethod | null;
  readonly days_until_due: number | null;
  readonly footer: string | null;
  readonly po_number: string | null;
  readonly custom_fields: readonly CustomField[] | null;
}

/**
 * A draft `i` that gives back what is on another draft waits for that one: what it gives back is decided there. So does one
 * that bills a period of which some is on an early draft. That of a group waits for all renewals of its instant, but for
 * one that was set aside.
 */
export const draftWaits = `(
  EXISTS (SELECT FROM invoice_lines credit
            JOIN invoice_lines charge ON charge.id = credit.credits_line_id AND charge.invoice_id <> i.id
            JOIN invoices charged ON charged.id = charge.invoice_id AND charged.status = 'draft'
           WHERE credit.invoice_id = i.id AND credit.credits_line_id IS NOT NULL)
  OR EXISTS (SELECT FROM invoices early
               JOIN invoice_lines charge ON charge.invoice_id = early.id AND charge.type = 'progressive'
               JOIN subscription_periods p ON p.subscription_id = charge.subscription_id AND p.index = charge.period_index
              WHERE early.customer_id = i.customer_id AND early.status = 'draft' AND early.billing_reason = 'threshold'
                AND p.invoice_id = i.id)
  OR (i.grouped_at IS NOT NULL AND EXISTS (
        SELECT FROM subscriptions s
         WHERE s.customer_id = i.customer_id AND s.next_due_at <= i.grouped_at
           AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = s.id AND a.retry_at > now()))))`;

/** Whether a draft waits for another one. */
export async function isWaiting(db: Queryable, id: InvoiceId): Promise<boolean> {
  const { rows } = await db.query<{ waits: boolean }>(
    `SELECT ${draftWaits} AS waits FROM invoices i WHERE i.id = $1`,
    [id],
  );
  return rows[0]?.waits ?? false;
}

/** Not joined: the planner expects few drafts to be due, and would read all subscriptions for each of many. */
const ofSubscription = (column: string) =>
  `(SELECT s.${column} FROM subscriptions s WHERE s.id = i.subscription_id)`;

/** Claims, for this transaction, up to `limit` drafts whose grace period is over, the longest due first. */
export async function claimDueDrafts(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  limit: number,
): Promise<DueDraft[]> {
  const { condition, values, lock } = scopeSql(scope, claimedInvoices, 3);
  const { rows } = await db.query<DueDraft>(
    `SELECT ${summedColumns}, i.book, i.auto_advance, i.footer, i.po_number, i.custom_fields,
            coalesce(i.collection_method, ${ofSubscription('collection_method')}) AS collection_method,
            coalesce(i.days_until_due, ${ofSubscription('days_until_due')}) AS days_until_due
       FROM invoices i
      WHERE i.status = 'draft' AND i.finalizes_at <= $1 AND ${condition} AND NOT ${draftWaits}
      ORDER BY i.finalizes_at, i.id
      LIMIT $2
        ${lock}`,
    [formatInstant(now), limit, ...values],
  );
  return rows;
}

/** The drafts of a subscription that become final by themselves, the first to do so first; not what was set aside. */
export async function findDrafts(
  db: Queryable,
  id: SubscriptionId,
): Promise<{ readonly id: InvoiceId; readonly finalizes_at: Instant }[]> {
  const { rows } = await db.query<{ id: InvoiceId; finalizes_at: Instant }>(
    `SELECT i.id, i.finalizes_at FROM invoices i
      WHERE i.subscription_id = $1 AND i.status = 'draft' AND i.finalizes_at IS NOT NULL
        AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = i.id)
      ORDER BY i.finalizes_at, i.id`,
    [id],
  );
  return rows;
}

/** Locks the drafts of a subscription for this transaction: before the subscription, as whoever makes them final does. */
export async function lockDrafts(db: Queryable, id: SubscriptionId): Promise<InvoiceId[]> {
  const { rows } = await db.query<{ id: InvoiceId }>(
    `SELECT id FROM invoices WHERE subscription_id = $1 AND status = 'draft' ORDER BY finalizes_at, id FOR UPDATE`,
    [id],
  );
  return rows.map((row) => row.id);
}
