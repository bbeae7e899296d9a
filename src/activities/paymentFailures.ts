/** What follows from a payment that failed: backups, the next attempt, dunning, and how the subscription stands. */
import type { PoolClient } from 'pg';
import { isHeld } from '../domain/dunning.ts';
import type { Instant } from '../domain/instant.ts';
import { nextAttemptAt } from '../domain/retrySchedule.ts';
import { saveHeldAttempts } from '../store/collectionHolds.ts';
import { readCollections, type CollectionRow } from '../store/collections.ts';
import {
  lockFailureHistories,
  saveFailedAttempts,
  type FailedAttempt,
  type InvoiceFailure,
} from '../store/collectableInvoices.ts';
import { findInvoicedSubscriptions } from '../store/invoices.ts';
import { insertNotifications, type NewNotification } from '../store/notifications.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { continueRounds, type ContinuedRound } from './backupRound.ts';
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
  const plannedBefore = new Map(histories.map((history) => [history.id, history.next_attempt_at]));
  const failureOf = new Map(failures.map((failure) => [failure.invoiceId, failure]));
  const read = (await readCollections(tx, failedIds)).flatMap((row) => {
    const failure = failureOf.get(row.id);
    return failure ? [{ row, failure, atOnce: isDueAtOnce(row, failure, now) }] : [];
  });
  const rounds = await continueRounds(
    tx,
    read
      .filter(({ failure, atOnce }) => !atOnce && failure.decline !== 'requires_action')
      .map(({ failure }) => failure),
    now,
  );
  const failed = read.map((each) => ({
    ...each,
    planned: plan(each, rounds.get(each.row.id), plannedBefore.get(each.row.id) ?? null, now),
  }));
  await saveFailedAttempts(
    tx,
    failed.map(({ planned }) => planned.attempt),
  );
  await beginDunning(
    tx,
    failed.flatMap(({ row, failure, planned }): BegunDunning[] =>
      row.started_at === null && planned.attempt.firstFailedAt !== null
        ? [{ row, reason: failure.code, paymentMethodId: failure.defaultMethodId }]
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
  await insertNotifications(
    tx,
    failed.flatMap(({ row, failure, planned }): NewNotification[] =>
      failure.decline === 'requires_action'
        ? [askForAction(row, failure, planned.attempt.attemptCount, now)]
        : [],
    ),
  );
  await settleStatuses(tx, await findInvoicedSubscriptions(tx, failedIds));
}

/** Who is on the pay page is at its bank just now, and needs no mail unless it leaves that undone for so long. */
const pageWaitMinutes = 15;

/** Who must do something is asked at once, whatever the campaign says and when. */
function askForAction(
  row: CollectionRow,
  { isOnPage = false }: InvoiceFailure,
  attemptCount: number,
  now: Instant,
): NewNotification {
  const key = actionRequiredKey(row.id, attemptCount);
  const notice = noticeOf(row, { key, kind: 'payment_action_required', data: {}, now });
  return isOnPage ? { ...notice, waitMinutes: pageWaitMinutes } : notice;
}

/** The customer has chosen another method meanwhile, or another attempt was asked for. */
function isDueAtOnce(row: CollectionRow, failure: InvoiceFailure, now: Instant): boolean {
  const { payment_method_id: method, collect_at: askedFor } = row;
  const changed =
    method !== null && method !== failure.defaultMethodId && row.collection_method !== 'send_invoice';
  return changed || (askedFor !== null && askedFor <= now);
}

interface Failed {
  readonly row: CollectionRow;
  readonly failure: InvoiceFailure;
  readonly atOnce: boolean;
}

/** When it is tried next. What is sent is tried by hand alone, and before it is due a failure begins nothing. */
function plan(
  { row, failure, atOnce }: Failed,
  round: ContinuedRound | undefined,
  plannedBefore: Instant | null,
  now: Instant,
): { readonly attempt: FailedAttempt; readonly heldAttemptAt: Instant | null } {
  const isSent = row.collection_method === 'send_invoice';
  const firstFailedAt = row.first_failed_at ?? (isSent ? null : now);
  const attemptCount = row.attempt_count + (failure.counts ? 1 : 0);
  const attempt = { ...failure, attemptCount, firstFailedAt };
  if (isSent || firstFailedAt === null) {
    const collectAt = atOnce ? now : null;
    return { attempt: { ...attempt, nextAttemptAt: null, collectAt }, heldAttemptAt: null };
  }
  const held = isHeld({ pausedAt: row.paused_at, promisedUntil: row.promised_until }, now);
  const scheduled =
    failure.isAside && row.first_failed_at !== null
      ? held
        ? row.held_attempt_at
        : plannedBefore
      : nextAttemptAt(row.policy.retry, firstFailedAt, worthOf(failure, round), row.timezone, now);
  const planned = latest(scheduled, failure.notBefore ?? null);
  const due = atOnce ? now : planned;
  const goesOn = round?.goesOn === true;
  if (!held) {
    const collectAt = goesOn ? null : due;
    return { attempt: { ...attempt, nextAttemptAt: planned, collectAt }, heldAttemptAt: null };
  }
  const at = attemptWhileHeld(row, due);
  return {
    attempt: { ...attempt, nextAttemptAt: at, collectAt: goesOn ? null : at },
    heldAttemptAt: due,
  };
}

const latest = (one: Instant | null, other: Instant | null): Instant | null =>
  one === null || other === null ? (one ?? other) : one > other ? one : other;

/** Which failure says whether another try is worth while. */
function worthOf(
  { isAside, decline, code, advice = null }: InvoiceFailure,
  round: ContinuedRound | undefined,
) {
  // Nothing is known of the default yet.
  if (isAside) return { decline: 'soft', code, advice: null } as const;
  // What the bank advises is of one method: another of the round may work another day.
  return round?.soft === true && decline !== 'soft'
    ? ({ decline: 'soft', code, advice: null } as const)
    : { decline, code, advice };
}

/** When an attempt that would be due is made: not in a pause, and not before a promise ends. */
export function attemptWhileHeld(
  { paused_at: pausedAt, promised_until: until }: Pick<CollectionRow, 'paused_at' | 'promised_until'>,
  due: Instant | null,
): Instant | null {
  if (due === null || pausedAt !== null) return null;
  return until !== null && until > due ? until : due;
}
