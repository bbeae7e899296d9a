/** What was asked of a subscription: its end, a pause, a resumption, another end of its trial. */
import type { SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';
import { seatsDueAt } from './waitingSeats.ts';

/** Notes when a subscription will end. */
export async function saveCancellation(
  db: Queryable,
  id: SubscriptionId,
  cancellation: {
    readonly cancelAt: Instant;
    readonly canceledAt: Instant;
    readonly creditUnused: boolean;
  },
): Promise<void> {
  await db.query(
    `UPDATE subscriptions SET cancel_at = $2, canceled_at = $3, cancel_credit_unused = $4 WHERE id = $1`,
    [
      id,
      formatInstant(cancellation.cancelAt),
      formatInstant(cancellation.canceledAt),
      cancellation.creditUnused,
    ],
  );
}

export async function clearCancellation(db: Queryable, id: SubscriptionId): Promise<void> {
  await db.query(
    `UPDATE subscriptions SET cancel_at = NULL, canceled_at = NULL, cancel_credit_unused = false WHERE id = $1`,
    [id],
  );
}

/** Notes when a subscription will pause, and, where that is known, until when. */
export async function savePause(
  db: Queryable,
  id: SubscriptionId,
  pause: {
    readonly pauseAt: Instant | null;
    readonly creditUnused: boolean;
    readonly resumeAt: Instant | null;
  },
): Promise<void> {
  await db.query(
    `UPDATE subscriptions SET pause_at = $2, pause_credit_unused = $3, resume_at = $4 WHERE id = $1`,
    [id, iso(pause.pauseAt), pause.creditUnused, iso(pause.resumeAt)],
  );
}

export async function saveResumption(db: Queryable, id: SubscriptionId, resumeAt: Instant): Promise<void> {
  await db.query(`UPDATE subscriptions SET resume_at = $2 WHERE id = $1`, [id, formatInstant(resumeAt)]);
}

/** Moves the end of a trial, and of the period that it is, where it has begun. */
export async function saveTrialEnd(
  db: Queryable,
  id: SubscriptionId,
  trial: { readonly end: Instant; readonly reminderAt: Instant | null },
): Promise<void> {
  await db.query(
    `UPDATE subscription_periods p SET ends_at = $2
       FROM subscriptions s
      WHERE s.id = $1 AND p.subscription_id = s.id AND p.index = s.period_index AND p.kind = 'trial'`,
    [id, formatInstant(trial.end)],
  );
  await db.query(
    `UPDATE subscriptions
        SET trial_end = $2, trial_reminder_at = $3, current_period_end = CASE status WHEN 'trialing' THEN $2 ELSE current_period_end END
      WHERE id = $1`,
    [id, formatInstant(trial.end), iso(trial.reminderAt)],
  );
}

/** Notes when something of subscriptions is due next. */
export async function saveNextDue(
  db: Queryable,
  due: readonly { readonly id: SubscriptionId; readonly nextDueAt: Instant | null }[],
): Promise<void> {
  if (due.length === 0) return;
  await db.query(
    `UPDATE subscriptions s SET next_due_at = least(r.next_due_at, ${seatsDueAt})
       FROM json_to_recordset($1) AS r(id text, next_due_at timestamptz) WHERE s.id = r.id`,
    [JSON.stringify(due.map(({ id, nextDueAt }) => ({ id, next_due_at: iso(nextDueAt) })))],
  );
}

function iso(at: Instant | null): string | null {
  return at && formatInstant(at);
}
