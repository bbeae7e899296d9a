/** How often somebody may try what nobody should try often: signing in, user codes, asking for a device's code. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { TryLaterError } from '../errors.ts';

const minuteSeconds = 60;
const limiters = {
  /** From one address. */
  sign_in: new RateLimiterMemory({ keyPrefix: 'sign_in', points: 120, duration: minuteSeconds }),
  device: new RateLimiterMemory({ keyPrefix: 'device', points: 60, duration: minuteSeconds }),
  /** By one user: a code has 20^8 forms and lives 15 minutes. */
  user_code: new RateLimiterMemory({ keyPrefix: 'user_code', points: 10, duration: minuteSeconds }),
};

/** Throws a `TryLaterError` 429. */
export async function limit(what: keyof typeof limiters, subject: string): Promise<void> {
  try {
    await limiters[what].consume(subject);
  } catch (rejected) {
    if (!(rejected instanceof RateLimiterRes)) throw rejected;
    const seconds = Math.max(1, Math.ceil(rejected.msBeforeNext / 1000));
    throw new TryLaterError(
      429,
      'rate_limited',
      'That was tried too often. Wait a minute, and try again.',
      seconds,
    );
  }
}
