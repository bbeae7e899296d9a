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

/** How often the cards of a batch were tried in vain, those counted that the batch itself is about to try. */
export interface CardCount {
  /** From when a method may be tried; `now` or earlier: at once. */
  readonly triedFrom: (method: string) => Instant;
  /** It is tried now: until its outcome is known, that counts. */
  readonly add: (method: string) => void;
}

/**
 * `tries`: those that were made before, by method. `cards`: what tells that methods are one card; a method that is not in
 * it is a card of its own.
 */
export function countCards(
  tries: ReadonlyMap<string, readonly Instant[]>,
  cards: ReadonlyMap<string, string>,
  now: Instant,
): CardCount {
  const added = new Map<string, number>();
  const cardOf = (method: string) => cards.get(method) ?? method;
  return {
    triedFrom(method) {
      const inBatch = Array.from({ length: added.get(cardOf(method)) ?? 0 }, () => now);
      return triedAgainFrom([...(tries.get(method) ?? []), ...inBatch], now);
    },
    add(method) {
      added.set(cardOf(method), (added.get(cardOf(method)) ?? 0) + 1);
    },
  };
}
