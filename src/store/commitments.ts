/** What subscriptions with a commitment have spent, window by window. */
import type { CustomerId, InvoiceId, SubscriptionId } from '../domain/ids.ts';
import type { BillingCycleAnchor } from '../domain/calendar.ts';
import { toCommitment, type StoredCommitment } from '../catalog/commitment.ts';
import type { Commitment } from '../domain/commitment.ts';
import type { Instant } from '../domain/instant.ts';
import type { InvoiceLine } from '../domain/invoice.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';

export interface CommittedSubscription {
  readonly invoice_id: InvoiceId;
  readonly subscription_id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly boundary: number;
  readonly commitment: Commitment;
  readonly started_at: Instant;
  readonly billing_cycle_anchor: BillingCycleAnchor;
  readonly timezone: string;
  readonly ended_at: Instant | null;
}

/** Those of these invoices whose subscription has a commitment. */
export async function findCommitted(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<CommittedSubscription[]> {
  const { rows } = await db.query<
    Omit<CommittedSubscription, 'commitment'> & { readonly commitment: StoredCommitment }
  >(
    `SELECT i.id AS invoice_id, s.id AS subscription_id, s.customer_id, i.boundary, s.commitment, s.started_at,
            s.billing_cycle_anchor, c.timezone, s.ended_at
       FROM invoices i
       JOIN subscriptions s ON s.id = i.subscription_id AND s.commitment IS NOT NULL
       JOIN customers c ON c.id = s.customer_id
      WHERE i.id = ANY($1) AND i.boundary > 0
      ORDER BY i.subscription_id, i.boundary`,
    [invoiceIds],
  );
  return rows.map((row) => ({ ...row, commitment: toCommitment(row.commitment) }));
}

export interface SpentLine {
  readonly invoice_id: InvoiceId;
  readonly type: InvoiceLine['type'];
  readonly period_start: Instant;
  readonly amount: Amount;
}

export interface SubscriptionSpending {
  readonly periods: readonly {
    readonly index: number;
    readonly starts_at: Instant;
    readonly ends_at: Instant;
  }[];
  /** Of all invoices but those that are void. */
  readonly lines: readonly SpentLine[];
}

export async function readSpending(db: Queryable, id: SubscriptionId): Promise<SubscriptionSpending> {
  const { rows: periods } = await db.query<SubscriptionSpending['periods'][number]>(
    `SELECT index, starts_at, ends_at FROM subscription_periods WHERE subscription_id = $1 ORDER BY index`,
    [id],
  );
  const { rows: lines } = await db.query<SpentLine>(
    `SELECT l.invoice_id, l.type, l.period_start, sum(l.amount)::bigint AS amount
       FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
      WHERE l.subscription_id = $1 AND i.status <> 'void'
      GROUP BY l.invoice_id, l.type, l.period_start`,
    [id],
  );
  return { periods, lines };
}
