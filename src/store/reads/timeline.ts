/** What a subscription's timeline is made of. */
import { notFound } from '../../domain/errors.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { TrialEndBehavior } from '../../domain/plan.ts';
import type { SubscriptionStatus } from '../../domain/subscription.ts';
import { timelineOf, type Timeline, type TimelineFacts } from '../../domain/timeline.ts';
import type { Queryable } from '../database.ts';
import { readPendingChanges } from '../subscriptionChanges.ts';

/** The latest of each kind that are told of. */
const latest = 200;

/** Invoices of the subscription alone, and of groups that bill it too. */
const itsInvoices = `(SELECT own.id FROM invoices own WHERE own.subscription_id = $1
                       UNION SELECT p.invoice_id FROM subscription_periods p WHERE p.subscription_id = $1)`;

interface Row {
  readonly status: SubscriptionStatus;
  readonly started_at: Instant;
  readonly trial_end_behavior: TrialEndBehavior;
  readonly has_payment_method: boolean;
  readonly index: number | null;
  readonly kind: string;
  readonly ends_at: Instant | null;
  readonly trial_reminder_at: Instant | null;
  readonly cancel_at: Instant | null;
  readonly pause_at: Instant | null;
  readonly resume_at: Instant | null;
}

/** Throws a `BillingError` 404 where there is no such subscription. */
export async function readTimeline(db: Queryable, id: SubscriptionId): Promise<Timeline> {
  const { rows } = await db.query<Row>(
    `SELECT s.status, s.started_at, p.index, p.kind, p.ends_at, s.trial_reminder_at, s.cancel_at, s.pause_at, s.resume_at,
            v.trial_end_behavior, c.default_payment_method_id IS NOT NULL AS has_payment_method
       FROM subscriptions s
       JOIN customers c ON c.id = s.customer_id
       JOIN plan_versions v ON v.plan_id = s.plan_id AND v.version = s.plan_version
       LEFT JOIN subscription_periods p ON p.subscription_id = s.id AND p.index = s.period_index
      WHERE s.id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) throw notFound('subscription', id);
  const { rows: events } = await db.query<TimelineFacts['events'][number]>(
    `SELECT * FROM (SELECT sequence, occurred_at AS at, type, data FROM event_log
                     WHERE subscription_id = $1 AND (object_id = $1 OR type = 'invoice.threshold_reached')
                     ORDER BY sequence DESC LIMIT $2) e ORDER BY sequence`,
    [id, latest],
  );
  const { rows: invoices } = await db.query<TimelineFacts['invoices'][number]>(
    `SELECT * FROM (SELECT number, status, total, currency, finalizes_at AS "finalizesAt", finalized_at AS "finalizedAt",
                           next_attempt_at AS "nextAttemptAt", attempt_count AS "attemptCount", created
                      FROM invoices WHERE id IN ${itsInvoices} ORDER BY created DESC, id DESC LIMIT $2) i
      ORDER BY "finalizedAt", created`,
    [id, latest],
  );
  const { rows: payments } = await db.query<TimelineFacts['payments'][number]>(
    `SELECT * FROM (SELECT p.completed_at AS at, p.status, p.amount, p.currency, p.failure_code AS "failureCode",
                           i.number AS "invoiceNumber"
                      FROM payments p JOIN invoices i ON i.id = p.invoice_id
                     WHERE i.id IN ${itsInvoices} AND p.status <> 'pending' ORDER BY p.completed_at DESC, p.id DESC LIMIT $2) p
      ORDER BY at`,
    [id, latest],
  );
  const pending = (await readPendingChanges(db, [id])).get(id) ?? [];
  const end = row.index === null ? null : row.ends_at;
  return timelineOf({
    status: row.status,
    startedAt: row.started_at,
    trialEndBehavior: row.trial_end_behavior,
    hasPaymentMethod: row.has_payment_method,
    current: row.index === null ? null : { kind: row.kind, end },
    reminderAt: row.trial_reminder_at,
    cancelAt: row.cancel_at,
    pauseAt: row.pause_at,
    resumeAt: row.resume_at,
    events,
    invoices,
    payments,
    pending: pending.map(({ effectiveAt, atPeriod, change }) => ({
      // With the next period, whose start is known.
      effectiveAt: atPeriod !== null && atPeriod === (row.index ?? -1) + 1 ? end : effectiveAt,
      atPeriod,
      change,
    })),
  });
}
