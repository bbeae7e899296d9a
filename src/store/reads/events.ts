/** Usage events as clients browse them: the last to arrive first. */
import type { CustomerId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';

export interface EventRow {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly customer_id: CustomerId;
  readonly time: Instant;
  /** JSON, with its numbers as they were sent. */
  readonly data: string;
  readonly received_at: Instant;
  readonly voided: boolean;
  readonly test_clock_id: string | null;
  /** The transaction that stored it: with source and id, its place in the list. */
  readonly arrival: string;
}

export interface EventFilters {
  readonly customer?: string | undefined;
  readonly type?: string | undefined;
  readonly source?: string | undefined;
  readonly id?: string | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
}

export type EventPlace = Pick<EventRow, 'arrival' | 'source' | 'id'>;

/** A page of events, and whether there are more. Each type is read from the end of its own index. */
export async function readEvents(
  db: Queryable,
  filters: EventFilters,
  limit: number,
  after: EventPlace | undefined,
): Promise<{ rows: EventRow[]; hasMore: boolean }> {
  const values: unknown[] = [limit + 1];
  const value = (given: unknown): string => `$${String(values.push(given))}`;
  const conditions = ['e.type = t.event_type'];
  const { customer, type, source, id, from, to } = filters;
  if (customer !== undefined) conditions.push(`e.customer_id = ${value(customer)}`);
  if (from !== undefined) conditions.push(`e.time >= ${value(formatInstant(from))}`);
  if (to !== undefined) conditions.push(`e.time < ${value(formatInstant(to))}`);
  if (source !== undefined) conditions.push(`e.source = ${value(source)}`);
  if (id !== undefined) conditions.push(`e.id = ${value(id)}`);
  if (source !== undefined && id !== undefined) {
    conditions.push(
      `e.inserted_xid = (SELECT i.inserted_xid FROM usage_event_identities i WHERE i.source = ${value(source)} AND i.id = ${value(id)})`,
    );
  }
  if (after !== undefined) {
    const [arrival, afterSource, afterId] = [value(after.arrival), value(after.source), value(after.id)];
    conditions.push(
      `(e.inserted_xid <= ${arrival}::xid8 AND (e.inserted_xid < ${arrival}::xid8 OR (e.source, e.id) > (${afterSource}, ${afterId})))`,
    );
  }
  const types = type === undefined ? '' : `WHERE event_type = ${value(type)}`;
  const { rows } = await db.query<EventRow>(
    `SELECT e.source, e.id, e.type, e.customer_id, e.time, e.data::text AS data, e.received_at,
            e.voided_xid IS NOT NULL AS voided, c.test_clock_id, e.inserted_xid::text AS arrival
       FROM (SELECT DISTINCT event_type FROM meters ${types}) t
      CROSS JOIN LATERAL (
        SELECT * FROM usage_events e WHERE ${conditions.join(' AND ')}
         ORDER BY e.inserted_xid DESC, e.source, e.id LIMIT $1) e
       JOIN customers c ON c.id = e.customer_id
      ORDER BY e.inserted_xid DESC, e.source, e.id LIMIT $1`,
    values,
  );
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}
