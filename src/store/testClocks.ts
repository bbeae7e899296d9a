/** Test clocks as clients see them. */
import type { TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

export interface TestClockRow {
  readonly id: TestClockId;
  readonly name: string;
  readonly status: 'ready' | 'advancing';
  readonly frozen_time: Instant;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

/** Clocks that are not deleted. */
export const selectTestClocks = `
  SELECT t.id, t.name, t.status, t.frozen_time, t.metadata, t.created
    FROM (SELECT * FROM test_clocks WHERE status <> 'deleted') t`;

export interface NewTestClock {
  readonly id: TestClockId;
  readonly name: string;
  readonly frozenTime: Instant;
  readonly metadata: Record<string, string>;
}

export async function insertTestClock(db: Queryable, clock: NewTestClock): Promise<void> {
  await db.query(
    `INSERT INTO test_clocks (id, name, frozen_time, target_time, metadata) VALUES ($1, $2, $3, $3, $4)
     ON CONFLICT (id) DO NOTHING`,
    [clock.id, clock.name, formatInstant(clock.frozenTime), JSON.stringify(clock.metadata)],
  );
}
