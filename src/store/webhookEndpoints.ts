/** Endpoints that are told of events, and the secrets by which they know who tells. */
import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { WebhookEndpointId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';
import { recordEvents } from './eventLog.ts';
import { givenColumns } from './givenColumns.ts';

export interface WebhookEndpointRow {
  readonly id: WebhookEndpointId;
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string | null;
  readonly enabled: boolean;
  readonly disabled_reason: 'request' | 'gone' | 'failing' | null;
  readonly disabled_at: Instant | null;
  readonly failing_since: Instant | null;
  /** When the secret before the present one expires; null where it has. */
  readonly old_secret_expires_at: Instant | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

/** Endpoints that are not deleted. */
export const selectWebhookEndpoints = `
  SELECT t.*, (SELECT max(s.expires_at) FROM webhook_secrets s
                WHERE s.endpoint_id = t.id AND s.expires_at > now()) AS old_secret_expires_at
    FROM (SELECT id, url, events, description, enabled, disabled_reason, disabled_at, failing_since, metadata, created
            FROM webhook_endpoints WHERE deleted_at IS NULL) t`;

/** 256 random bits, in the form of Standard Webhooks. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

export interface NewWebhookEndpoint {
  readonly id: WebhookEndpointId;
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string | null;
  readonly enabled: boolean;
  readonly metadata: Record<string, string>;
}

/** It is told of what is committed from now on. */
export async function insertWebhookEndpoint(
  tx: PoolClient,
  endpoint: NewWebhookEndpoint,
  secret: string,
): Promise<void> {
  await tx.query(
    `INSERT INTO webhook_endpoints (id, url, events, description, enabled, disabled_reason, disabled_at, metadata)
     VALUES ($1, $2, $3, $4, $5, CASE WHEN NOT $5 THEN 'request' END, CASE WHEN NOT $5 THEN now() END, $6)`,
    [
      endpoint.id,
      endpoint.url,
      endpoint.events,
      endpoint.description,
      endpoint.enabled,
      JSON.stringify(endpoint.metadata),
    ],
  );
  await tx.query(`INSERT INTO webhook_secrets (endpoint_id, secret) VALUES ($1, $2)`, [endpoint.id, secret]);
}

export interface WebhookEndpointChange {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly description?: string | null | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

export async function updateWebhookEndpoint(
  db: Queryable,
  id: WebhookEndpointId,
  change: WebhookEndpointChange,
): Promise<void> {
  const fields = givenColumns(change, new Set(['metadata']));
  if (fields.length === 0) return;
  const assignments = fields.map(([column], index) => `${column} = $${String(index + 2)}`);
  await db.query(
    `UPDATE webhook_endpoints SET ${assignments.join(', ')} WHERE id = $1 AND deleted_at IS NULL`,
    [id, ...fields.map(([, value]) => value)],
  );
}

/** What waits for an endpoint is due at once, with tries as for new ones. Call it first: whoever records an attempt locks deliveries before their endpoint. */
export async function makeWaitingDue(tx: PoolClient, id: WebhookEndpointId): Promise<void> {
  await tx.query(
    `UPDATE webhook_deliveries SET next_attempt_at = now(), tries = 0, tried_since = NULL
      WHERE endpoint_id = $1 AND status = 'pending'`,
    [id],
  );
}

/** What happened since it was disabled is not told. */
export async function enableWebhookEndpoint(tx: PoolClient, id: WebhookEndpointId): Promise<void> {
  await tx.query(
    `UPDATE webhook_endpoints
        SET enabled = true, disabled_reason = NULL, disabled_at = NULL, failing_since = NULL, since = pg_current_snapshot()
      WHERE id = $1 AND NOT enabled AND deleted_at IS NULL`,
    [id],
  );
}

export async function disableWebhookEndpoint(db: Queryable, id: WebhookEndpointId): Promise<void> {
  await db.query(
    `UPDATE webhook_endpoints SET enabled = false, disabled_reason = 'request', disabled_at = now() WHERE id = $1 AND enabled`,
    [id],
  );
}

/** Nothing more is sent to an endpoint that cannot be reached, and an event tells the others. */
export async function giveUpWebhookEndpoint(
  tx: PoolClient,
  id: WebhookEndpointId,
  reason: 'gone' | 'failing',
  now: Instant,
): Promise<void> {
  const { rows } = await tx.query<{ failing_since: Instant | null }>(
    `UPDATE webhook_endpoints SET enabled = false, disabled_reason = $2, disabled_at = now()
      WHERE id = $1 AND enabled RETURNING failing_since`,
    [id, reason],
  );
  if (rows.length === 0) return;
  await recordEvents(tx, [
    {
      type: 'webhook_endpoint.disabled',
      objectId: id,
      customerId: null,
      subscriptionId: null,
      occurredAt: now,
      data: { reason },
    },
  ]);
}

/** What waits for it is given up, and its secrets are forgotten. */
export async function deleteWebhookEndpoint(tx: PoolClient, id: WebhookEndpointId): Promise<void> {
  await tx.query(
    `UPDATE webhook_deliveries
        SET status = 'failed', next_attempt_at = NULL, settled_at = coalesce(settled_at, now()), error = 'its endpoint is deleted'
      WHERE endpoint_id = $1 AND status = 'pending'`,
    [id],
  );
  await tx.query(`DELETE FROM webhook_secrets WHERE endpoint_id = $1`, [id]);
  await tx.query(`UPDATE webhook_endpoints SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL`, [
    id,
  ]);
}

/** The one that was given out goes on to be used beside the new one for so long; one that was older is forgotten. */
export async function rotateWebhookSecret(
  tx: PoolClient,
  id: WebhookEndpointId,
  secret: string,
  overlapSeconds: number,
): Promise<void> {
  await tx.query(`SELECT FROM webhook_endpoints WHERE id = $1 FOR UPDATE`, [id]);
  await tx.query(`DELETE FROM webhook_secrets WHERE endpoint_id = $1 AND expires_at IS NOT NULL`, [id]);
  await tx.query(
    `UPDATE webhook_secrets SET expires_at = now() + make_interval(secs => $2) WHERE endpoint_id = $1`,
    [id, overlapSeconds],
  );
  await tx.query(`INSERT INTO webhook_secrets (endpoint_id, secret) VALUES ($1, $2)`, [id, secret]);
}
