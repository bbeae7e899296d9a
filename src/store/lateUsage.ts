/** Events that arrived after their period was invoiced. */
import type { CustomerId, InvoiceId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { BilledUsage } from '../domain/invoice.ts';
import type { Amount } from '../domain/money.ts';
import { parseDecimal } from '../domain/quantity.ts';
import type { Group } from '../domain/usage.ts';
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
              GROUP BY i.id, closing.starts_at, pg_snapshot_xmin(before.usage_snapshot), m.event_type
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

/** What periods were billed for prices, usage and late usage together: one answer for each question, in order. */
export async function readBilledUsage(
  db: Queryable,
  questions: readonly {
    readonly subscription_id: SubscriptionId;
    readonly starts_at: Instant;
    readonly price_code: string;
  }[],
): Promise<BilledUsage[][]> {
  const { rows } = await db.query<{
    position: number;
    minimum: boolean;
    group_values: Group | null;
    quantity: string;
    amount: Amount;
  }>(
    `SELECT q.position, l.type = 'minimum' AS minimum, l.group_values, trim_scale(sum(l.quantity))::text AS quantity,
            sum(l.amount)::bigint AS amount
       FROM json_to_recordset($1) AS q(position int, subscription_id text, starts_at timestamptz, price_code text)
       JOIN invoice_lines l ON l.subscription_id = q.subscription_id AND l.price_code = q.price_code
        AND l.billing = 'in_arrears' AND l.period_start = q.starts_at AND l.type IN ('usage', 'late_usage', 'minimum')
      GROUP BY q.position, l.type = 'minimum', l.group_values`,
    [
      JSON.stringify(
        questions.map(({ subscription_id, starts_at, price_code }, position) => ({
          position,
          subscription_id,
          starts_at: formatInstant(starts_at),
          price_code,
        })),
      ),
    ],
  );
  const billed: BilledUsage[][] = questions.map(() => []);
  for (const { position, minimum, group_values: group, quantity: text, amount } of rows) {
    const quantity = parseDecimal(text);
    if (quantity === undefined) throw new Error(`billed quantity ${text} is out of range`);
    billed[position]?.push({ type: minimum ? 'minimum' : 'usage', group, quantity, amount });
  }
  return billed;
}
