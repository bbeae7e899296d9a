/** How often a card may be tried: the card networks fine whoever goes on trying one that its bank declines. */
import { addMilliseconds, type Instant } from './instant.ts';

/** Visa's rule, the stricter one of the two: 15 tries that did not succeed, in 30 days. */
export const triesAtMost = 15;
export const networkWindowMs = 30 * 86_400_000;

/**
 * From when a card may be tried again; `now` or earlier: at once. `tries` are those that did not succeed, over all invoices
 * and in any order: what succeeded is no retry, and is not limited. The window is half-open: a try 30 days ago is out.
 */
export function triedAgainFrom(tries: readonly Instant[], now: Instant): Instant {
  const outAt = tries
    .map((at) => addMilliseconds(at, networkWindowMs))
    .filter((at) => at > now)
    .sort((one, other) => other - one);
  // The 15th newest: when that is out of the window, 14 are left in it.
  return outAt[triesAtMost - 1] ?? now;
}
