/** Users: people, whoever signs them in. One for each address. */
import type { MembershipId, UserId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';
import { newId } from '../newId.ts';

export interface UserRow {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  readonly created: Instant;
  readonly deactivated_at: Instant | null;
}

export const selectUsers = `SELECT t.id, t.email, t.name, t.created, t.deactivated_at FROM users t`;

/** The user of an address, made where there is none. The address is in lower case. */
export async function ensureUser(db: Queryable, email: string, name: string, now: Instant): Promise<UserRow> {
  await db.query(
    `INSERT INTO users (id, email, name, created) VALUES ($1, $2, $3, $4) ON CONFLICT (email) DO NOTHING`,
    [newId('user'), email, name, formatInstant(now)],
  );
  const { rows } = await db.query<UserRow>(`${selectUsers} WHERE t.email = $1`, [email]);
  const [row] = rows;
  if (!row) throw new Error('a user is there and is not');
  return row;
}

/** Fails by `users_email_key` where another user has the address. */
export async function updateUser(
  db: Queryable,
  id: UserId,
  { email, name }: { readonly email: string; readonly name: string },
): Promise<void> {
  await db.query(`UPDATE users SET email = $2, name = $3 WHERE id = $1`, [id, email, name]);
}

/** All memberships of those users, wherever they are. */
export async function findMembershipsOf(
  db: Queryable,
  userIds: readonly UserId[],
): Promise<readonly MembershipId[]> {
  const { rows } = await db.query<{ id: MembershipId }>(
    `SELECT m.id FROM memberships m WHERE m.user_id = ANY($1::text[]) ORDER BY m.id`,
    [userIds],
  );
  return rows.map(({ id }) => id);
}
