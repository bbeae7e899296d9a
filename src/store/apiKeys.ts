/** API keys: stored as a hash, so that nobody who reads the database can use one. */
import { createHash, randomBytes } from 'node:crypto';
import type { ApiKeyId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';
import { newId } from './newId.ts';

export type Scope = 'read' | 'write' | 'usage:write' | 'admin';

export interface ApiKeyRow {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly key_hint: string;
  readonly scopes: Scope[];
  readonly rate_limit: number;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly revoked_at: Instant | null;
}

export const selectApiKeys = `
  SELECT t.id, t.name, t.key_hint, t.scopes, t.rate_limit, t.metadata, t.created, t.revoked_at FROM api_keys t`;

/** Requests a second, where a key was given no limit of its own. */
export const defaultRateLimit = 500;

/** 192 random bits: a hash of it needs no salt and no stretching. */
export function newApiKey(): string {
  return `dk_${randomBytes(24).toString('base64url')}`;
}

export interface NewApiKey {
  readonly id: ApiKeyId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly rateLimit: number;
  readonly metadata: Record<string, string>;
}

export async function insertApiKey(db: Queryable, key: string, row: NewApiKey): Promise<void> {
  await db.query(
    `INSERT INTO api_keys (id, name, key_hash, key_hint, scopes, rate_limit, metadata) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT DO NOTHING`,
    [
      row.id,
      row.name,
      hash(key),
      `…${key.slice(-4)}`,
      row.scopes,
      row.rateLimit,
      JSON.stringify(row.metadata),
    ],
  );
}

/** The key with this secret, revoked or not; undefined where there is none. */
export async function findApiKey(db: Queryable, key: string): Promise<ApiKeyRow | undefined> {
  const { rows } = await db.query<ApiKeyRow>({
    name: 'findApiKey',
    text: `${selectApiKeys} WHERE t.key_hash = $1`,
    values: [hash(key)],
  });
  return rows[0];
}

/** False where there is no such key. Revoked twice is revoked. */
export async function revokeApiKey(db: Queryable, id: ApiKeyId): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1`,
    [id],
  );
  return rowCount === 1;
}

/**
 * Makes sure that there is an admin key: the configured one, or else, where there is none at all, a new one, which is
 * returned to be shown once.
 */
export async function ensureAdminKey(
  db: Queryable,
  configured: string | undefined,
): Promise<string | undefined> {
  const row = { id: newId('api_key'), scopes: ['admin' as const], rateLimit: 10_000, metadata: {} };
  if (configured !== undefined) {
    await insertApiKey(db, configured, { ...row, name: 'API_KEY' });
    return undefined;
  }
  const { rows } = await db.query(
    `SELECT FROM api_keys WHERE 'admin' = ANY(scopes) AND revoked_at IS NULL LIMIT 1`,
  );
  if (rows.length > 0) return undefined;
  const key = newApiKey();
  await insertApiKey(db, key, { ...row, name: 'first admin key' });
  return key;
}

function hash(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
