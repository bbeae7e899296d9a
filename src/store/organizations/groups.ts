/** Groups of members, whose role their members have too. */
import type { GroupId, MembershipId, OrganizationId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { RoleName } from '../../domain/permissions/access.ts';
import type { Queryable } from '../database.ts';
import { givenColumns } from '../givenColumns.ts';

export interface GroupRow {
  readonly id: GroupId;
  readonly organization_id: OrganizationId;
  readonly name: string;
  readonly external_id: string | null;
  /** Null: none in the organization, only what was set for graphs and variants. */
  readonly role: RoleName | null;
  readonly created: Instant;
  /** Whether who is in it may do more, or less, for that. */
  readonly gives_roles: boolean;
}

export const selectGroups = `
  SELECT t.* FROM (
    SELECT g.id, g.organization_id, g.name, g.external_id, g.role, g.created,
           g.role IS NOT NULL OR EXISTS (SELECT FROM resource_roles r WHERE r.group_id = g.id) AS gives_roles
      FROM groups g JOIN organizations o ON o.id = g.organization_id
     WHERE o.deleted_at IS NULL) t`;

export interface NewGroup {
  readonly id: GroupId;
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly externalId: string | null;
  readonly role: RoleName | null;
  readonly created: Instant;
}

export async function insertGroup(db: Queryable, row: NewGroup): Promise<void> {
  await db.query(
    `INSERT INTO groups (id, organization_id, name, external_id, role, created) VALUES ($1, $2, $3, $4, $5, $6)`,
    [row.id, row.organizationId, row.name, row.externalId, row.role, formatInstant(row.created)],
  );
}

export interface GroupChange {
  readonly name?: string | undefined;
  readonly external_id?: string | null | undefined;
  readonly role?: RoleName | null | undefined;
}

export async function updateGroup(db: Queryable, id: GroupId, change: GroupChange): Promise<void> {
  const fields = givenColumns(change, new Set());
  if (fields.length === 0) return;
  const assignments = fields.map(([column], index) => `${column} = $${String(index + 2)}`);
  await db.query(`UPDATE groups SET ${assignments.join(', ')} WHERE id = $1`, [
    id,
    ...fields.map(([, value]) => value),
  ]);
}

/** Deletes a group, with what was set for it. */
export async function deleteGroup(db: Queryable, id: GroupId): Promise<void> {
  await db.query(`DELETE FROM groups WHERE id = $1`, [id]);
}

/** Adds those that are members of the organization and not in the group yet; says which were added. */
export async function addToGroup(
  db: Queryable,
  organizationId: OrganizationId,
  groupId: GroupId,
  membershipIds: readonly MembershipId[],
  now: Instant,
): Promise<readonly MembershipId[]> {
  const { rows } = await db.query<{ membership_id: MembershipId }>(
    `INSERT INTO group_members (organization_id, group_id, membership_id, created)
     SELECT m.organization_id, $2, m.id, $4 FROM memberships m
      WHERE m.organization_id = $1 AND m.id = ANY($3::text[])
     ON CONFLICT DO NOTHING RETURNING membership_id`,
    [organizationId, groupId, membershipIds, formatInstant(now)],
  );
  return rows.map((row) => row.membership_id).sort();
}

/** Says which were in the group. */
export async function removeFromGroup(
  db: Queryable,
  groupId: GroupId,
  membershipIds: readonly MembershipId[],
): Promise<readonly MembershipId[]> {
  const { rows } = await db.query<{ membership_id: MembershipId }>(
    `DELETE FROM group_members WHERE group_id = $1 AND membership_id = ANY($2::text[]) RETURNING membership_id`,
    [groupId, membershipIds],
  );
  return rows.map((row) => row.membership_id).sort();
}

/** How many of those are members of the organization. */
export async function countMembers(
  db: Queryable,
  organizationId: OrganizationId,
  membershipIds: readonly MembershipId[],
): Promise<number> {
  const { rows } = await db.query<{ members: number }>(
    `SELECT count(*)::int AS members FROM memberships WHERE organization_id = $1 AND id = ANY($2::text[])`,
    [organizationId, membershipIds],
  );
  return rows[0]?.members ?? 0;
}

export interface GroupOfMember {
  readonly id: GroupId;
  readonly is_named: boolean;
  readonly is_member: boolean;
}

/** The groups that a member is in, and those with one of those names or external ids. */
export async function findGroupsOfMember(
  db: Queryable,
  organizationId: OrganizationId,
  membershipId: MembershipId,
  names: readonly string[],
): Promise<readonly GroupOfMember[]> {
  const { rows } = await db.query<GroupOfMember>(
    `SELECT * FROM (
       SELECT g.id, g.name = ANY($3::text[]) OR coalesce(g.external_id = ANY($3::text[]), false) AS is_named,
              EXISTS (SELECT FROM group_members gm WHERE gm.group_id = g.id AND gm.membership_id = $2) AS is_member
         FROM groups g WHERE g.organization_id = $1) t
      WHERE t.is_named OR t.is_member ORDER BY t.id`,
    [organizationId, membershipId, names],
  );
  return rows;
}
