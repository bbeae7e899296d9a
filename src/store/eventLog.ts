/** What happened in the lives of subscriptions, in order: written with what it tells of. */
import type { CustomerId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

export interface NewEvent {
  readonly type: string;
  readonly customerId: CustomerId;
  readonly subscriptionId: SubscriptionId;
  /** By the customer's clock. */
  readonly occurredAt: Instant;
  readonly data: Readonly<Record<string, unknown>>;
}

export async function recordEvents(db: Queryable, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db.query(
    `INSERT INTO event_log (type, customer_id, subscription_id, occurred_at, data)
     SELECT type, customer_id, subscription_id, occurred_at, data
       FROM json_to_recordset($1) AS r(type text, customer_id text, subscription_id text, occurred_at timestamptz, data jsonb)`,
    [
      JSON.stringify(
        events.map(({ type, customerId, subscriptionId, occurredAt, data }) => ({
          type,
          customer_id: customerId,
          subscription_id: subscriptionId,
          occurred_at: formatInstant(occurredAt),
          data,
        })),
      ),
    ],
  );
}
