/** What the meters counted. */
import type { CustomerId, MeterId } from '../domain/ids.ts';
import { formatInstant } from '../domain/instant.ts';
import type { Period } from '../domain/period.ts';
import { parseDecimal, type Decimal } from '../domain/quantity.ts';
import type { Queryable } from './database.ts';

export interface UsageQuestion {
  readonly customerId: CustomerId;
  readonly meterId: MeterId;
  readonly period: Period;
}

export interface UsageTotals {
  /** One for each question, in order. */
  readonly quantities: readonly Decimal[];
  /** Exactly the events that are visible in this snapshot were counted. */
  readonly snapshot: string;
}

/**
 * The totals of many meters and periods in one statement, and so in one snapshot. A value that is no number with up to
 * 12 fractional digits counts as nothing: ingestion refuses it for the meters of its day, but a meter may be added later.
 */
export async function totalUsage(db: Queryable, questions: readonly UsageQuestion[]): Promise<UsageTotals> {
  const { rows } = await db.query<{ position: number; quantity: string; snapshot: string }>({
    name: 'totalUsage',
    text: `SELECT q.position, u.quantity, pg_current_snapshot()::text AS snapshot
             FROM json_to_recordset($1)
                    AS q(position int, customer_id text, meter_id text, starts_at timestamptz, ends_at timestamptz)
             JOIN meters m ON m.id = q.meter_id
            CROSS JOIN LATERAL (
              SELECT CASE m.aggregation
                       WHEN 'count' THEN count(*)
                       WHEN 'sum' THEN coalesce(sum(usage_value(e.data, m.property)), 0)
                     END::numeric AS quantity
                FROM usage_events e
               WHERE e.customer_id = q.customer_id AND e.type = m.event_type
                 AND e.time >= q.starts_at AND e.time < q.ends_at) u
            ORDER BY q.position`,
    values: [
      JSON.stringify(
        questions.map(({ customerId, meterId, period }, position) => ({
          position,
          customer_id: customerId,
          meter_id: meterId,
          starts_at: formatInstant(period.start),
          ends_at: formatInstant(period.end),
        })),
      ),
    ],
  });
  const quantities = rows.map((row) => {
    const quantity = parseDecimal(row.quantity);
    if (quantity === undefined) throw new Error(`usage total ${row.quantity} is out of range`);
    return quantity;
  });
  return { quantities, snapshot: rows[0]?.snapshot ?? '' };
}
