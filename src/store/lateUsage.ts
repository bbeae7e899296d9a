/** Events that arrived after their period was invoiced. */
import type { SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { BilledUsage } from '../domain/invoice.ts';
import type { Amount } from '../domain/money.ts';
import { parseDecimal } from '../domain/quantity.ts';
import type { Group } from '../domain/usage.ts';
import type { Queryable } from './database.ts';
import { periodColumns, type MeteredPeriod } from './meteredPrices.ts';
import { isArchivedSql } from './usageArchive.ts';

export type LatePeriod = Omit<MeteredPeriod, 'customer_id' | 'timezone'>;

/** A subscription whose usage has been counted up to and with a period. */
export interface CountedSubscription {
  readonly subscription_id: SubscriptionId;
  /** The index of the last period that is closed. */
  readonly last_index: number;
}

/** The events of a subscription's meters that came, or were voided, since its last closed period was counted. */
const changedEvents = `
  closed AS (
    SELECT q.subscription_id, q.last_index, s.customer_id, last.ends_at, pg_snapshot_xmin(last.usage_snapshot) AS since,
           m.event_type, bool_or(m.aggregation IN ('weighted_sum', 'recurring')) AS carries_over
      FROM q
     CROSS JOIN LATERAL (
       -- What is paused, or a trial at no charge, counts nothing.
       SELECT p.ends_at, p.usage_snapshot FROM subscription_periods p
        WHERE p.subscription_id = q.subscription_id AND p.index <= q.last_index AND p.usage_snapshot IS NOT NULL
        ORDER BY p.index DESC LIMIT 1) last
      JOIN subscriptions s ON s.id = q.subscription_id
      JOIN terms_plans t ON t.subscription_id = s.id
      JOIN prices pr ON pr.plan_id = t.plan_id AND pr.version = t.plan_version
      JOIN meters m ON m.id = pr.meter_id
     GROUP BY q.subscription_id, q.last_index, s.customer_id, last.ends_at, pg_snapshot_xmin(last.usage_snapshot), m.event_type
  ), changed AS (
    SELECT c.*, e.time, e.inserted_xid AS changed_by FROM closed c
      JOIN usage_events e ON e.customer_id = c.customer_id AND e.type = c.event_type
       AND e.inserted_xid >= c.since AND e.time < c.ends_at
     UNION ALL
    SELECT c.*, e.time, e.voided_xid FROM closed c
      JOIN usage_events e ON e.customer_id = c.customer_id AND e.type = c.event_type
       AND e.voided_xid >= c.since AND e.time < c.ends_at
  ), late AS (
    SELECT ${periodColumns}
      FROM changed e
      JOIN subscription_periods p
        ON p.subscription_id = e.subscription_id AND p.index <= e.last_index AND e.time < p.ends_at
       AND (e.carries_over OR p.starts_at <= e.time)
       AND NOT pg_visible_in_snapshot(e.changed_by, p.usage_snapshot)
       AND NOT ${isArchivedSql('e.customer_id', 'p.starts_at')})`;

/**
 * The closed periods whose usage changed since it was counted: by events that came late or were voided. Each is looked
 * at once: only what arrived since the last closed period's snapshot. A meter that carries over changes every later
 * period too.
 */
export async function findLatePeriods(
  db: Queryable,
  counted: readonly CountedSubscription[],
): Promise<LatePeriod[]> {
  const { rows } = await db.query<LatePeriod>({
    name: 'findLatePeriods',
    text: `WITH q AS (SELECT * FROM json_to_recordset($1) AS q(subscription_id text, last_index int)), ${changedEvents}
           SELECT DISTINCT * FROM late ORDER BY subscription_id, index`,
    values: [
      JSON.stringify(counted.map(({ subscription_id, last_index }) => ({ subscription_id, last_index }))),
    ],
  });
  return rows;
}

/** Up to `limit` subscriptions that have ended and whose counted usage has changed since; they have no next invoice. */
export async function findChangedAfterEnd(
  db: Queryable,
  testClockId: TestClockId | null,
  limit: number,
): Promise<SubscriptionId[]> {
  const { rows } = await db.query<{ subscription_id: SubscriptionId }>(
    `WITH q AS (
       SELECT s.id AS subscription_id, s.period_index AS last_index FROM subscriptions s
        WHERE s.status = 'canceled' AND s.test_clock_id IS NOT DISTINCT FROM $1), ${changedEvents}
     SELECT DISTINCT subscription_id FROM late LIMIT $2`,
    [testClockId, limit],
  );
  return rows.map((row) => row.subscription_id);
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
