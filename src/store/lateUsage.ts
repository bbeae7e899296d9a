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
 * The closed periods whose usage changed since the invoice before was finalised: by events that came late or were
 * voided. Each is looked at once: only what arrived since that invoice's snapshot, and lies before the period that the
 * draft bills, can be late. A meter that carries over changes every later period too.
 */
export async function findLatePeriods(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<LatePeriod[]> {
  const { rows } = await db.query<LatePeriod>({
    name: 'findLatePeriods',
    text: `WITH closing AS (
             SELECT i.id AS invoice_id, i.subscription_id, i.customer_id, i.usage_period, closing.starts_at,
                    pg_snapshot_xmin(before.usage_snapshot) AS since, m.event_type,
                    bool_or(m.aggregation IN ('weighted_sum', 'recurring')) AS carries_over
               FROM invoices i
               JOIN subscription_periods closing
                 ON closing.subscription_id = i.subscription_id AND closing.index = i.usage_period
               JOIN subscription_periods before
                 ON before.subscription_id = i.subscription_id AND before.index = i.usage_period - 1
               JOIN subscriptions s ON s.id = i.subscription_id
               JOIN prices pr ON pr.plan_id = s.plan_id AND pr.version = s.plan_version
               JOIN meters m ON m.id = pr.meter_id
              WHERE i.id = ANY($1)
              GROUP BY i.id, closing.starts_at, before.usage_snapshot, m.event_type
           ), changed AS (
             SELECT c.*, e.time, e.inserted_xid AS changed_by FROM closing c
               JOIN usage_events e ON e.customer_id = c.customer_id AND e.type = c.event_type
                AND e.inserted_xid >= c.since AND e.time < c.starts_at
              UNION ALL
             SELECT c.*, e.time, e.voided_xid FROM closing c
               JOIN usage_events e ON e.customer_id = c.customer_id AND e.type = c.event_type
                AND e.voided_xid >= c.since AND e.time < c.starts_at)
           SELECT DISTINCT e.invoice_id, e.subscription_id, e.customer_id, late.index, late.starts_at, late.ends_at
             FROM changed e
             JOIN subscription_periods late
               ON late.subscription_id = e.subscription_id AND late.index < e.usage_period AND e.time < late.ends_at
              AND (e.carries_over OR late.starts_at <= e.time)
              AND NOT pg_visible_in_snapshot(e.changed_by, late.usage_snapshot)
            ORDER BY e.invoice_id, late.index`,
    values: [invoiceIds],
  });
  return rows;
}

/** What a period was billed for a price, usage and late usage together. */
export async function readBilledUsage(
  db: Queryable,
  period: { readonly subscriptionId: SubscriptionId; readonly startsAt: Instant },
  priceCode: string,
): Promise<BilledUsage> {
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
