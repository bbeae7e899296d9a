/** Events that arrived after their period was invoiced. */
import type { CustomerId, InvoiceId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { BilledUsage } from '../domain/invoice.ts';
import type { Amount } from '../domain/money.ts';
import { parseDecimal } from '../domain/quantity.ts';
import type { Queryable } from './database.ts';

export interface LatePeriod {
  /** The draft that bills the difference. */
  readonly invoice_id: InvoiceId;
  readonly subscription_id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly index: number;
  readonly starts_at: Instant;
  readonly ends_at: Instant;
}

/**
 * The closed periods that gained events since the invoice before was finalised. Each event is looked at once: only
 * those that arrived since that invoice's snapshot, and lie before the period that the draft bills, can be late.
 */
export async function findLatePeriods(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<LatePeriod[]> {
  const { rows } = await db.query<LatePeriod>({
    name: 'findLatePeriods',
    text: `SELECT DISTINCT i.id AS invoice_id, i.subscription_id, i.customer_id, late.index, late.starts_at, late.ends_at
             FROM invoices i
             JOIN subscription_periods closing
               ON closing.subscription_id = i.subscription_id AND closing.index = i.usage_period
             JOIN subscription_periods before
               ON before.subscription_id = i.subscription_id AND before.index = i.usage_period - 1
             JOIN usage_events e
               ON e.customer_id = i.customer_id AND e.inserted_xid >= pg_snapshot_xmin(before.usage_snapshot)
              AND e.time < closing.starts_at
             JOIN subscription_periods late
               ON late.subscription_id = i.subscription_id AND late.starts_at <= e.time AND e.time < late.ends_at
              AND NOT pg_visible_in_snapshot(e.inserted_xid, late.usage_snapshot)
            WHERE i.id = ANY($1)
            ORDER BY i.id, late.index`,
    values: [invoiceIds],
  });
  return rows;
}

/** What a period was billed for a price, usage and late usage together. */
export async function readBilledUsage(
  db: Queryable,
  period: { readonly subscriptionId: SubscriptionId; readonly startsAt: Instant },
  priceCode: string,
): Promise<Pick<BilledUsage, 'quantity' | 'amount'>> {
  const { rows } = await db.query<{ quantity: string; amount: Amount }>(
    `SELECT coalesce(sum(quantity), 0)::text AS quantity, coalesce(sum(amount), 0)::bigint AS amount FROM invoice_lines
      WHERE subscription_id = $1 AND price_code = $2 AND type IN ('usage', 'late_usage')
        AND period_start = $3`,
    [period.subscriptionId, priceCode, formatInstant(period.startsAt)],
  );
  const [row] = rows;
  const quantity = parseDecimal(row?.quantity ?? '0');
  if (!row || quantity === undefined)
    throw new Error(`billed quantity ${String(row?.quantity)} is out of range`);
  return { quantity, amount: row.amount };
}
