/** What follows from a payment that did not succeed (semantics.md, section 8). */
import { addMilliseconds, type Instant } from './instant.ts';

/** `soft`: tried again; `hard`: not before the payment method changes; `requires_action`: the customer is asked. */
export type Decline = 'soft' | 'hard' | 'requires_action';

/** Codes after which the same card will never work; every other decline may pass another day. */
const hardCodes: ReadonlySet<string> = new Set([
  'no_payment_method',
  'expired_card',
  'incorrect_cvc',
  'incorrect_number',
  'lost_card',
  'stolen_card',
  'pickup_card',
  'restricted_card',
  'fraudulent',
  'invalid_account',
  'card_not_supported',
  'currency_not_supported',
]);

export function classifyDecline(code: string): Decline {
  if (code === 'authentication_required') return 'requires_action';
  return hardCodes.has(code) ? 'hard' : 'soft';
}

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
