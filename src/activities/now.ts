/** What time it is for someone: the test clock's, for those who live by one, and the real one for all others. */
import type { TestClockId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { readTestClockTime } from '../store/clockTime.ts';
import type { Queryable } from '../store/database.ts';

export async function currentTime(db: Queryable, testClockId: TestClockId | null): Promise<Instant> {
  return testClockId === null ? (Date.now() as Instant) : readTestClockTime(db, testClockId);
}
