/** Thresholds of subscriptions, and whose usage is to be looked at for having passed one. */
import type { InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import { periodColumns, type MeteredPeriod } from './meteredPrices.ts';

/** In minor units; null removes it. */
export async function saveThreshold(db: Queryable, id: SubscriptionId, amount: Amount | null): Promise<void> {
  await db.query(`UPDATE subscriptions SET threshold_amount = $2 WHERE id = $1`, [
    id,
    amount === null ? null : String(amount),
  ]);
}

/** What is set aside for a look alone: its subscription renews all the same. */
export const lookSuffix = '/threshold';
export const lookOf = (id: SubscriptionId): string => id + lookSuffix;
export const subscriptionOfLook = (look: string): SubscriptionId =>
  look.slice(0, -lookSuffix.length) as SubscriptionId;

/**
 * Whether the open period of a subscription `s` can be invoiced early at $1: nothing of it is due by then, which would
 * come first, and both its period and its terms have begun.
 */
const isOpen = `s.threshold_amount IS NOT NULL AND s.next_due_at > $1
  AND (SELECT p.bills_usage AND p.starts_at < $1 FROM subscription_periods p
        WHERE p.subscription_id = s.id AND p.index = s.period_index)
  AND (SELECT max(t.effective_at) FROM subscription_terms t WHERE t.subscription_id = s.id) < $1`;

/** The place of the last terms of a subscription of this id; both are SQL. */
const termsSequence = (id: string) =>
  `(SELECT max(t.sequence) FROM subscription_terms t WHERE t.subscription_id = ${id})`;

/** Subscriptions that are held against their last looks in one statement. */
const pageSize = 1000;

export interface LookPage {
  /** Those with something new to see, in order, `limit` at most. */
  readonly ids: readonly SubscriptionId[];
  /** Where the next page begins; null: there is none. */
  readonly next: SubscriptionId | null;
}

/**
 * Whom to look at, of a page of the subscriptions with a threshold that live by a clock (null: the real one): where the
 * last look was at another period, other terms or another threshold, or where events came or were voided since. Those are
 * asked for by transaction, so that only what is new is read, of whatever partition.
 */
export async function findLooks(
  db: Queryable,
  testClockId: TestClockId | null,
  now: Instant,
  after: string,
  limit: number,
): Promise<LookPage> {
  const [clock, condition] =
    testClockId === null ? ['live', 's.test_clock_id IS NULL'] : ['clock', 's.test_clock_id = $4'];
  const { rows } = await db.query<{ ids: SubscriptionId[]; last: SubscriptionId | null; size: number }>({
    name: `findLooks ${clock}`,
    text: `
    WITH page AS MATERIALIZED (
      SELECT s.id, s.customer_id, s.period_index, s.threshold_amount FROM subscriptions s
       WHERE ${condition} AND s.threshold_amount IS NOT NULL AND s.next_due_at > $1 AND s.id > $2
       ORDER BY s.id LIMIT ${String(pageSize)}
    ), looked AS MATERIALIZED (
      SELECT page.id, page.customer_id, l.usage_snapshot,
             l.subscription_id IS NULL OR l.terms_sequence <> ${termsSequence('page.id')}
               OR (l.period_index, l.threshold_amount) <> (page.period_index, page.threshold_amount) AS differs
        FROM page LEFT JOIN threshold_looks l ON l.subscription_id = page.id
    ), counted AS MATERIALIZED (
      SELECT DISTINCT k.id, m.event_type
        FROM looked k
        -- The fence keeps the terms of all others out of it.
       CROSS JOIN LATERAL (SELECT * FROM terms_plans t WHERE t.subscription_id = k.id OFFSET 0) p
        JOIN prices pr ON pr.plan_id = p.plan_id AND pr.version = p.plan_version
        JOIN meters m ON m.id = pr.meter_id
       WHERE NOT k.differs
    ), used AS (
      SELECT k.id FROM looked k JOIN counted c ON c.id = k.id
       WHERE EXISTS (
         SELECT FROM usage_events e
          WHERE e.customer_id = k.customer_id AND e.type = c.event_type
            AND e.inserted_xid >= pg_snapshot_xmin(k.usage_snapshot)
            AND NOT pg_visible_in_snapshot(e.inserted_xid, k.usage_snapshot))
          OR EXISTS (
         SELECT FROM usage_events e
          WHERE e.customer_id = k.customer_id AND e.type = c.event_type
            AND e.voided_xid >= pg_snapshot_xmin(k.usage_snapshot)
            AND NOT pg_visible_in_snapshot(e.voided_xid, k.usage_snapshot))
    ), changed AS MATERIALIZED (
      SELECT id FROM looked WHERE differs UNION SELECT id FROM used)
    SELECT (SELECT max(id) FROM page) AS last, (SELECT count(*)::int FROM page) AS size,
           ARRAY(SELECT s.id FROM changed JOIN subscriptions s ON s.id = changed.id
                  WHERE ${isOpen} AND ${notSetAside} ORDER BY s.id LIMIT $3) AS ids`,
    values: [formatInstant(now), after, limit, ...(testClockId === null ? [] : [testClockId])],
  });
  const { ids = [], last = null, size = 0 } = rows[0] ?? {};
  if (ids.length === limit) return { ids, next: ids.at(-1) ?? last };
  return { ids, next: size < pageSize ? null : last };
}

const notSetAside = `NOT EXISTS (
  SELECT FROM set_asides a WHERE a.subject_id = s.id || '${lookSuffix}' AND a.retry_at > now())`;

/** Locks subscriptions for this transaction, but for those that another one works on: they are looked at the next time. */
export async function lockLooks(db: Queryable, ids: readonly SubscriptionId[]): Promise<SubscriptionId[]> {
  if (ids.length === 0) return [];
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT s.id FROM subscriptions s WHERE s.id = ANY($1) ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** A subscription as it is looked at, with its open period as if that ended as it is meant to. */
export interface LookedAt extends MeteredPeriod {
  readonly test_clock_id: TestClockId | null;
  readonly threshold_amount: Amount;
  readonly terms_sequence: number;
  readonly currency: string;
}

/** Those of these subscriptions, which are locked, that are open still: read after the lock, so as they are. */
export async function readLookedAt(
  db: Queryable,
  ids: readonly SubscriptionId[],
  now: Instant,
): Promise<LookedAt[]> {
  const { rows } = await db.query<LookedAt>(
    `SELECT ${periodColumns}, s.customer_id, c.timezone, s.test_clock_id, s.threshold_amount, v.currency,
            ${termsSequence('s.id')} AS terms_sequence
       FROM subscriptions s
       JOIN customers c ON c.id = s.customer_id
       JOIN plan_versions v ON v.plan_id = s.plan_id AND v.version = s.plan_version
       JOIN subscription_periods p ON p.subscription_id = s.id AND p.index = s.period_index
      WHERE s.id = ANY($2) AND ${isOpen}
      ORDER BY s.id`,
    [formatInstant(now), ids],
  );
  return rows;
}

/** Notes what looks have seen. */
export async function saveLooks(db: Queryable, looks: readonly LookedAt[], snapshot: string): Promise<void> {
  await db.query(
    `INSERT INTO threshold_looks (subscription_id, period_index, terms_sequence, threshold_amount, usage_snapshot)
     SELECT id, index, terms_sequence, threshold_amount, $2::pg_snapshot
       FROM json_to_recordset($1) AS r(id text, index int, terms_sequence int, threshold_amount bigint)
     ON CONFLICT (subscription_id) DO UPDATE
       SET period_index = excluded.period_index, terms_sequence = excluded.terms_sequence,
           threshold_amount = excluded.threshold_amount, usage_snapshot = excluded.usage_snapshot`,
    [
      JSON.stringify(
        looks.map((look) => ({
          id: look.subscription_id,
          index: look.index,
          terms_sequence: look.terms_sequence,
          threshold_amount: String(look.threshold_amount),
        })),
      ),
      snapshot,
    ],
  );
}

/** Notes the early invoices of subscriptions as their latest. */
export async function saveLatestInvoices(
  db: Queryable,
  invoices: readonly { readonly id: InvoiceId; readonly subscriptionId: SubscriptionId }[],
): Promise<void> {
  await db.query(
    `UPDATE subscriptions s SET latest_invoice_id = r.id
       FROM json_to_recordset($1) AS r(id text, "subscriptionId" text) WHERE s.id = r."subscriptionId"`,
    [JSON.stringify(invoices.map(({ id, subscriptionId }) => ({ id, subscriptionId })))],
  );
}
