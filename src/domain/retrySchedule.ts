/** When a payment that did not succeed is tried again (semantics.md, section 8). */
import type { Decline } from './decline.ts';
import { addMilliseconds, type Instant } from './instant.ts';

/** Days after the first failure on which the payment is tried again; then no more. */
const retryDays = [1, 3, 5, 7] as const;
const millisecondsPerDay = 86_400_000;

/**
 * When the payment is tried next after `attemptCount` failures (1 after the first), or null: the schedule has ended, or
 * only another payment method can help. Days that have passed meanwhile are not made up for.
 */
export function nextAttemptAt(
  firstFailedAt: Instant,
  attemptCount: number,
  decline: Decline,
  now: Instant,
): Instant | null {
  if (decline !== 'soft') return null;
  const left = retryDays
    .slice(attemptCount - 1)
    .map((days) => addMilliseconds(firstFailedAt, days * millisecondsPerDay));
  return left.find((at) => at > now) ?? null;
}
