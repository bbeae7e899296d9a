/** Deliveries: what is due at an endpoint, in the order of each object, and what came of it. */
import type { PoolClient } from 'pg';
import type { LoggedEvent } from '../domain/cloudEvent.ts';
import type { WebhookDeliveryId, WebhookEndpointId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { disabledAfterMs, isReceived, type Answer } from '../domain/webhookDelivery.ts';
import type { Queryable } from './database.ts';
import { eventColumns } from './reads/eventLog.ts';

export interface DueDelivery {
  readonly id: WebhookDeliveryId;
  readonly endpoint_id: WebhookEndpointId;
  readonly object_id: string;
  readonly url: string;
  /** Those that have not expired, the latest first. */
  readonly secrets: readonly string[];
  readonly attempt_count: number;
  /** Attempts since it was made, or asked for again. */
  readonly tries: number;
  readonly tried_since: Instant | null;
  readonly event: LoggedEvent;
}

/**
 * Deliveries that are due, but for those that are under way. One that is not settled holds back the later ones of its
 * object; one that is sent again after it was settled neither waits nor holds back.
 */
export async function findDueDeliveries(
  db: Queryable,
  endpointId: WebhookEndpointId,
  now: Instant,
  limit: number,
  underWay: readonly WebhookDeliveryId[],
): Promise<DueDelivery[]> {
  const { rows } = await db.query<Omit<DueDelivery, 'event'> & LoggedEvent & { event_id: LoggedEvent['id'] }>(
    `SELECT ${eventColumns.replace('t.id', 't.id AS event_id')}, d.id, d.endpoint_id, d.attempt_count, d.tries, d.tried_since, w.url,
            ARRAY(SELECT s.secret FROM webhook_secrets s
                   WHERE s.endpoint_id = w.id AND (s.expires_at IS NULL OR s.expires_at > now())
                   ORDER BY s.created DESC) AS secrets
       FROM webhook_deliveries d
       JOIN webhook_endpoints w ON w.id = d.endpoint_id
       JOIN event_log t ON t.sequence = d.sequence
      WHERE d.endpoint_id = $1 AND d.status = 'pending' AND d.next_attempt_at <= $2 AND d.id <> ALL($4)
        AND w.enabled AND w.deleted_at IS NULL
        AND (d.settled_at IS NOT NULL
             OR NOT EXISTS (SELECT FROM webhook_deliveries b
                             WHERE b.endpoint_id = d.endpoint_id AND b.object_id = d.object_id
                               AND b.settled_at IS NULL AND b.sequence < d.sequence))
      ORDER BY d.next_attempt_at, d.sequence
      LIMIT $3`,
    [endpointId, formatInstant(now), limit, underWay],
  );
  return rows.map(({ event_id: eventId, ...row }) => ({ ...row, event: { ...row, id: eventId } }));
}

/** What waits behind one that is to be tried later is looked at later too: nobody has to look through it meanwhile. */
export async function holdBack(db: Queryable, endpointId: WebhookEndpointId, now: Instant): Promise<void> {
  await db.query(
    `UPDATE webhook_deliveries d SET next_attempt_at = b.next_attempt_at
       FROM webhook_deliveries b
      WHERE d.endpoint_id = $1 AND d.status = 'pending' AND d.next_attempt_at <= $2 AND d.settled_at IS NULL
        AND b.endpoint_id = d.endpoint_id AND b.object_id = d.object_id AND b.settled_at IS NULL
        AND b.sequence < d.sequence AND b.next_attempt_at > $2`,
    [endpointId, formatInstant(now)],
  );
}

/**
 * Records what came of an attempt: received, to be tried again (`nextAttemptAt`), or given up. False where another has
 * recorded that attempt before, which changes nothing.
 */
export async function recordAttempt(
  tx: PoolClient,
  delivery: DueDelivery,
  answer: Answer,
  outcome: { readonly error: string | null; readonly nextAttemptAt: Instant | null },
  now: Instant,
): Promise<boolean> {
  const received = isReceived(answer);
  const status = received ? 'succeeded' : outcome.nextAttemptAt === null ? 'failed' : 'pending';
  const { rowCount } = await tx.query(
    `UPDATE webhook_deliveries
        SET status = $3, attempt_count = attempt_count + 1, tries = tries + 1, tried_since = coalesce(tried_since, $4),
            last_attempt_at = $4, next_attempt_at = $5, response_status = $6, response_body = $7, error = $8,
            settled_at = CASE WHEN $3 = 'pending' THEN settled_at ELSE coalesce(settled_at, $4) END
      WHERE id = $1 AND status = 'pending' AND attempt_count = $2`,
    [
      delivery.id,
      delivery.attempt_count,
      status,
      formatInstant(now),
      received || outcome.nextAttemptAt === null ? null : formatInstant(outcome.nextAttemptAt),
      answer.kind === 'answered' ? answer.status : null,
      answer.kind === 'answered' ? answer.body.slice(0, 1024) : null,
      outcome.error,
    ],
  );
  if (rowCount === 0) return false;
  if (status !== 'pending') await release(tx, delivery, now);
  return true;
}

/** What has waited behind it is due now. */
async function release(
  tx: PoolClient,
  { endpoint_id: endpointId, object_id: objectId }: DueDelivery,
  now: Instant,
): Promise<void> {
  await tx.query(
    `UPDATE webhook_deliveries SET next_attempt_at = $3
      WHERE endpoint_id = $1 AND object_id = $2 AND settled_at IS NULL AND tries = 0 AND next_attempt_at > $3`,
    [endpointId, objectId, formatInstant(now)],
  );
}

/** Notes since when nothing has been received by an endpoint; true where that is too long. */
export async function noteReachable(
  tx: PoolClient,
  endpointId: WebhookEndpointId,
  received: boolean,
  now: Instant,
): Promise<boolean> {
  if (received) {
    await tx.query(
      `UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL`,
      [endpointId],
    );
    return false;
  }
  await tx.query(
    `UPDATE webhook_endpoints SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL AND enabled`,
    [endpointId, formatInstant(now)],
  );
  const { rows } = await tx.query<{ failing_since: Instant | null }>(
    `SELECT failing_since FROM webhook_endpoints WHERE id = $1`,
    [endpointId],
  );
  const since = rows[0]?.failing_since ?? now;
  return now - since >= disabledAfterMs;
}

/** Whether the last attempts have all failed. */
export async function isFailing(db: Queryable, endpointId: WebhookEndpointId): Promise<boolean> {
  const { rows } = await db.query<{ failing: boolean }>(
    `SELECT failing_since IS NOT NULL AS failing FROM webhook_endpoints WHERE id = $1`,
    [endpointId],
  );
  return rows[0]?.failing ?? false;
}

export interface Waiting {
  readonly url: string;
  readonly enabled: boolean;
  readonly disabled_reason: string | null;
  readonly failing_since: Instant | null;
  readonly pending: number;
  readonly objects: number;
  readonly oldest: Instant | null;
  readonly next_attempt_at: Instant | null;
  /** Of the latest attempt that failed and is to be made again. */
  readonly last_error: string | null;
}

/** What waits at an endpoint, and since when; undefined where there is no such endpoint. */
export async function findWaiting(
  db: Queryable,
  endpointId: WebhookEndpointId,
): Promise<Waiting | undefined> {
  const { rows } = await db.query<Waiting>(
    `SELECT w.url, w.enabled, w.disabled_reason, w.failing_since, d.*,
            (SELECT l.error FROM webhook_deliveries l
              WHERE l.endpoint_id = w.id AND l.status = 'pending' AND l.last_attempt_at IS NOT NULL
              ORDER BY l.last_attempt_at DESC LIMIT 1) AS last_error
       FROM webhook_endpoints w
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS pending, count(DISTINCT d.object_id)::int AS objects, min(t.recorded_at) AS oldest,
               min(d.next_attempt_at) AS next_attempt_at
          FROM webhook_deliveries d JOIN event_log t ON t.sequence = d.sequence
         WHERE d.endpoint_id = w.id AND d.status = 'pending') d
      WHERE w.id = $1 AND w.deleted_at IS NULL`,
    [endpointId],
  );
  return rows[0];
}

/** Makes a delivery due now, as if it were new, whatever came of it before; false where its endpoint takes nothing. */
export async function retryDelivery(db: Queryable, id: WebhookDeliveryId): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE webhook_deliveries d SET status = 'pending', next_attempt_at = now(), tries = 0, tried_since = NULL
       FROM webhook_endpoints w
      WHERE d.id = $1 AND w.id = d.endpoint_id AND w.enabled AND w.deleted_at IS NULL`,
    [id],
  );
  return rowCount === 1;
}
