/** Idempotency keys: the same key and request gets the same answer, for 24 hours (api.md, Conventions). */
import type { ApiKeyId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

/**
 * How long a process may be silent about a request before another with its key may take it over. Whoever works on one renews
 * it every `leaseRenewalMs`, so that the key of a process that was killed is free after seconds, and that of a slow one is not.
 */
const leaseSeconds = 10;
export const leaseRenewalMs = 3_000;

export type ClaimedKey =
  | { readonly state: 'mine'; readonly operationId: string }
  | { readonly state: 'answered'; readonly statusCode: number; readonly response: string }
  | { readonly state: 'in_use' }
  | { readonly state: 'other_request' };

interface KeyRow {
  readonly fingerprint: Buffer;
  readonly operation_id: string;
  readonly status_code: number | null;
  /** JSON as it was sent: parsed, its large integers would become floats. */
  readonly response: string | null;
  readonly mine: boolean;
}

/**
 * Takes a key for a request, or says what became of it. A request that died is taken over with the same operation id,
 * so that what it had made is found and not made twice.
 */
export async function claimIdempotencyKey(
  db: Queryable,
  apiKeyId: ApiKeyId,
  key: string,
  fingerprint: Buffer,
  operationId: string,
): Promise<ClaimedKey> {
  const { rows } = await db.query<KeyRow>(
    `WITH claimed AS (
       INSERT INTO idempotency_keys AS k (api_key_id, key, fingerprint, operation_id, locked_until)
       VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))
       ON CONFLICT (api_key_id, key) DO UPDATE
         SET fingerprint = excluded.fingerprint, locked_until = excluded.locked_until,
             operation_id = CASE WHEN k.created < now() - interval '24 hours' THEN excluded.operation_id ELSE k.operation_id END,
             status_code = NULL, response = NULL,
             created = CASE WHEN k.created < now() - interval '24 hours' THEN now() ELSE k.created END
         WHERE k.created < now() - interval '24 hours'
            OR (k.status_code IS NULL AND k.locked_until < now() AND k.fingerprint = excluded.fingerprint)
       RETURNING fingerprint, operation_id, status_code, response::text)
     SELECT *, true AS mine FROM claimed
     UNION ALL
     SELECT fingerprint, operation_id, status_code, response::text, false FROM idempotency_keys
      WHERE api_key_id = $1 AND key = $2 AND NOT EXISTS (SELECT FROM claimed)`,
    [apiKeyId, key, fingerprint, operationId, leaseSeconds],
  );
  const [row] = rows;
  if (!row) return { state: 'in_use' }; // made by another at this very moment
  if (row.mine) return { state: 'mine', operationId: row.operation_id };
  if (!row.fingerprint.equals(fingerprint)) return { state: 'other_request' };
  if (row.status_code === null || row.response === null) return { state: 'in_use' };
  return { state: 'answered', statusCode: row.status_code, response: row.response };
}

/** Says that the request is still worked on. One that was answered or given back stays so. */
export async function renewIdempotencyKey(db: Queryable, apiKeyId: ApiKeyId, key: string): Promise<void> {
  await db.query(
    `UPDATE idempotency_keys SET locked_until = now() + make_interval(secs => $3)
      WHERE api_key_id = $1 AND key = $2 AND status_code IS NULL AND locked_until > '-infinity'`,
    [apiKeyId, key, leaseSeconds],
  );
}

export async function saveAnswer(
  db: Queryable,
  apiKeyId: ApiKeyId,
  key: string,
  statusCode: number,
  response: string,
): Promise<void> {
  await db.query(
    `UPDATE idempotency_keys SET status_code = $3, response = $4 WHERE api_key_id = $1 AND key = $2`,
    [apiKeyId, key, statusCode, response],
  );
}

/** Gives a key back after a failure that another try may mend; its operation stays the same. */
export async function releaseIdempotencyKey(db: Queryable, apiKeyId: ApiKeyId, key: string): Promise<void> {
  await db.query(
    `UPDATE idempotency_keys SET locked_until = '-infinity' WHERE api_key_id = $1 AND key = $2 AND status_code IS NULL`,
    [apiKeyId, key],
  );
}
