/** The time on a test clock, and what falls due by it. */
import { notFound } from '../domain/errors.ts';
import type { CustomerId, InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';
import { draftWaits } from './invoiceDrafts.ts';

/** Throws a `BillingError` 404 where there is no such clock. */
export async function readTestClockTime(db: Queryable, id: TestClockId): Promise<Instant> {
  const { rows } = await db.query<{ frozen_time: Instant }>(
    `SELECT frozen_time FROM test_clocks WHERE id = $1`,
    [id],
  );
  const [clock] = rows;
  if (!clock) throw notFound('test clock', id);
  return clock.frozen_time;
}

export interface AdvancingClock {
  readonly status: 'ready' | 'advancing' | 'deleted';
  readonly frozen_time: Instant;
  readonly target_time: Instant;
}

export async function findAdvancingClock(
  db: Queryable,
  id: TestClockId,
): Promise<AdvancingClock | undefined> {
  const { rows } = await db.query<AdvancingClock>(
    `SELECT status, frozen_time, target_time FROM test_clocks WHERE id = $1`,
    [id],
  );
  return rows[0];
}

/** Sets a clock's target; false where it is advancing or deleted already, or the target lies behind it. */
export async function beginAdvance(db: Queryable, id: TestClockId, target: Instant): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE test_clocks SET status = 'advancing', target_time = $2
      WHERE id = $1 AND status <> 'deleted' AND frozen_time <= $2 AND (status = 'ready' OR target_time = $2)`,
    [id, formatInstant(target)],
  );
  return rowCount === 1;
}

export async function moveClock(db: Queryable, id: TestClockId, to: Instant): Promise<void> {
  await db.query(`UPDATE test_clocks SET frozen_time = greatest(frozen_time, $2) WHERE id = $1`, [
    id,
    formatInstant(to),
  ]);
}

/** The clock has got to its target; nothing, where it is on its way to another one by now. */
export async function endAdvance(db: Queryable, id: TestClockId, target: Instant): Promise<void> {
  await db.query(
    `UPDATE test_clocks SET status = 'ready', frozen_time = target_time
      WHERE id = $1 AND status = 'advancing' AND target_time = $2`,
    [id, formatInstant(target)],
  );
}

/** The earliest instant up to `target` at which something of the clock is to be billed, dunned or expires; what was set aside waits. */
export async function nextDueOnClock(
  db: Queryable,
  id: TestClockId,
  target: Instant,
): Promise<Instant | null> {
  const { rows } = await db.query<{ due: Instant | null }>(
    `SELECT least(
        (SELECT s.next_due_at FROM subscriptions s
          WHERE s.test_clock_id = $1 AND s.next_due_at <= $2
            AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = s.id AND a.retry_at > now())
          ORDER BY s.next_due_at LIMIT 1),
        (SELECT min(CASE i.status WHEN 'draft' THEN i.finalizes_at ELSE i.collect_at END)
           FROM invoices i
          WHERE i.test_clock_id = $1 AND i.status IN ('draft', 'open') AND NOT (i.status = 'draft' AND ${draftWaits})
            AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = i.id AND a.retry_at > now())),
        (SELECT min(i.due_at) FROM invoices i
          WHERE i.test_clock_id = $1 AND i.status = 'open' AND i.collection_method = 'send_invoice'
            AND i.first_failed_at IS NULL
            AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status = 'pending')
            AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = i.id AND a.retry_at > now())),
        (SELECT min(d.next_step_at) FROM collections d
          WHERE d.test_clock_id = $1 AND d.next_step_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = d.invoice_id AND p.status = 'pending')
            AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = d.invoice_id AND a.retry_at > now())),
        (SELECT min(g.expires_at) FROM credit_grants g
          WHERE g.test_clock_id = $1 AND g.status = 'granted' AND g.expires_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = g.id AND a.retry_at > now())),
        -- What a process that died has begun is finished first.
        (SELECT c.frozen_time FROM test_clocks c
          WHERE c.id = $1 AND EXISTS (
            SELECT FROM invoices i
             WHERE i.test_clock_id = $1 AND i.status = 'open'
               -- One that waits for the customer, or that the provider works on for days, holds up nothing.
               AND (EXISTS (SELECT FROM payments p
                             WHERE p.invoice_id = i.id AND p.status = 'pending' AND p.provider_reference IS NULL)
                    OR i.first_failed_at IS NOT NULL AND i.collection_started_at IS NULL)
               AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = i.id AND a.retry_at > now())))
      ) AS due`,
    [id, formatInstant(target)],
  );
  const due = rows[0]?.due ?? null;
  return due !== null && due <= target ? due : null;
}

interface WaitingSubscription {
  readonly id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly test_clock_id: TestClockId;
}

interface WaitingCollection {
  readonly id: InvoiceId;
  readonly subscription_id: SubscriptionId | null;
  readonly test_clock_id: TestClockId;
}

/** Those whose workflows have waited on the clock for an instant up to `at`. */
export async function findWaitingOnClock(
  db: Queryable,
  id: TestClockId,
  at: Instant,
): Promise<{
  readonly subscriptions: readonly WaitingSubscription[];
  readonly collections: readonly WaitingCollection[];
}> {
  const subscriptions = await db.query<WaitingSubscription>(
    `SELECT s.id, s.customer_id, s.test_clock_id FROM subscriptions s WHERE s.test_clock_id = $1 AND s.check_at <= $2
        AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = s.id AND a.retry_at > now())
      ORDER BY s.check_at, s.id`,
    [id, formatInstant(at)],
  );
  const collections = await db.query<WaitingCollection>(
    `SELECT i.id, i.subscription_id, i.test_clock_id FROM invoices i
      WHERE i.test_clock_id = $1 AND i.status = 'open' AND i.next_attempt_at <= $2
        AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = i.id AND a.retry_at > now())
      ORDER BY i.next_attempt_at, i.id`,
    [id, formatInstant(at)],
  );
  return { subscriptions: subscriptions.rows, collections: collections.rows };
}

/** Invoices on a clock that were in collection and are no more: their collections end when they look. */
export async function findEndedCollections(db: Queryable, id: TestClockId): Promise<InvoiceId[]> {
  const { rows } = await db.query<{ id: InvoiceId }>(
    `SELECT i.id FROM collections d JOIN invoices i ON i.id = d.invoice_id
      WHERE d.test_clock_id = $1 AND i.status <> 'open' ORDER BY i.id`,
    [id],
  );
  return rows.map((row) => row.id);
}

export interface WaitingWorkflows {
  readonly subscriptions: readonly SubscriptionId[];
  readonly collections: readonly InvoiceId[];
}

/** Ends everything on a clock: nothing of it is ever due again. What was invoiced and posted stays. */
export async function deleteClock(db: Queryable, id: TestClockId): Promise<WaitingWorkflows> {
  const { rows: subscriptions } = await db.query<{ id: SubscriptionId }>(
    `UPDATE subscriptions SET status = 'canceled', ended_at = coalesce(ended_at, greatest(current_period_start, c.frozen_time)),
            canceled_at = coalesce(canceled_at, c.frozen_time), next_due_at = NULL, check_at = NULL
       FROM test_clocks c WHERE c.id = $1 AND test_clock_id = c.id AND subscriptions.status <> 'canceled'
     RETURNING subscriptions.id`,
    [id],
  );
  const { rows: collections } = await db.query<{ id: InvoiceId }>(
    `UPDATE invoices SET finalizes_at = NULL, collect_at = NULL, next_attempt_at = NULL
      WHERE test_clock_id = $1 AND status IN ('draft', 'open') RETURNING id`,
    [id],
  );
  await db.query(`UPDATE collections SET next_step_at = NULL WHERE test_clock_id = $1`, [id]);
  await db.query(
    `DELETE FROM metered_subscriptions WHERE subscription_id IN (SELECT s.id FROM subscriptions s WHERE s.test_clock_id = $1)`,
    [id],
  );
  await db.query(`UPDATE customers SET deleted_at = now() WHERE test_clock_id = $1 AND deleted_at IS NULL`, [
    id,
  ]);
  await db.query(`UPDATE test_clocks SET status = 'deleted' WHERE id = $1`, [id]);
  return { subscriptions: subscriptions.map((row) => row.id), collections: collections.map((row) => row.id) };
}
