/** Makes a delivery of each event for each endpoint that asks for it, once, whatever commits when. */
import type { Pool } from 'pg';
import type { WebhookEndpointId } from '../domain/ids.ts';
import { inTransaction, type Queryable } from './database.ts';

/** Events of one transaction of the relay. */
const stepEvents = 2_000;

export interface RelayStep {
  /** Those for which something is to be delivered now. */
  readonly endpointIds: readonly WebhookEndpointId[];
  /** Whether there may be more at once. */
  readonly more: boolean;
}

const nothing: RelayStep = { endpointIds: [], more: false };

/**
 * Relays one step. It goes from snapshot to snapshot: what the new one sees and the old one did not is what was committed
 * between them. Whoever changes an object has locked it, so a snapshot that sees one of its events sees those before: with
 * the order of `sequence` within the snapshot, the events of an object are in order, whatever the ids of transactions are.
 */
export async function relayEvents(pool: Pool): Promise<RelayStep> {
  if (!(await hasNews(pool))) return nothing;
  return inTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query(`SELECT FROM event_relay FOR UPDATE SKIP LOCKED`);
    if (rowCount === 0) return nothing; // another process relays
    await tx.query(`UPDATE event_relay SET doing = pg_current_snapshot() WHERE doing IS NULL`);
    const { rows } = await tx.query<{ events: number; endpoint_ids: WebhookEndpointId[] }>(
      `WITH step AS (
         SELECT e.sequence, e.type, e.object_id, e.recorded_xid
           FROM event_relay r
           JOIN event_log e ON e.recorded_xid >= pg_snapshot_xmin(r.done) AND e.recorded_xid < pg_snapshot_xmax(r.doing)
          WHERE NOT pg_visible_in_snapshot(e.recorded_xid, r.done)
            AND pg_visible_in_snapshot(e.recorded_xid, r.doing) AND e.sequence > r.done_sequence
          ORDER BY e.sequence LIMIT ${String(stepEvents)}),
       made AS (
         INSERT INTO webhook_deliveries (endpoint_id, sequence, object_id)
         SELECT w.id, s.sequence, s.object_id
           FROM step s
           JOIN webhook_endpoints w ON w.enabled AND w.deleted_at IS NULL
            AND w.events && ARRAY['*', s.type, split_part(s.type, '.', 1) || '.*']
            AND NOT pg_visible_in_snapshot(s.recorded_xid, w.since)
          ORDER BY s.sequence
         ON CONFLICT DO NOTHING
         RETURNING endpoint_id),
       moved AS (
         UPDATE event_relay SET done_sequence = greatest(done_sequence, (SELECT max(sequence) FROM step)))
       SELECT (SELECT count(*)::int FROM step) AS events,
              (SELECT coalesce(array_agg(DISTINCT endpoint_id), '{}') FROM made) AS endpoint_ids`,
    );
    const { events = 0, endpoint_ids: endpointIds = [] } = rows[0] ?? {};
    const more = events === stepEvents;
    if (!more) await tx.query(`UPDATE event_relay SET done = doing, doing = NULL, done_sequence = 0`);
    return { endpointIds, more };
  });
}

/** Whether anything has been committed that was not relayed: mostly nothing has, and nothing is written then. */
async function hasNews(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ news: boolean }>(
    `SELECT r.doing IS NOT NULL
            OR EXISTS (SELECT FROM event_log e WHERE e.recorded_xid >= pg_snapshot_xmin(r.done)
                          AND NOT pg_visible_in_snapshot(e.recorded_xid, r.done)) AS news
       FROM event_relay r`,
  );
  return rows[0]?.news ?? false;
}

/** How old the oldest event is that is not relayed; null where there is none. */
export async function readRelayLagSeconds(db: Queryable): Promise<number | null> {
  const { rows } = await db.query<{ lag: number | null }>(
    `SELECT extract(epoch FROM now() - min(e.recorded_at))::float8 AS lag
       FROM event_relay r
       JOIN event_log e ON e.recorded_xid >= pg_snapshot_xmin(r.done)
      WHERE NOT pg_visible_in_snapshot(e.recorded_xid, r.done)`,
  );
  return rows[0]?.lag ?? null;
}

/** Endpoints of which something has been due for so long that nobody can be at it. */
export async function findForgottenEndpoints(db: Queryable, seconds: number): Promise<WebhookEndpointId[]> {
  const { rows } = await db.query<{ id: WebhookEndpointId }>(
    `SELECT w.id FROM webhook_endpoints w
      WHERE w.enabled AND w.deleted_at IS NULL
        AND EXISTS (SELECT FROM webhook_deliveries d WHERE d.endpoint_id = w.id AND d.status = 'pending'
                       AND d.next_attempt_at < now() - make_interval(secs => $1))
      ORDER BY w.id`,
    [seconds],
  );
  return rows.map(({ id }) => id);
}

/** Whether anybody is to be told of anything. */
export async function hasEndpoints(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ any: boolean }>(
    `SELECT EXISTS (SELECT FROM webhook_endpoints WHERE deleted_at IS NULL) AS any`,
  );
  return rows[0]?.any ?? false;
}
