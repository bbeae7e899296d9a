/** Invitations: open until they are accepted, withdrawn or expired. */
import type { InvitationId, MembershipId, OrganizationId, UserId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { RoleName } from '../../domain/permissions/access.ts';
import type { Queryable } from '../database.ts';
import { readInvitationToken } from './invitationTokens.ts';

export interface InvitationRow {
  readonly id: InvitationId;
  readonly organization_id: OrganizationId;
  readonly email: string;
  readonly role: RoleName;
  readonly invited_by: UserId | null;
  /** How often it was sent: the token of the last one is good. */
  readonly sends: number;
  readonly created: Instant;
  readonly expires_at: Instant;
  readonly accepted_at: Instant | null;
  readonly withdrawn_at: Instant | null;
  readonly membership_id: MembershipId | null;
}

export const selectInvitations = `
  SELECT t.* FROM (
    SELECT i.id, i.organization_id, i.email, i.role, i.invited_by, i.sends, i.created, i.expires_at, i.accepted_at, i.withdrawn_at,
           i.membership_id
      FROM invitations i JOIN organizations o ON o.id = i.organization_id
     WHERE o.deleted_at IS NULL) t`;

export interface NewInvitation {
  readonly id: InvitationId;
  readonly organizationId: OrganizationId;
  readonly email: string;
  readonly role: RoleName;
  readonly invitedBy: UserId | null;
  readonly created: Instant;
  readonly expiresAt: Instant;
}

export async function insertInvitation(db: Queryable, row: NewInvitation): Promise<void> {
  await db.query(
    `INSERT INTO invitations (id, organization_id, email, role, invited_by, created, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      row.id,
      row.organizationId,
      row.email,
      row.role,
      row.invitedBy,
      formatInstant(row.created),
      formatInstant(row.expiresAt),
    ],
  );
}

/** Takes one that has expired out of the way of a new one for its address. */
export async function withdrawExpired(
  db: Queryable,
  organizationId: OrganizationId,
  email: string,
  now: Instant,
): Promise<void> {
  await db.query(
    `UPDATE invitations SET withdrawn_at = $3
      WHERE organization_id = $1 AND email = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at <= $3`,
    [organizationId, email, formatInstant(now)],
  );
}

export async function withdrawInvitation(db: Queryable, id: InvitationId, now: Instant): Promise<void> {
  await db.query(`UPDATE invitations SET withdrawn_at = $2 WHERE id = $1`, [id, formatInstant(now)]);
}

/** Another token for it, from now on; the one before is worth nothing. */
export async function renewInvitation(db: Queryable, id: InvitationId, expiresAt: Instant): Promise<void> {
  await db.query(`UPDATE invitations SET sends = sends + 1, expires_at = $2 WHERE id = $1`, [
    id,
    formatInstant(expiresAt),
  ]);
}

export async function markAccepted(
  db: Queryable,
  id: InvitationId,
  membershipId: MembershipId,
  now: Instant,
): Promise<void> {
  await db.query(`UPDATE invitations SET accepted_at = $2, membership_id = $3 WHERE id = $1`, [
    id,
    formatInstant(now),
    membershipId,
  ]);
}

/** The invitation of a token that was sent last, in whatever state. */
export async function findInvitationOf(db: Queryable, token: string): Promise<InvitationRow | undefined> {
  const named = await readInvitationToken(db, token);
  if (!named) return undefined;
  const { rows } = await db.query<InvitationRow>(`${selectInvitations} WHERE t.id = $1 AND t.sends = $2`, [
    named.invitationId,
    named.sends,
  ]);
  return rows[0];
}

/** What an invitation is to, and as what, by name. */
export async function nameInvited(
  db: Queryable,
  id: InvitationId,
): Promise<{ readonly organization: string; readonly role: string }> {
  const { rows } = await db.query<{ organization: string; role: string }>(
    `SELECT o.name AS organization, r.name AS role
       FROM invitations i JOIN organizations o ON o.id = i.organization_id JOIN roles r ON r.id = i.role
      WHERE i.id = $1`,
    [id],
  );
  const [named] = rows;
  if (!named) throw new Error(`there is no invitation ${id}`);
  return named;
}
