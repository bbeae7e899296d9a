/** Keys of users and of organizations: stored as hashes, found by them, last used to the minute. */
import type { GraphId, KeyId, OrganizationId, UserId, VariantId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { RoleName } from '../../domain/permissions/access.ts';
import type { Permission } from '../../domain/permissions/permission.ts';
import type { Queryable } from '../database.ts';
import { hashOf, type KeyKind } from './secrets.ts';

export interface KeyRow {
  readonly id: KeyId;
  readonly kind: KeyKind;
  readonly name: string;
  readonly key_hint: string;
  readonly user_id: UserId | null;
  readonly organization_id: OrganizationId | null;
  readonly graph_id: GraphId | null;
  readonly role: RoleName | null;
  readonly variant_ids: readonly VariantId[] | null;
  readonly capabilities: readonly Permission[] | null;
  readonly created_by: UserId | null;
  readonly created: Instant;
  readonly expires_at: Instant | null;
  readonly revoked_at: Instant | null;
  readonly last_used_at: Instant | null;
}

const columns = `t.id, t.kind, t.name, t.key_hint, t.user_id, t.organization_id, t.graph_id, t.role, t.variant_ids,
         t.capabilities, t.created_by, t.created, t.expires_at, t.revoked_at, t.last_used_at`;

export const selectKeys = `SELECT ${columns} FROM keys t`;

export type NewKey = Omit<KeyRow, 'key_hint' | 'revoked_at' | 'last_used_at'>;

export async function insertKey(db: Queryable, secret: string, row: NewKey): Promise<void> {
  await db.query(
    `INSERT INTO keys (id, kind, name, key_hash, key_hint, user_id, organization_id, graph_id, role, variant_ids,
                       capabilities, created_by, created, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      row.id,
      row.kind,
      row.name,
      hashOf(secret),
      `${secret.slice(0, 3)}…${secret.slice(-4)}`,
      row.user_id,
      row.organization_id,
      row.graph_id,
      row.role,
      row.variant_ids,
      row.capabilities,
      row.created_by,
      formatInstant(row.created),
      row.expires_at === null ? null : formatInstant(row.expires_at),
    ],
  );
}

export async function revokeKey(db: Queryable, id: KeyId, at: Instant): Promise<void> {
  await db.query(`UPDATE keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL`, [
    id,
    formatInstant(at),
  ]);
}

/** The key of a secret that may be used now: of a user that is active, a graph and an organization that are there. */
export async function findUsableKey(
  db: Queryable,
  secret: string,
  now: Instant,
): Promise<KeyRow | undefined> {
  const { rows } = await db.query<KeyRow>({
    name: 'findUsableKey',
    text: `SELECT ${columns} FROM keys t
        LEFT JOIN users u ON u.id = t.user_id
        LEFT JOIN organizations o ON o.id = t.organization_id
        LEFT JOIN graphs g ON g.id = t.graph_id
       WHERE t.key_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)
         AND u.deactivated_at IS NULL AND o.deleted_at IS NULL AND g.deleted_at IS NULL`,
    values: [hashOf(secret), formatInstant(now)],
  });
  return rows[0];
}

/** Writes at most once a minute for each key, however often it is used. */
export async function noteKeyUse(
  db: Queryable,
  { id, last_used_at: last }: Pick<KeyRow, 'id' | 'last_used_at'>,
  now: Instant,
): Promise<void> {
  const minute = (now - (now % 60_000)) as Instant;
  if (last !== null && last >= minute) return;
  await db.query(
    `UPDATE keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)`,
    [id, formatInstant(minute)],
  );
}
