/** Drafts: invoices that can still gain lines, and the periods whose usage they bill. */
import type { CustomerId, InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Period } from '../domain/period.ts';
import type { Queryable } from './database.ts';
import { claimedInvoices, scopeSql, type DueScope } from './dueScope.ts';

export interface NewInvoice {
  readonly id: InvoiceId;
  readonly customerId: CustomerId;
  readonly subscriptionId: SubscriptionId;
  readonly testClockId: TestClockId | null;
  readonly currency: string;
  /** The index of the period that it opens, of which there is one invoice; null: there is no such. */
  readonly boundary: number | null;
  /** The change that is invoiced at once. */
  readonly changeId: string | null;
  readonly period: Period;
  readonly finalizesAt: Instant;
  /** The first and last index of the periods whose usage it bills. */
  readonly usageOf: readonly [number, number] | null;
  readonly createdAt: Instant;
}

/** Adds drafts without lines. The periods whose usage they bill are there already. */
export async function insertDrafts(db: Queryable, invoices: readonly NewInvoice[]): Promise<void> {
  if (invoices.length === 0) return;
  const rows = invoices.map((invoice) => ({
    id: invoice.id,
    customer_id: invoice.customerId,
    subscription_id: invoice.subscriptionId,
    boundary: invoice.boundary,
    change_id: invoice.changeId,
    test_clock_id: invoice.testClockId,
    currency: invoice.currency,
    period_start: formatInstant(invoice.period.start),
    period_end: formatInstant(invoice.period.end),
    first_usage: invoice.usageOf?.[0] ?? null,
    last_usage: invoice.usageOf?.[1] ?? null,
    finalizes_at: formatInstant(invoice.finalizesAt),
    created: formatInstant(invoice.createdAt),
  }));
  const json = JSON.stringify(rows);
  await db.query(
    `INSERT INTO invoices (id, customer_id, subscription_id, boundary, change_id, test_clock_id, status, currency,
                           period_start, period_end, finalizes_at, created)
     SELECT id, customer_id, subscription_id, boundary, change_id, test_clock_id, 'draft', currency, period_start, period_end,
            finalizes_at, created
       FROM json_to_recordset($1) AS r(id text, customer_id text, subscription_id text, boundary int, change_id text,
            test_clock_id text, currency text, period_start timestamptz, period_end timestamptz,
            finalizes_at timestamptz, created timestamptz)`,
    [json],
  );
  await db.query(
    `UPDATE subscription_periods p SET invoice_id = r.id
       FROM json_to_recordset($1) AS r(id text, subscription_id text, first_usage int, last_usage int)
      WHERE p.subscription_id = r.subscription_id AND p.index BETWEEN r.first_usage AND r.last_usage AND p.bills_usage
        AND p.invoice_id IS NULL`,
    [json],
  );
}

export interface DueDraft {
  readonly id: InvoiceId;
  readonly subscription_id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly book: string;
  readonly currency: string;
}

const draftColumns = `i.id, i.subscription_id, i.customer_id, i.book, i.currency`;

/** Claims, for this transaction, up to `limit` drafts whose grace period is over, the longest due first. */
export async function claimDueDrafts(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  limit: number,
): Promise<DueDraft[]> {
  const { condition, values, lock } = scopeSql(scope, claimedInvoices, 3);
  const { rows } = await db.query<DueDraft>(
    `SELECT ${draftColumns} FROM invoices i
      WHERE i.status = 'draft' AND i.finalizes_at <= $1 AND ${condition}
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
