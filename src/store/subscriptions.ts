/** Subscriptions and their periods. */
import type { BillingCycleAnchor } from '../domain/calendar.ts';
import type { CustomerId, InvoiceId, MeterId, PlanId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Period } from '../domain/period.ts';
import type { Terms } from '../domain/terms.ts';
import type { PriceOverride } from '../catalog/override.ts';
import { nextStatus, type SubscriptionEvent, type SubscriptionStatus } from '../domain/subscription.ts';
import type { StoredCommitment } from '../catalog/commitment.ts';
import type { Queryable } from './database.ts';
import { claimedSubscriptions, scopeSql, type DueScope } from './dueScope.ts';
import type { MeteredSubscription } from './meteredPrices.ts';

export interface NewSubscription {
  readonly id: SubscriptionId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly planId: PlanId;
  readonly planVersion: number;
  readonly quantity: number;
  readonly priceOverrides: readonly PriceOverride[];
  readonly commitment: StoredCommitment | null;
  readonly anchor: BillingCycleAnchor;
  readonly startedAt: Instant;
  readonly cancelAt: Instant | null;
}

/** Adds an `incomplete` subscription that is due at its start; false where it is there already. */
export async function insertSubscription(db: Queryable, subscription: NewSubscription): Promise<boolean> {
  const startedAt = formatInstant(subscription.startedAt);
  const { rowCount } = await db.query(
    `INSERT INTO subscriptions (id, customer_id, test_clock_id, plan_id, plan_version, quantity, status,
                                billing_cycle_anchor, started_at, cancel_at, canceled_at, next_due_at, created, price_overrides,
                                commitment)
     VALUES ($1, $2, $3, $4, $5, $6, 'incomplete', $7, $8, $9, CASE WHEN $9::timestamptz IS NULL THEN NULL ELSE $8::timestamptz END, $8, $8, $10, $11)
     ON CONFLICT (id) DO NOTHING`,
    [
      subscription.id,
      subscription.customerId,
      subscription.testClockId,
      subscription.planId,
      subscription.planVersion,
      subscription.quantity,
      JSON.stringify(subscription.anchor),
      startedAt,
      subscription.cancelAt === null ? null : formatInstant(subscription.cancelAt),
      JSON.stringify(subscription.priceOverrides),
      subscription.commitment && JSON.stringify(subscription.commitment),
    ],
  );
  return rowCount === 1;
}

/** Takes the customer's meters for this subscription; returns those that another live subscription has. */
export async function claimMeters(
  db: Queryable,
  subscription: { readonly id: SubscriptionId; readonly customerId: CustomerId },
  meterIds: readonly MeterId[],
): Promise<MeterId[]> {
  const { rows } = await db.query<{ meter_id: MeterId }>(
    `INSERT INTO metered_subscriptions (customer_id, meter_id, subscription_id)
     SELECT $1, m, $2 FROM unnest($3::text[]) AS m
     ON CONFLICT (customer_id, meter_id) DO NOTHING
     RETURNING meter_id`,
    [subscription.customerId, subscription.id, meterIds],
  );
  const claimed = new Set(rows.map((row) => row.meter_id));
  return meterIds.filter((meterId) => !claimed.has(meterId));
}

export interface DueSubscription {
  readonly id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly status: SubscriptionStatus;
  readonly billing_cycle_anchor: BillingCycleAnchor;
  readonly started_at: Instant;
  readonly period_index: number;
  readonly current_period_start: Instant | null;
  readonly current_period_end: Instant | null;
  readonly cancel_at: Instant | null;
  readonly committed: boolean;
  readonly next_due_at: Instant;
  readonly timezone: string;
}

/** Claims, for this transaction, up to `limit` subscriptions whose period is over, the longest due first. */
export async function claimDueSubscriptions(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  limit: number,
): Promise<DueSubscription[]> {
  const { condition, values, lock } = scopeSql(scope, claimedSubscriptions, 3);
  const { rows } = await db.query<DueSubscription>(
    `SELECT s.id, s.customer_id, s.test_clock_id, s.status, s.billing_cycle_anchor,
            s.started_at, s.period_index, s.current_period_start, s.current_period_end,
            s.cancel_at, s.commitment IS NOT NULL AS committed, s.next_due_at, c.timezone
       FROM subscriptions s
       JOIN customers c ON c.id = s.customer_id
      WHERE s.next_due_at <= $1 AND ${condition}
      ORDER BY s.next_due_at, s.id
      LIMIT $2
        ${lock.replace('FOR UPDATE', 'FOR UPDATE OF s')}`,
    [formatInstant(now), limit, ...values],
  );
  return rows;
}

export interface RenewedSubscription {
  readonly id: SubscriptionId;
  readonly customerId: CustomerId;
  readonly status: SubscriptionStatus;
  readonly closes: (Period & { readonly index: number }) | null;
  readonly opens: (Period & { readonly index: number }) | null;
  readonly endedAt: Instant | null;
  readonly nextDueAt: Instant | null;
  /** What it is billed by from now on. */
  readonly terms: Terms;
  readonly latestInvoiceId: InvoiceId | null;
}

/** Moves subscriptions over a boundary: the closed periods get their end, the opened ones are added. */
export async function saveRenewals(db: Queryable, renewals: readonly RenewedSubscription[]): Promise<void> {
  const rows = renewals.map((renewal) => ({
    id: renewal.id,
    status: renewal.status,
    closed_index: renewal.closes?.index ?? null,
    closed_end: iso(renewal.closes?.end),
    index: renewal.opens?.index ?? null,
    starts_at: iso(renewal.opens?.start),
    ends_at: iso(renewal.opens?.end),
    ended_at: iso(renewal.endedAt),
    next_due_at: iso(renewal.nextDueAt),
    plan_id: renewal.terms.plan.planId,
    plan_version: renewal.terms.plan.version,
    quantity: renewal.terms.quantity,
    latest_invoice_id: renewal.latestInvoiceId,
  }));
  const json = JSON.stringify(rows);
  // Only a cancellation moves the end of a period.
  const cut = rows.filter((row) => row.ended_at !== null && row.closed_index !== null);
  if (cut.length > 0) {
    await db.query(
      `UPDATE subscription_periods p SET ends_at = r.closed_end
         FROM json_to_recordset($1) AS r(id text, closed_index int, closed_end timestamptz)
        WHERE p.subscription_id = r.id AND p.index = r.closed_index AND p.ends_at <> r.closed_end`,
      [JSON.stringify(cut)],
    );
    await db.query(`DELETE FROM metered_subscriptions WHERE subscription_id = ANY($1)`, [
      cut.map((row) => row.id),
    ]);
  }
  await db.query(
    `INSERT INTO subscription_periods (subscription_id, index, previous_index, starts_at, ends_at)
     SELECT id, index, nullif(index - 1, -1), starts_at, ends_at
       FROM json_to_recordset($1) AS r(id text, index int, starts_at timestamptz, ends_at timestamptz)
      WHERE index IS NOT NULL`,
    [json],
  );
  await db.query(
    `UPDATE subscriptions s
        SET status = r.status,
            period_index = coalesce(r.index, s.period_index),
            current_period_start = coalesce(r.starts_at, s.current_period_start),
            current_period_end = coalesce(r.ends_at, r.ended_at),
            ended_at = r.ended_at,
            next_due_at = r.next_due_at,
            plan_id = r.plan_id,
            plan_version = r.plan_version,
            quantity = r.quantity,
            latest_invoice_id = coalesce(r.latest_invoice_id, s.latest_invoice_id)
       FROM json_to_recordset($1) AS r(id text, status text, index int, starts_at timestamptz, ends_at timestamptz,
                                       ended_at timestamptz, next_due_at timestamptz, plan_id text, plan_version int,
                                       quantity bigint, latest_invoice_id text)
      WHERE s.id = r.id`,
    [json],
  );
}

/** Applies an event to the status of each subscription, by the table in `domain/subscription.ts`. */
export async function applySubscriptionEvent(
  db: Queryable,
  subscriptionIds: readonly SubscriptionId[],
  event: SubscriptionEvent,
): Promise<void> {
  if (subscriptionIds.length === 0) return;
  const statuses: SubscriptionStatus[] = ['incomplete', 'active', 'past_due', 'canceled'];
  const moves = statuses
    .map((from) => ({ from, to: nextStatus(from, event) }))
    .filter(({ from, to }) => from !== to);
  await db.query(
    `UPDATE subscriptions s SET status = m.to
       FROM json_to_recordset($2) AS m("from" text, "to" text)
      WHERE s.id = ANY($1) AND s.status = m.from`,
    [subscriptionIds, JSON.stringify(moves)],
  );
}

/**
 * Brings the statuses of subscriptions in line with their invoices: past due while one that failed is open. They are
 * locked first, so that of two invoices that are settled at once the later one sees the other.
 */
export async function settleStatuses(
  db: Queryable,
  subscriptionIds: readonly SubscriptionId[],
): Promise<void> {
  if (subscriptionIds.length === 0) return;
  await db.query(`SELECT FROM subscriptions WHERE id = ANY($1) ORDER BY id FOR UPDATE`, [subscriptionIds]);
  const { rows } = await db.query<{ id: SubscriptionId; failing: boolean }>(
    `SELECT s.id, EXISTS (SELECT FROM invoices i WHERE i.subscription_id = s.id AND i.status = 'open'
                             AND i.first_failed_at IS NOT NULL) AS failing
       FROM subscriptions s WHERE s.id = ANY($1)`,
    [subscriptionIds],
  );
  const idsOf = (failing: boolean) => rows.filter((row) => row.failing === failing).map(({ id }) => id);
  await applySubscriptionEvent(db, idsOf(true), 'payment_failed');
  await applySubscriptionEvent(db, idsOf(false), 'payment_recovered');
}

export interface SubscriptionFacts {
  readonly id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly plan_id: PlanId;
  readonly plan_version: number;
  readonly plan_code: string;
  readonly status: SubscriptionStatus;
  readonly current_period_end: Instant | null;
  readonly cancel_at: Instant | null;
  readonly next_due_at: Instant | null;
  readonly latest_number: string | null;
  readonly latest_status: string | null;
  /** When the last of its drafts leaves its grace period. */
  readonly drafts_until: Instant | null;
  /** What was set aside for it, in words. */
  readonly trouble: string | null;
}

/** What its workflow needs to know of a subscription; undefined where there is none. */
export async function findSubscriptionFacts(
  db: Queryable,
  id: SubscriptionId,
): Promise<SubscriptionFacts | undefined> {
  const { rows } = await db.query<SubscriptionFacts>(
    `SELECT s.id, s.customer_id, s.test_clock_id, s.plan_id, s.plan_version, p.code AS plan_code, s.status,
            s.current_period_end, s.cancel_at, s.next_due_at, l.number AS latest_number, l.status AS latest_status,
            d.drafts_until, a.reason AS trouble
       FROM subscriptions s
       JOIN plans p ON p.id = s.plan_id
       LEFT JOIN invoices l ON l.id = s.latest_invoice_id
       LEFT JOIN set_asides a ON a.subject_id = s.id
       CROSS JOIN LATERAL (
         SELECT max(i.finalizes_at) AS drafts_until FROM invoices i
          WHERE i.subscription_id = s.id AND i.status = 'draft') d
      WHERE s.id = $1`,
    [id],
  );
  return rows[0];
}

export interface LockedSubscription {
  readonly status: SubscriptionStatus;
  readonly current_period_start: Instant | null;
  readonly current_period_end: Instant | null;
  readonly test_clock_id: TestClockId | null;
  readonly cancel_at: Instant | null;
  readonly cancellation_id: string | null;
}

/** Locks a subscription for this transaction; undefined where there is none. */
export async function lockSubscription(
  db: Queryable,
  id: SubscriptionId,
): Promise<LockedSubscription | undefined> {
  const { rows } = await db.query<LockedSubscription>(
    `SELECT status, current_period_start, current_period_end, test_clock_id, cancel_at, cancellation_id
       FROM subscriptions WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return rows[0];
}

/** Notes when a subscription will end; it is due then at the latest. */
export async function scheduleCancellation(
  db: Queryable,
  id: SubscriptionId,
  cancellation: {
    readonly cancellationId: string;
    readonly cancelAt: Instant;
    readonly canceledAt: Instant;
    readonly nextDueAt: Instant | null;
  },
): Promise<void> {
  await db.query(
    `UPDATE subscriptions SET cancel_at = $2, canceled_at = $3, next_due_at = $4, cancellation_id = $5 WHERE id = $1`,
    [
      id,
      formatInstant(cancellation.cancelAt),
      formatInstant(cancellation.canceledAt),
      iso(cancellation.nextDueAt),
      cancellation.cancellationId,
    ],
  );
}

/** Notes when the subscription's workflow will look next, for a test clock to wake it then. */
export async function noteCheck(db: Queryable, id: SubscriptionId, checkAt: Instant | null): Promise<void> {
  await db.query(`UPDATE subscriptions SET check_at = $2 WHERE id = $1 AND check_at IS DISTINCT FROM $2`, [
    id,
    iso(checkAt),
  ]);
}

/** The events that the invoices of these periods have counted. */
export async function saveUsageSnapshots(
  db: Queryable,
  periods: readonly { readonly subscriptionId: SubscriptionId; readonly index: number }[],
  snapshot: string,
): Promise<void> {
  if (periods.length === 0) return;
  await db.query(
    `UPDATE subscription_periods p SET usage_snapshot = $2::pg_snapshot
       FROM json_to_recordset($1) AS r("subscriptionId" text, index int)
      WHERE p.subscription_id = r."subscriptionId" AND p.index = r.index`,
    [JSON.stringify(periods), snapshot],
  );
}

function iso(at: Instant | null | undefined): string | null {
  return at === null || at === undefined ? null : formatInstant(at);
}

export interface EndedSubscription extends MeteredSubscription {
  readonly test_clock_id: TestClockId | null;
  readonly currency: string;
  readonly period_index: number;
  /** The boundary of its next invoice. */
  readonly next_boundary: number;
}

/** Locks a subscription that has ended, for this transaction; undefined where there is none. */
export async function lockEndedSubscription(
  db: Queryable,
  id: SubscriptionId,
): Promise<EndedSubscription | undefined> {
  const { rows } = await db.query<EndedSubscription>(
    `SELECT s.id AS subscription_id, s.customer_id, s.started_at, s.billing_cycle_anchor, c.timezone, s.ended_at,
            s.test_clock_id, v.currency, s.period_index,
            (SELECT max(i.boundary) + 1 FROM invoices i WHERE i.subscription_id = s.id) AS next_boundary
       FROM subscriptions s
       JOIN customers c ON c.id = s.customer_id
       JOIN plan_versions v ON v.plan_id = s.plan_id AND v.version = s.plan_version
      WHERE s.id = $1 AND s.status = 'canceled' FOR UPDATE OF s`,
    [id],
  );
  return rows[0];
}
