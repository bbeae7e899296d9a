/** Whom those who sign users in know, and what joins an account to one organization alone. */
import type { OrganizationId, UserId } from '../../domain/ids.ts';
import type { Queryable } from '../database.ts';
import { selectUsers, type UserRow } from './users.ts';

export async function findUserByIdentity(
  db: Queryable,
  issuer: string,
  subject: string,
): Promise<UserRow | undefined> {
  const { rows } = await db.query<UserRow>(
    `${selectUsers} JOIN user_identities i ON i.user_id = t.id WHERE i.issuer = $1 AND i.subject = $2`,
    [issuer, subject],
  );
  return rows[0];
}

/** Locked, so that of two sign-ins at once the second sees what the first has joined to it. */
export async function lockUserOfEmail(db: Queryable, email: string): Promise<UserRow | undefined> {
  const { rows } = await db.query<UserRow>(`${selectUsers} WHERE t.email = $1 FOR UPDATE`, [email]);
  return rows[0];
}

/** Nothing where it is there already. */
export async function insertIdentity(
  db: Queryable,
  issuer: string,
  subject: string,
  userId: UserId,
): Promise<void> {
  await db.query(
    `INSERT INTO user_identities (issuer, subject, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [issuer, subject, userId],
  );
}

export interface AccountTies {
  /** Someone else of the same issuer is this user. */
  readonly known_to_issuer: boolean;
  /** It has another way to sign in, a key, or is in another organization. */
  readonly has_more_than_organization: boolean;
}

/** What joins an account to more than one organization (null: to any). */
export async function readAccountTies(
  db: Queryable,
  userId: UserId,
  issuer: string,
  organizationId: OrganizationId | null,
): Promise<AccountTies> {
  const { rows } = await db.query<AccountTies>(
    `SELECT EXISTS (SELECT FROM user_identities WHERE user_id = $1 AND issuer = $2) AS known_to_issuer,
            EXISTS (SELECT FROM user_identities WHERE user_id = $1 AND issuer <> $2)
            OR EXISTS (SELECT FROM memberships WHERE user_id = $1 AND organization_id IS DISTINCT FROM $3)
            OR EXISTS (SELECT FROM keys WHERE user_id = $1 AND revoked_at IS NULL) AS has_more_than_organization`,
    [userId, issuer, organizationId],
  );
  return rows[0] ?? { known_to_issuer: true, has_more_than_organization: true };
}
