/** What subscriptions with a commitment have spent, period by period. */
import { toCommitment, type StoredCommitment } from '../catalog/commitment.ts';
import type { Commitment } from '../domain/commitment.ts';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { InvoiceLine } from '../domain/invoice.ts';
import type { Amount } from '../domain/money.ts';
import type { ProrationUnit } from '../domain/proration.ts';
import type { Queryable } from './database.ts';

export interface CommittedSubscription {
  readonly invoice_id: InvoiceId;
  readonly subscription_id: SubscriptionId;
  readonly commitment: Commitment;
  readonly timezone: string;
  readonly proration_unit: ProrationUnit;
  readonly ended: boolean;
}

/** Those of these invoices whose subscription has a commitment, in the order of their periods. */
export async function findCommitted(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<CommittedSubscription[]> {
  const { rows } = await db.query<
    Omit<CommittedSubscription, 'commitment'> & { readonly commitment: StoredCommitment }
  >(
    `SELECT i.id AS invoice_id, s.id AS subscription_id, s.commitment, c.timezone, v.proration_unit,
            s.ended_at IS NOT NULL AS ended
       FROM invoices i
      CROSS JOIN LATERAL (
        SELECT i.subscription_id AS id, i.boundary AS index WHERE i.boundary > 0
         UNION ALL
        SELECT p.subscription_id, min(p.index) FROM subscription_periods p
         WHERE p.invoice_id = i.id AND i.grouped_at IS NOT NULL GROUP BY p.subscription_id) billed
       JOIN subscriptions s ON s.id = billed.id AND s.commitment IS NOT NULL
       JOIN customers c ON c.id = s.customer_id
       JOIN plan_versions v ON v.plan_id = s.plan_id AND v.version = s.plan_version
      WHERE i.id = ANY($1)
      ORDER BY s.id, billed.index`,
    [invoiceIds],
  );
  return rows.map((row) => ({ ...row, commitment: toCommitment(row.commitment) }));
}

export interface SpendingPeriod {
  readonly starts_at: Instant;
  readonly ends_at: Instant;
  readonly interval_starts_at: Instant;
  readonly interval_ends_at: Instant;
  /** Whether the subscription has gone on to another one, or has ended. */
  readonly closed: boolean;
  readonly invoice_id: InvoiceId | null;
  readonly invoice_is_draft: boolean;
}

export interface SpentLine {
  readonly invoice_id: InvoiceId;
  readonly invoice_is_draft: boolean;
  readonly type: InvoiceLine['type'];
  readonly period_start: Instant;
  /** After discounts. */
  readonly amount: Amount;
}

export interface SubscriptionSpending {
  /** Those that are billed, the earliest first. */
  readonly periods: readonly SpendingPeriod[];
  /** Of all invoices but those that are void; not what was early, which is spent when its period is billed. */
  readonly lines: readonly SpentLine[];
}

export async function readSpending(
  db: Queryable,
  ids: readonly SubscriptionId[],
): Promise<Map<SubscriptionId, SubscriptionSpending>> {
  const { rows: periods } = await db.query<SpendingPeriod & { readonly subscription_id: SubscriptionId }>(
    `SELECT p.subscription_id, p.starts_at, p.ends_at, coalesce(p.interval_starts_at, p.starts_at) AS interval_starts_at,
            coalesce(p.interval_ends_at, p.ends_at) AS interval_ends_at,
            p.index < s.period_index OR s.ended_at IS NOT NULL AS closed, p.invoice_id,
            coalesce(i.status = 'draft', false) AS invoice_is_draft
       FROM subscription_periods p
       JOIN subscriptions s ON s.id = p.subscription_id
       LEFT JOIN invoices i ON i.id = p.invoice_id
      WHERE p.subscription_id = ANY($1) AND p.kind = 'billed' AND p.ends_at > p.starts_at
      ORDER BY p.subscription_id, p.index`,
    [ids],
  );
  const { rows: lines } = await db.query<SpentLine & { readonly subscription_id: SubscriptionId }>(
    `SELECT l.subscription_id, l.invoice_id, i.status = 'draft' AS invoice_is_draft, l.type, l.period_start,
            sum(l.amount - l.discount_amount)::bigint AS amount
       FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
      WHERE l.subscription_id = ANY($1) AND i.status <> 'void' AND l.type <> 'progressive'
      GROUP BY l.subscription_id, l.invoice_id, i.status, l.type, l.period_start`,
    [ids],
  );
  return new Map(
    ids.map((id) => [
      id,
      {
        periods: periods.filter(({ subscription_id: of }) => of === id),
        lines: lines.filter(({ subscription_id: of }) => of === id),
      },
    ]),
  );
}
