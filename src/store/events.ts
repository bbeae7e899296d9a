/** Usage events: stored once by (`source`, `id`), whatever is sent, however often. */
import type { CustomerId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

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

/** Which of these event types a meter counts. */
export async function findMeteredTypes(db: Queryable, types: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ event_type: string }>({
    name: 'findMeteredTypes',
    text: `SELECT DISTINCT event_type FROM meters WHERE event_type = ANY($1)`,
    values: [types],
  });
  return new Set(rows.map((row) => row.event_type));
}

export interface EventToStore {
  /** Its place in the array that was sent. */
  readonly position: number;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly customerId: CustomerId;
  readonly time: Instant;
}

/**
 * Claims the identities and writes the events in one statement: what fails has claimed nothing, and may be sent again.
 * `array` is the JSON text as it was sent, so that numbers stay exact. Returns how many were new, and the positions of
 * those without a number that a meter needs.
 */
export async function insertEvents(
  db: Queryable,
  array: string,
  events: readonly EventToStore[],
): Promise<{ added: number; withoutValue: Set<number> }> {
  const { rows } = await db.query<{ added: number; without_value: number[] }>({
    name: 'insertEvents',
    text: `WITH sent AS (
             SELECT r.position, r.source, r.id, r.type, r.customer_id, r.time,
                    coalesce(e.event -> 'data', '{}') AS data
               FROM json_to_recordset($2) AS r(position int, source text, id text, type text, customer_id text, time timestamptz)
               JOIN jsonb_array_elements($1::jsonb) WITH ORDINALITY AS e(event, place) ON e.place = r.position + 1
           ), without_value AS (
             SELECT DISTINCT s.position FROM sent s
               JOIN meters m ON m.event_type = s.type AND m.property IS NOT NULL
              WHERE usage_value(s.data, m.property) IS NULL
           ), added AS (
             INSERT INTO usage_events (source, id, type, customer_id, time, data)
             SELECT source, id, type, customer_id, time, data FROM sent
              WHERE position NOT IN (SELECT position FROM without_value)
              ORDER BY source, id -- two batches with the same events lock them in the same order
             ON CONFLICT (source, id) DO NOTHING
             RETURNING 1)
           SELECT (SELECT count(*)::int FROM added) AS added,
                  coalesce((SELECT array_agg(position) FROM without_value), '{}') AS without_value`,
    values: [
      array,
      JSON.stringify(
        events.map((event) => ({
          position: event.position,
          source: event.source,
          id: event.id,
          type: event.type,
          customer_id: event.customerId,
          time: formatInstant(event.time),
        })),
      ),
    ],
  });
  return { added: rows[0]?.added ?? 0, withoutValue: new Set(rows[0]?.without_value ?? []) };
}
