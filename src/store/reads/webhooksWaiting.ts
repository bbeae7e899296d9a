/** What waits to be delivered, and how far the relay is behind: numbers from the first day. */
import type { Queryable } from '../database.ts';
import { readRelayLagSeconds } from '../eventRelay.ts';

export interface WebhooksWaiting {
  /** Deliveries to endpoints that are enabled. */
  readonly count: number;
  /** Age of the oldest of their events. */
  readonly oldestAgeSeconds: number;
  /** Age of the oldest event of which no deliveries are made yet. */
  readonly relayLagSeconds: number;
}

export async function readWebhooksWaiting(db: Queryable): Promise<WebhooksWaiting> {
  const { rows } = await db.query<{ count: number; oldest: number }>(
    `SELECT count(*)::int AS count, coalesce(extract(epoch FROM now() - min(d.created)), 0)::float8 AS oldest
       FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint_id
      WHERE d.status = 'pending' AND w.enabled AND w.deleted_at IS NULL`,
  );
  return {
    count: rows[0]?.count ?? 0,
    oldestAgeSeconds: Math.round(rows[0]?.oldest ?? 0),
    relayLagSeconds: Math.round((await readRelayLagSeconds(db)) ?? 0),
  };
}
