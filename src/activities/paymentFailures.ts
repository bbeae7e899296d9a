/** What follows from a payment that failed: when the next attempt is due, and how the subscription stands. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/instant.ts';
import { nextAttemptAt } from '../domain/retrySchedule.ts';
import {
  findInvoicedSubscriptions,
  lockFailureHistories,
  saveFailedAttempts,
  type FailureHistory,
  type InvoiceFailure,
} from '../store/invoices.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import { continueRounds } from './backupRound.ts';

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
  const failureOf = new Map(failures.map((failure) => [failure.invoiceId, failure]));
  const failed = histories.flatMap((history) => {
    const failure = failureOf.get(history.id);
    return failure ? [{ history, failure, atOnce: isDueAtOnce(history, failure, now) }] : [];
  });
  const rounds = await continueRounds(
    tx,
    failed
      .filter(({ failure, atOnce }) => !atOnce && failure.decline !== 'requires_action')
      .map(({ failure }) => failure),
    now,
  );
  const attempts = failed.map(({ history, failure, atOnce }) => {
    const round = rounds.get(history.id);
    const attemptCount = history.attempt_count + (failure.counts ? 1 : 0);
    const firstFailedAt = history.first_failed_at ?? now;
    const decline = round?.soft === true ? 'soft' : failure.decline;
    const planned = nextAttemptAt(firstFailedAt, attemptCount, decline, now);
    return {
      ...failure,
      attemptCount,
      firstFailedAt,
      nextAttemptAt: planned,
      collectAt: round?.goesOn === true ? null : atOnce ? now : planned,
    };
  });
  await saveFailedAttempts(tx, attempts);
  const failedIds = histories.map(({ id }) => id);
  await settleStatuses(tx, await findInvoicedSubscriptions(tx, failedIds));
}

/** The customer has chosen another method meanwhile, or another attempt was asked for. */
function isDueAtOnce(history: FailureHistory, failure: InvoiceFailure, now: Instant): boolean {
  const { payment_method_id: method, collect_at: askedFor } = history;
  const changed = method !== null && method !== failure.defaultMethodId;
  return changed || (askedFor !== null && askedFor <= now);
}
