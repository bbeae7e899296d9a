/**
 * What happened, in order: written with what it tells of. What a row's own change tells is written by the database itself
 * (migrations/0020_events.sql); here is what only those know who decided it.
 */
import type { EventType } from '../domain/eventTypes.ts';
import type { CustomerId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

export interface NewEvent {
  readonly type: EventType;
  /** What it is about; its events are delivered in the order in which they were written. Lock it before. */
  readonly objectId: string;
  /** Null: of nobody's. */
  readonly customerId: CustomerId | null;
  readonly subscriptionId: SubscriptionId | null;
  /** By the customer's clock. */
  readonly occurredAt: Instant;
  /** Ids, amounts in minor units, statuses; nothing of a person. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Writes events, however many, by one statement. */
export async function recordEvents(db: Queryable, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db.query(
    `INSERT INTO event_log (type, object_id, customer_id, subscription_id, test_clock_id, occurred_at, data)
     SELECT r.type, r.object_id, r.customer_id, r.subscription_id, c.test_clock_id, r.occurred_at, r.data
       FROM ROWS FROM (json_to_recordset($1) AS (type text, object_id text, customer_id text, subscription_id text,
                                                 occurred_at timestamptz, data jsonb))
            WITH ORDINALITY AS r (type, object_id, customer_id, subscription_id, occurred_at, data, nth)
       LEFT JOIN customers c ON c.id = r.customer_id
      ORDER BY r.nth`,
    [
      JSON.stringify(
        events.map(({ type, objectId, customerId, subscriptionId, occurredAt, data }) => ({
          type,
          object_id: objectId,
          customer_id: customerId,
          subscription_id: subscriptionId,
          occurred_at: formatInstant(occurredAt),
          data,
        })),
      ),
    ],
  );
}
