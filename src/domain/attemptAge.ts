/** How an attempt without an outcome is asked about: by its key as long as that is known, and only looked up afterwards. */
import { addMilliseconds, type Instant } from './instant.ts';

/** Providers forget idempotency keys after 24 hours (Stripe); an hour before that none is used any more. */
export const keyLifeMs = 23 * 3_600_000;
/** After so long no request with its key can be under way any more: the last left an hour ago or earlier. */
export const lostAfterMs = 24 * 3_600_000;

export interface AskedAttempt {
  /** By the real clock, which providers live by. */
  readonly attemptedAt: Instant;
  /** The provider's name of it, where it has told one. */
  readonly reference: string | null;
}

/**
 * `charge`: with its key, which makes it where it was not made. `look_up`: where it is made already, since a key answers
 * for ever what it answered first, and where its key may be forgotten, since it would be charged a second time.
 */
export function howToAsk({ attemptedAt, reference }: AskedAttempt, now: Instant): 'charge' | 'look_up' {
  if (reference !== null) return 'look_up';
  return now < addMilliseconds(attemptedAt, keyLifeMs) ? 'charge' : 'look_up';
}

/**
 * Whether an attempt that its provider does not know was never made, and never will be. That is safe to say of one for
 * which all of this holds: no answer ever named it; nobody has asked with its key for an hour, far longer than a request
 * waits anywhere on its way or a provider's search lags behind; and from now on its row says `canceled`, so that nobody
 * asks with it again. If it took money all the same, reconciliation finds a charge with the id of a canceled payment and
 * reports it: nothing is recorded, or given back, on a guess.
 */
export function isLost({ attemptedAt, reference }: AskedAttempt, now: Instant): boolean {
  return reference === null && now >= addMilliseconds(attemptedAt, lostAfterMs);
}
