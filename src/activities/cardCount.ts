/** The cards of a batch's customers, counted for the limit of the card networks (`domain/networkLimit.ts`). */
import type { CustomerId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { countCards, type CardCount } from '../domain/networkLimit.ts';
import { readCards, readVainTries } from '../store/backupMethods.ts';
import type { Queryable } from '../store/database.ts';

/** `customerIds`: one for each attempt that may be made. Only of those named twice one card may be tried twice in the batch. */
export async function countCardsOf(
  db: Queryable,
  customerIds: readonly CustomerId[],
  now: Instant,
): Promise<CardCount> {
  const once = new Set<CustomerId>();
  const twice = new Set<CustomerId>();
  for (const id of customerIds) (once.has(id) ? twice : once).add(id);
  const tries = await readVainTries(db, [...once], now);
  return countCards(tries, await readCards(db, [...twice]), now);
}
