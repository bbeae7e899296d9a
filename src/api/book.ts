/** Which books are asked for, and what time it is in them: `live` is the business's, each test clock has one of its own. */
import { z } from 'zod';
import type { TestClockId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { readTestClockTime } from '../store/clockTime.ts';
import type { Queryable } from '../store/database.ts';
import { idOf } from './fields.ts';

export type Book = 'live' | TestClockId;

export const book = z
  .union([z.literal('live'), idOf('test_clock')], { error: 'give "live" or the id of a test clock' })
  .default('live');

/** Throws a `BillingError` 404 where there is no such clock. */
export async function timeInBook(db: Queryable, of: Book): Promise<Instant> {
  return of === 'live' ? (Date.now() as Instant) : readTestClockTime(db, of);
}
