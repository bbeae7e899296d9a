/** Usage events: stored once by (`source`, `id`), whatever is sent, however often. */
import pg from 'pg';
import type { CustomerId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Meter } from '../domain/meter.ts';
import type { Queryable } from './database.ts';
import { meterSql } from './meterSql.ts';

export interface Subject {
  readonly customerId: CustomerId;
  /** The time on the customer's test clock; null for the real one. */
  readonly frozenTime: Instant | null;
}

/** Customers by what events call them: an id or an external id. */
export async function findSubjects(
  db: Queryable,
  subjects: readonly string[],
): Promise<Map<string, Subject>> {
  const { rows } = await db.query<{ subject: string; id: CustomerId; frozen_time: Instant | null }>({
    name: 'findSubjects',
    text: `SELECT found.subject, found.id, t.frozen_time
             FROM (SELECT c.id AS subject, c.id, c.test_clock_id FROM customers c
                    WHERE c.id = ANY($1) AND c.deleted_at IS NULL
                   UNION ALL
                   SELECT c.external_id, c.id, c.test_clock_id FROM customers c
                    WHERE c.external_id = ANY($1) AND c.deleted_at IS NULL) found
             LEFT JOIN test_clocks t ON t.id = found.test_clock_id`,
    values: [subjects],
  });
  return new Map(rows.map((row) => [row.subject, { customerId: row.id, frozenTime: row.frozen_time }]));
}

export interface EventToStore {
  /** Its place in what was sent. */
  readonly index: number;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly customerId: CustomerId;
  /** RFC 3339 in UTC. */
  readonly time: string;
  /** JSON as it was sent, so that numbers stay exact. */
  readonly data: string;
}

export interface InsertedEvents {
  readonly added: number;
  /** The indexes of those without a value that a meter needs: they were not stored. */
  readonly withoutValue: readonly number[];
  /** The indexes of those whose time is archived: they were not stored. One that was stored before is not among them. */
  readonly tooOld: readonly number[];
}

/**
 * Claims the identities and writes the events in one statement: what fails has claimed nothing, and may be sent again.
 * `meters` are those of the events' types. No two events may share an identity.
 */
export async function insertEvents(
  db: Queryable,
  meters: readonly Meter[],
  events: readonly EventToStore[],
): Promise<InsertedEvents> {
  const { rows } = await db.query<{ added: number; without_value: number[]; too_old: number[] }>({
    ...statementFor(meters),
    values: [
      events.map((event) => event.index),
      events.map((event) => event.source),
      events.map((event) => event.id),
      events.map((event) => event.type),
      events.map((event) => event.customerId),
      events.map((event) => event.time),
      `[${events.map((event) => event.data).join(',')}]`,
    ],
  });
  const [row] = rows;
  return { added: row?.added ?? 0, withoutValue: row?.without_value ?? [], tooOld: row?.too_old ?? [] };
}

/** What a meter needs of an event is part of the statement, so it is prepared for the meters that are asked for most. */
const prepared = new Map<string, { readonly name: string; readonly text: string }>();
const preparedLimit = 100;

function statementFor(meters: readonly Meter[]): { readonly name?: string; readonly text: string } {
  const key = meters.map(({ id }) => id).join(' ');
  const known = prepared.get(key);
  if (known) return known;
  const text = insertStatement(meters);
  if (prepared.size >= preparedLimit) return { text };
  const statement = { name: `insertEvents ${String(prepared.size)}`, text };
  prepared.set(key, statement);
  return statement;
}

function insertStatement(meters: readonly Meter[]): string {
  const needs = meters
    .filter(({ aggregation }) => aggregation !== 'count')
    .map((meter) => meterSql(meter))
    .map(({ matches, hasValue }) => `(${matches} AND NOT ${hasValue})`);
  return `
    WITH sent AS MATERIALIZED (
      SELECT * FROM ROWS FROM (unnest($1::int[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]),
                               unnest($5::text[]), unnest($6::timestamptz[]), jsonb_array_elements($7::jsonb))
        AS e(index, source, id, type, customer_id, time, data)
    ), without_value AS MATERIALIZED (
      SELECT e.index FROM sent e WHERE ${needs.join(' OR ') || 'false'}
    ), too_old AS MATERIALIZED (
      -- In this statement, so that nothing comes in beside an archiving. Few are older than any mark.
      SELECT e.index FROM sent e JOIN usage_archive_marks a ON a.customer_id = e.customer_id
       WHERE e.time < (SELECT max(closed_before) FROM usage_archive_marks)
         AND CASE WHEN e.time < a.closed_before
                  THEN (SELECT i.id FROM usage_event_identities i WHERE i.source = e.source AND i.id = e.id) IS NULL END
    ), claimed AS (
      INSERT INTO usage_event_identities (source, id)
      SELECT source, id FROM sent
       WHERE index NOT IN (SELECT index FROM without_value) AND index NOT IN (SELECT index FROM too_old)
       ORDER BY source, id -- two batches with the same events lock them in the same order
      ON CONFLICT DO NOTHING
      RETURNING source, id
    ), added AS (
      INSERT INTO usage_events (source, id, type, customer_id, time, data)
      SELECT s.source, s.id, s.type, s.customer_id, s.time, s.data FROM sent s JOIN claimed USING (source, id)
      RETURNING 1)
    SELECT (SELECT count(*)::int FROM added) AS added,
           coalesce((SELECT array_agg(index) FROM without_value), '{}') AS without_value,
           coalesce((SELECT array_agg(index) FROM too_old), '{}') AS too_old`;
}

/** Makes the partitions that events of now need, where the daily making of them has been missed. */
export async function addUsagePartitions(db: Queryable): Promise<void> {
  await db.query(`SELECT add_usage_partitions()`);
}

/** Whether an insert found no partition for its time. */
export function isPartitionMissing(error: unknown): boolean {
  return (
    error instanceof pg.DatabaseError &&
    error.code === '23514' &&
    error.message.startsWith('no partition of relation')
  );
}
