/** Subscriptions: what they are, how they stand, and what their workflows need to know. */
import type { StoredCommitment } from '../catalog/commitment.ts';
import type { BillingCycleAnchor } from '../domain/calendar.ts';
import type { CustomerId, PlanId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import type { CollectionMethod } from '../domain/dueDate.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import {
  nextStatus,
  subscriptionStatuses,
  type SubscriptionEvent,
  type SubscriptionStatus,
} from '../domain/subscription.ts';
import type { TermsContent } from '../domain/terms.ts';
import type { Queryable } from './database.ts';
import type { MeteredSubscription } from './meteredPrices.ts';
import { lookSuffix } from './thresholds.ts';

export interface NewSubscription {
  readonly id: SubscriptionId;
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly content: TermsContent;
  readonly commitment: StoredCommitment | null;
  readonly anchor: BillingCycleAnchor;
  readonly startedAt: Instant;
  readonly createdAt: Instant;
  /** Null: there is no trial. */
  readonly trialEnd: Instant | null;
  readonly cancelAt: Instant | null;
  /** Null: as its customer has it. */
  readonly collectionMethod: CollectionMethod | null;
  readonly daysUntilDue: number | null;
}

/** Adds an `incomplete` subscription that is due at its start; false where it is there already. */
export async function insertSubscription(db: Queryable, subscription: NewSubscription): Promise<boolean> {
  const { content } = subscription;
  const { rowCount } = await db.query(
    `INSERT INTO subscriptions (id, customer_id, test_clock_id, plan_id, plan_version, quantity, quantities, add_ons,
                                price_overrides, status, billing_cycle_anchor, started_at, next_due_at, created, trial_end,
                                cancel_at, canceled_at, commitment, collection_method, days_until_due, seats)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'incomplete', $10, $11, $11, $12, $13, $14,
             CASE WHEN $14::timestamptz IS NOT NULL THEN $12::timestamptz END, $15, $16, $17, $18)
     ON CONFLICT (id) DO NOTHING`,
    [
      subscription.id,
      subscription.customerId,
      subscription.testClockId,
      content.planId,
      content.planVersion,
      content.quantity,
      JSON.stringify(content.quantities),
      JSON.stringify(content.addOns),
      JSON.stringify(content.priceOverrides),
      JSON.stringify(subscription.anchor),
      formatInstant(subscription.startedAt),
      formatInstant(subscription.createdAt),
      iso(subscription.trialEnd),
      iso(subscription.cancelAt),
      subscription.commitment && JSON.stringify(subscription.commitment),
      subscription.collectionMethod,
      subscription.daysUntilDue,
      content.seats ?? 0,
    ],
  );
  return rowCount === 1;
}

/** Applies an event to the status of each subscription, by the table in `domain/subscription.ts`. */
export async function applySubscriptionEvent(
  db: Queryable,
  subscriptionIds: readonly SubscriptionId[],
  event: SubscriptionEvent,
): Promise<void> {
  if (subscriptionIds.length === 0) return;
  const moves = subscriptionStatuses
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
 * Brings the statuses of subscriptions in line with their invoices: unpaid while dunning has given one up, past due while
 * one that failed is open. They are locked first, so that of two invoices that are settled at once the later one sees the other.
 */
export async function settleStatuses(
  db: Queryable,
  subscriptionIds: readonly SubscriptionId[],
): Promise<void> {
  if (subscriptionIds.length === 0) return;
  await db.query(`SELECT FROM subscriptions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [
    subscriptionIds,
  ]);
  const { rows } = await db.query<{ id: SubscriptionId; failing: boolean; given_up: boolean }>(
    `SELECT s.id, EXISTS (SELECT FROM invoices i WHERE i.subscription_id = s.id AND i.status = 'open'
                             AND i.first_failed_at IS NOT NULL)
                  OR EXISTS (SELECT FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id AND l.subscription_id = s.id
                              WHERE i.customer_id = s.customer_id AND i.grouped_at IS NOT NULL AND i.status = 'open'
                                AND i.first_failed_at IS NOT NULL) AS failing,
            EXISTS (SELECT FROM collections d JOIN invoices i ON i.id = d.invoice_id
                     WHERE d.customer_id = s.customer_id AND d.gave_up AND i.status = 'uncollectible'
                       AND (i.subscription_id = s.id OR i.grouped_at IS NOT NULL AND EXISTS (
                             SELECT FROM invoice_lines l WHERE l.invoice_id = i.id AND l.subscription_id = s.id))) AS given_up
       FROM subscriptions s WHERE s.id = ANY($1)`,
    [subscriptionIds],
  );
  const idsWhere = (holds: (row: (typeof rows)[number]) => boolean) => rows.filter(holds).map(({ id }) => id);
  const givenUp = idsWhere((row) => row.given_up);
  const failing = idsWhere((row) => !row.given_up && row.failing);
  await applySubscriptionEvent(db, givenUp, 'payment_given_up');
  await applySubscriptionEvent(db, failing, 'payment_failed');
  await applySubscriptionEvent(
    db,
    idsWhere((row) => !row.given_up && !row.failing),
    'payment_recovered',
  );
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
  /** The earliest instant that was asked for: of a start, a change, a pause, a resumption or an end. */
  readonly asked_for_at: Instant | null;
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
            s.current_period_end, s.cancel_at, s.next_due_at,
            least(CASE s.status WHEN 'incomplete' THEN s.started_at END, s.cancel_at, s.pause_at, s.resume_at,
                  (SELECT min(w.since) FROM waiting_seats w WHERE w.subscription_id = s.id),
                  (SELECT min(ch.effective_at) FROM subscription_changes ch
                    WHERE ch.subscription_id = s.id AND ch.status = 'pending')) AS asked_for_at, l.number AS latest_number, l.status AS latest_status,
            d.drafts_until, a.reason AS trouble
       FROM subscriptions s
       JOIN plans p ON p.id = s.plan_id
       LEFT JOIN invoices l ON l.id = s.latest_invoice_id
       LEFT JOIN LATERAL (
         SELECT reason FROM set_asides WHERE subject_id IN (s.id, s.id || '${lookSuffix}') ORDER BY subject_id LIMIT 1) a ON true
       CROSS JOIN LATERAL (
         SELECT max(i.finalizes_at) AS drafts_until
           FROM (SELECT finalizes_at, status FROM invoices WHERE subscription_id = s.id
                  UNION ALL -- its latest may be of a group
                 SELECT finalizes_at, status FROM invoices WHERE id = s.latest_invoice_id) i
          WHERE i.status = 'draft') d
      WHERE s.id = $1`,
    [id],
  );
  return rows[0];
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
  periods: readonly { readonly subscription_id: SubscriptionId; readonly index: number }[],
  snapshot: string,
): Promise<void> {
  if (periods.length === 0) return;
  await db.query(
    `UPDATE subscription_periods p SET usage_snapshot = $2::pg_snapshot
       FROM json_to_recordset($1) AS r(subscription_id text, index int)
      WHERE p.subscription_id = r.subscription_id AND p.index = r.index`,
    [JSON.stringify(periods.map(({ subscription_id, index }) => ({ subscription_id, index }))), snapshot],
  );
}

function iso(at: Instant | null): string | null {
  return at && formatInstant(at);
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
    `SELECT s.id AS subscription_id, s.customer_id, c.timezone, s.test_clock_id, v.currency, s.period_index,
            greatest(s.period_index + 1, (SELECT max(i.boundary) + 1 FROM invoices i WHERE i.subscription_id = s.id)) AS next_boundary
       FROM subscriptions s
       JOIN customers c ON c.id = s.customer_id
       JOIN plan_versions v ON v.plan_id = s.plan_id AND v.version = s.plan_version
      WHERE s.id = $1 AND s.status = 'canceled' FOR NO KEY UPDATE OF s`,
    [id],
  );
  return rows[0];
}
