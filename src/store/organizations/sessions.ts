/** Sessions of browsers. A session is over when it is revoked, not used for a while, or old. */
import type { IdentityProviderId, SessionId, UserId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';
import { hashOf } from './secrets.ts';

export interface SessionRow {
  readonly id: SessionId;
  readonly user_id: UserId;
  readonly user_agent: string;
  readonly created: Instant;
  readonly last_used_at: Instant;
  readonly expires_at: Instant;
}

const columns = `s.id, s.user_id, s.user_agent, s.created, s.last_used_at, s.expires_at`;
const isOpen = (now: string, idleSince: string) =>
  `s.revoked_at IS NULL AND s.expires_at > ${now} AND s.last_used_at > ${idleSince}`;

export interface NewSession {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly providerId: IdentityProviderId | null;
  readonly userAgent: string;
  readonly created: Instant;
  readonly expiresAt: Instant;
}

export async function insertSession(db: Queryable, token: string, session: NewSession): Promise<void> {
  const { id, userId, providerId, userAgent, created, expiresAt } = session;
  await db.query(
    `INSERT INTO sessions (id, token_hash, user_id, provider_id, user_agent, created, last_used_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`,
    [id, hashOf(token), userId, providerId, userAgent, formatInstant(created), formatInstant(expiresAt)],
  );
}

/** The open session of a token, of a user that is active. */
export async function findOpenSession(
  db: Queryable,
  token: string,
  now: Instant,
  idleSince: Instant,
): Promise<SessionRow | undefined> {
  const { rows } = await db.query<SessionRow>({
    name: 'findOpenSession',
    text: `SELECT ${columns} FROM sessions s JOIN users u ON u.id = s.user_id
        WHERE s.token_hash = $1 AND u.deactivated_at IS NULL AND ${isOpen('$2', '$3')}`,
    values: [hashOf(token), formatInstant(now), formatInstant(idleSince)],
  });
  return rows[0];
}

/** Writes at most once a minute, however often a session is used. */
export async function noteSessionUse(
  db: Queryable,
  { id, last_used_at: last }: SessionRow,
  now: Instant,
): Promise<void> {
  if (now - last < 60_000) return;
  await db.query(`UPDATE sessions SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`, [
    id,
    formatInstant(now),
  ]);
}

export async function listOpenSessions(
  db: Queryable,
  userId: UserId,
  now: Instant,
  idleSince: Instant,
): Promise<readonly SessionRow[]> {
  const { rows } = await db.query<SessionRow>(
    `SELECT ${columns} FROM sessions s WHERE s.user_id = $1 AND ${isOpen('$2', '$3')} ORDER BY s.id DESC LIMIT 100`,
    [userId, formatInstant(now), formatInstant(idleSince)],
  );
  return rows;
}

export async function revokeSessionOfToken(db: Queryable, token: string, now: Instant): Promise<void> {
  await db.query(`UPDATE sessions SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL`, [
    hashOf(token),
    formatInstant(now),
  ]);
}

/** Whether the user had such a session open. */
export async function revokeSession(
  db: Queryable,
  userId: UserId,
  id: SessionId,
  now: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE sessions SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL`,
    [id, userId, formatInstant(now)],
  );
  return rowCount === 1;
}
