/** Rates every closed period again, from the events and the catalog, and compares (semantics.md, section 11.6). */
import type { Pool } from 'pg';
import type { PlanId, PriceId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { subtotal, usageLines } from '../domain/invoice.ts';
import { one, parseDecimal, zero } from '../domain/quantity.ts';
import { loadPlanVersion } from '../store/plans.ts';
import type { Violation } from './audit.ts';

interface BilledUsage {
  readonly subscription_id: SubscriptionId;
  readonly index: number;
  readonly starts_at: Instant;
  readonly ends_at: Instant;
  readonly plan_id: PlanId;
  readonly plan_version: number;
  readonly price_id: PriceId;
  readonly price_code: string;
  readonly billed: bigint;
  readonly billed_quantity: string;
  readonly quantity: string;
}

const pageSize = 500;

/**
 * Compares what was billed for each metered price and closed period with what exactly the events say that its snapshot
 * holds. Reads page by page: its memory does not grow with the database.
 */
export async function recomputeUsage(pool: Pool): Promise<Violation[]> {
  const violations: Violation[] = [];
  let after: readonly [string, number] = ['', -1];
  for (;;) {
    const { rows } = await pool.query<BilledUsage>(billedUsage, [after[0], after[1], pageSize]);
    for (const row of rows) violations.push(...(await recompute(pool, row)));
    const last = rows.at(-1);
    if (!last) return violations;
    after = [last.subscription_id, last.index];
  }
}

/** The periods of a page, with what was billed and what the events in its snapshot add up to, for each metered price. */
const billedUsage = `
  WITH page AS (
    SELECT p.* FROM subscription_periods p
     WHERE (p.subscription_id, p.index) > ($1, $2::int) AND p.usage_snapshot IS NOT NULL
     ORDER BY p.subscription_id, p.index LIMIT $3)
  SELECT p.subscription_id, p.index, p.starts_at, p.ends_at, s.plan_id, s.plan_version, pr.id AS price_id, pr.code AS price_code,
         coalesce(b.amount, 0)::bigint AS billed, trim_scale(coalesce(b.quantity, 0)) AS billed_quantity,
         trim_scale(u.quantity) AS quantity
    FROM page p
    JOIN subscriptions s ON s.id = p.subscription_id
    JOIN prices pr ON pr.plan_id = s.plan_id AND pr.version = s.plan_version AND pr.meter_id IS NOT NULL
    JOIN meters m ON m.id = pr.meter_id
   CROSS JOIN LATERAL (
     SELECT sum(l.amount) AS amount, sum(l.quantity) AS quantity FROM invoice_lines l
      WHERE l.subscription_id = s.id AND l.price_code = pr.code AND l.period_start = p.starts_at
        AND l.type IN ('usage', 'late_usage', 'minimum')) b
   CROSS JOIN LATERAL (
     SELECT CASE m.aggregation
              WHEN 'count' THEN count(*)
              WHEN 'sum' THEN coalesce(sum(usage_value(e.data, m.property)), 0)
            END::numeric AS quantity
       FROM usage_events e
      WHERE e.customer_id = s.customer_id AND e.type = m.event_type AND e.time >= p.starts_at AND e.time < p.ends_at
        AND pg_visible_in_snapshot(e.inserted_xid, p.usage_snapshot)) u
   ORDER BY p.subscription_id, p.index, pr.position`;

async function recompute(pool: Pool, row: BilledUsage): Promise<Violation[]> {
  const plan = await loadPlanVersion(pool, row.plan_id, row.plan_version);
  const price = plan.prices.find(({ id }) => id === row.price_id);
  const quantity = parseDecimal(row.quantity);
  if (price?.type !== 'usage' || quantity === undefined) {
    return [violation(row, `price ${row.price_id} or quantity ${row.quantity} cannot be read`)];
  }
  const period = { start: row.starts_at, end: row.ends_at };
  const lines = usageLines(price, row.plan_version, [{ group: {}, quantity }], period, one);
  const amount = subtotal(lines);
  const ratedQuantity = lines.reduce((sum, line) => sum.add(line.quantity), zero);
  const billedQuantity = parseDecimal(row.billed_quantity);
  if (amount === row.billed && billedQuantity !== undefined && ratedQuantity.equals(billedQuantity))
    return [];
  return [
    violation(
      row,
      `${row.price_code} was billed ${String(row.billed)} for ${row.billed_quantity}, the events give ${String(amount)} for ${row.quantity}`,
    ),
  ];
}

function violation(row: BilledUsage, message: string): Violation {
  return { rule: '11.6', id: row.subscription_id, message: `period ${String(row.index)}: ${message}` };
}
