/** What follows from a payment that failed: when the next attempt is due, and how the subscription stands. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/instant.ts';
import { nextAttemptAt } from '../domain/retrySchedule.ts';
import {
  findInvoicedSubscriptions,
  lockFailureHistories,
  saveFailedAttempts,
  type InvoiceFailure,
} from '../store/invoices.ts';
import { settleStatuses } from '../store/subscriptions.ts';

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
  const attempts = histories.flatMap((history) => {
    const failure = failureOf.get(history.id);
    if (!failure) return [];
    const attemptCount = history.attempt_count + 1;
    const firstFailedAt = history.first_failed_at ?? now;
    const planned = nextAttemptAt(firstFailedAt, attemptCount, failure.decline, now);
    const { payment_method_id: method } = history;
    const changed = method !== null && method !== failure.paymentMethodId;
    return [
      {
        ...failure,
        attemptCount,
        firstFailedAt,
        nextAttemptAt: planned,
        collectAt: changed ? now : planned,
      },
    ];
  });
  await saveFailedAttempts(tx, attempts);
  const failedIds = histories.map(({ id }) => id);
  await settleStatuses(tx, await findInvoicedSubscriptions(tx, failedIds));
}
