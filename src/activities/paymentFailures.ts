/** What follows from a payment that failed: when the next attempt is due, dunning, and how the subscription stands. */
import type { PoolClient } from 'pg';
import { isHeld } from '../domain/dunning.ts';
import type { Instant } from '../domain/instant.ts';
import { nextAttemptAt } from '../domain/retrySchedule.ts';
import { saveHeldAttempts } from '../store/collectionHolds.ts';
import { readCollections, type CollectionRow } from '../store/collections.ts';
import {
  findInvoicedSubscriptions,
  lockFailureHistories,
  saveFailedAttempts,
  type FailedAttempt,
  type InvoiceFailure,
} from '../store/invoices.ts';
import { insertNotifications } from '../store/notifications.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { beginDunning, type BegunDunning } from './beginDunning.ts';
import { actionRequiredKey, noticeOf } from './notices.ts';

/** The same whoever has found out that it failed: the answer, a webhook, a poll (semantics.md, section 8). */
export async function recordFailures(
  tx: PoolClient,
  failures: readonly InvoiceFailure[],
  now: Instant,
): Promise<void> {
  if (failures.length === 0) return;
  const histories = await lockFailureHistories(
    tx,
    failures.map((failure) => failure.invoiceId),
  );
  const failedIds = histories.map(({ id }) => id);
  const failureOf = new Map(failures.map((failure) => [failure.invoiceId, failure]));
  const failed = (await readCollections(tx, failedIds)).flatMap((row) => {
    const failure = failureOf.get(row.id);
    return failure ? [{ row, failure, planned: plan(row, failure, now) }] : [];
  });
  await saveFailedAttempts(
    tx,
    failed.map(({ planned }) => planned.attempt),
  );
  await beginDunning(
    tx,
    failed.flatMap(({ row, failure, planned }): BegunDunning[] =>
      row.started_at === null && planned.attempt.firstFailedAt !== null
        ? [{ row, reason: failure.code, paymentMethodId: failure.paymentMethodId }]
        : [],
    ),
    now,
  );
  await saveHeldAttempts(
    tx,
    failed.flatMap(({ row, planned }) =>
      row.started_at === null ? [] : [{ invoiceId: row.id, at: planned.heldAttemptAt }],
    ),
  );
  // Who must do something is asked at once, whatever the campaign says and when.
  await insertNotifications(
    tx,
    failed.flatMap(({ row, failure, planned }) =>
      failure.decline === 'requires_action'
        ? [
            noticeOf(row, {
              key: actionRequiredKey(row.id, planned.attempt.attemptCount),
              kind: 'payment_action_required',
              data: {},
              now,
            }),
          ]
        : [],
    ),
  );
  await settleStatuses(tx, await findInvoicedSubscriptions(tx, failedIds));
}

/** When it is tried next. What is sent is tried by hand alone, and before it is due a failure begins nothing. */
function plan(
  row: CollectionRow,
  failure: InvoiceFailure,
  now: Instant,
): { readonly attempt: FailedAttempt; readonly heldAttemptAt: Instant | null } {
  const isSent = row.collection_method === 'send_invoice';
  const firstFailedAt = row.first_failed_at ?? (isSent ? null : now);
  const attempt = { ...failure, attemptCount: row.attempt_count + 1, firstFailedAt };
  if (isSent || firstFailedAt === null) {
    return { attempt: { ...attempt, nextAttemptAt: null, collectAt: null }, heldAttemptAt: null };
  }
  const { decline, code, advice = null } = failure;
  const planned = nextAttemptAt(
    row.policy.retry,
    firstFailedAt,
    { decline, code, advice },
    row.timezone,
    now,
  );
  const changed = row.payment_method_id !== null && row.payment_method_id !== failure.paymentMethodId;
  const due = changed ? now : planned;
  if (!isHeld({ pausedAt: row.paused_at, promisedUntil: row.promised_until }, now)) {
    return { attempt: { ...attempt, nextAttemptAt: planned, collectAt: due }, heldAttemptAt: null };
  }
  const at = attemptWhileHeld(row, due);
  return { attempt: { ...attempt, nextAttemptAt: at, collectAt: at }, heldAttemptAt: due };
}

/** When an attempt that would be due is made: not in a pause, and not before a promise ends. */
export function attemptWhileHeld(
  { paused_at: pausedAt, promised_until: until }: Pick<CollectionRow, 'paused_at' | 'promised_until'>,
  due: Instant | null,
): Instant | null {
  if (due === null || pausedAt !== null) return null;
  return until !== null && until > due ? until : due;
}
