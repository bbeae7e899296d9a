/** Thresholds of subscriptions, and whose usage is to be looked at for having passed one. */
import type { InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import type { DueScope } from './dueScope.ts';
import { periodColumns, type MeteredPeriod } from './meteredPrices.ts';

/** In minor units; null removes it. */
export async function saveThreshold(db: Queryable, id: SubscriptionId, amount: Amount | null): Promise<void> {
  await db.query(`UPDATE subscriptions SET threshold_amount = $2 WHERE id = $1`, [
    id,
    amount === null ? null : String(amount),
  ]);
}

/** What is set aside for a look alone: its subscription renews all the same. */
const suffix = '/threshold';
export const lookOf = (id: SubscriptionId): string => id + suffix;
export const subscriptionOfLook = (look: string): SubscriptionId =>
  look.slice(0, -suffix.length) as SubscriptionId;

/**
 * Whether the open period of a subscription `s` can be invoiced early at $1: nothing of it is due by then, which would
 * come first, and both its period and its terms have begun.
 */
const isOpen = `s.threshold_amount IS NOT NULL AND s.next_due_at > $1
  AND EXISTS (SELECT FROM subscription_periods p
               WHERE p.subscription_id = s.id AND p.index = s.period_index AND p.bills_usage AND p.starts_at < $1)
  AND NOT EXISTS (SELECT FROM subscription_terms t WHERE t.subscription_id = s.id AND t.effective_at >= $1)`;

const termsSequence = `(SELECT max(t.sequence) FROM subscription_terms t WHERE t.subscription_id = s.id)`;

/**
 * Whether there is something else to see than at the last look `l`: another period, other terms or another threshold, or
 * events that came or were voided since. Those are asked for by transaction, so only what is new is read, of any partition.
 */
const hasChanged = `(
  l.subscription_id IS NULL
  OR (l.period_index, l.threshold_amount) <> (s.period_index, s.threshold_amount)
  OR l.terms_sequence <> ${termsSequence}
  OR EXISTS (
    SELECT FROM billed_event_types b
     CROSS JOIN LATERAL (
       SELECT e.inserted_xid AS changed_by FROM usage_events e
        WHERE e.customer_id = s.customer_id AND e.type = b.event_type
          AND e.inserted_xid >= pg_snapshot_xmin(l.usage_snapshot)
        UNION ALL
       SELECT e.voided_xid FROM usage_events e
        WHERE e.customer_id = s.customer_id AND e.type = b.event_type
          AND e.voided_xid >= pg_snapshot_xmin(l.usage_snapshot)) e
     WHERE b.subscription_id = s.id AND NOT pg_visible_in_snapshot(e.changed_by, l.usage_snapshot)))`;

/** Locks up to `limit` subscriptions to look at, in the order of their ids, after one of them. */
export async function claimLooks(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  after: string,
  limit: number,
): Promise<SubscriptionId[]> {
  const { condition, value, lock } = scopeOf(scope);
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT s.id FROM subscriptions s LEFT JOIN threshold_looks l ON l.subscription_id = s.id
      WHERE ${condition} AND s.id > $2 AND ${isOpen} AND ${hasChanged}
      ORDER BY s.id
      LIMIT $3
        FOR NO KEY UPDATE OF s${lock}`,
    [formatInstant(now), after, limit, value],
  );
  return rows.map(({ id }) => id);
}

const notSetAside = `NOT EXISTS (
  SELECT FROM set_asides a WHERE a.subject_id = s.id || '${suffix}' AND a.retry_at > now())`;

function scopeOf(scope: DueScope): {
  readonly condition: string;
  readonly value: unknown;
  readonly lock: string;
} {
  switch (scope.kind) {
    case 'live': // few have a threshold: shards are for what falls due for all at once
      return {
        condition: `s.test_clock_id IS NULL AND $4::text IS NULL AND ${notSetAside}`,
        value: null,
        lock: ' SKIP LOCKED',
      };
    case 'clock':
      return {
        condition: `s.test_clock_id = $4 AND ${notSetAside}`,
        value: scope.testClockId,
        lock: ' SKIP LOCKED',
      };
    case 'subscriptions':
      return { condition: `s.id = ANY($4)`, value: scope.subscriptionIds, lock: '' };
    case 'invoice':
      throw new Error('an invoice has no threshold');
  }
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
            ${termsSequence} AS terms_sequence
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
