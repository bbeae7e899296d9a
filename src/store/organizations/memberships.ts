/** Members of organizations. */
import type { MembershipId, OrganizationId, UserId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { RoleName } from '../../domain/permissions/access.ts';
import type { Queryable } from '../database.ts';
import { givenColumns } from '../givenColumns.ts';

export interface MembershipRow {
  readonly id: MembershipId;
  readonly organization_id: OrganizationId;
  readonly user_id: UserId;
  readonly email: string;
  readonly name: string;
  readonly role: RoleName;
  readonly external_id: string | null;
  readonly created: Instant;
  readonly deactivated_at: Instant | null;
  readonly takes_seat: boolean;
}

export const selectMemberships = `
  SELECT t.* FROM (
    SELECT m.id, m.organization_id, m.user_id, u.email, u.name, m.role, m.external_id, m.created, m.deactivated_at,
           EXISTS (SELECT FROM billable_members b WHERE b.membership_id = m.id) AS takes_seat
      FROM memberships m
      JOIN users u ON u.id = m.user_id
      JOIN organizations o ON o.id = m.organization_id
     WHERE o.deleted_at IS NULL) t`;

export interface NewMembership {
  readonly id: MembershipId;
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly role: RoleName;
  readonly externalId: string | null;
  readonly created: Instant;
}

export async function insertMembership(db: Queryable, row: NewMembership): Promise<void> {
  await db.query(
    `INSERT INTO memberships (id, organization_id, user_id, role, external_id, created) VALUES ($1, $2, $3, $4, $5, $6)`,
    [row.id, row.organizationId, row.userId, row.role, row.externalId, formatInstant(row.created)],
  );
}

export interface MembershipChange {
  readonly role?: RoleName | undefined;
  readonly external_id?: string | null | undefined;
  /** RFC 3339, or null for an active member. */
  readonly deactivated_at?: string | null | undefined;
}

export async function updateMembership(
  db: Queryable,
  id: MembershipId,
  change: MembershipChange,
): Promise<void> {
  const fields = givenColumns(change, new Set());
  if (fields.length === 0) return;
  const assignments = fields.map(([column], index) => `${column} = $${String(index + 2)}`);
  await db.query(`UPDATE memberships SET ${assignments.join(', ')} WHERE id = $1`, [
    id,
    ...fields.map(([, value]) => value),
  ]);
}

export async function deleteMembership(db: Queryable, id: MembershipId): Promise<void> {
  await db.query(`DELETE FROM memberships WHERE id = $1`, [id]);
}

/** The member that a user is in an organization, active or not. */
export async function findMembershipOf(
  db: Queryable,
  organizationId: OrganizationId,
  userId: UserId,
): Promise<MembershipRow | undefined> {
  const { rows } = await db.query<MembershipRow>(
    `${selectMemberships} WHERE t.organization_id = $1 AND t.user_id = $2`,
    [organizationId, userId],
  );
  return rows[0];
}
