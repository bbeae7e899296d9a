/** What was set for members and groups on single graphs and variants. */
import type { GraphId, GroupId, MembershipId, OrganizationId, VariantId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { RoleName } from '../../domain/permissions/access.ts';
import type { Queryable } from '../database.ts';

export interface ResourceRoleRow {
  readonly organization_id: OrganizationId;
  readonly membership_id: MembershipId | null;
  readonly group_id: GroupId | null;
  readonly graph_id: GraphId;
  /** Null: the graph, with all its variants. */
  readonly variant_id: VariantId | null;
  readonly effect: 'grant' | 'limit';
  readonly role: RoleName;
  readonly created: Instant;
}

/** For whom, and on what: one role for each. */
export interface ResourceRoleKey {
  readonly membershipId: MembershipId | null;
  readonly groupId: GroupId | null;
  readonly graphId: GraphId;
  readonly variantId: VariantId | null;
}

const sameKey = `membership_id IS NOT DISTINCT FROM $1 AND group_id IS NOT DISTINCT FROM $2
    AND graph_id = $3 AND variant_id IS NOT DISTINCT FROM $4`;

const valuesOf = ({ membershipId, groupId, graphId, variantId }: ResourceRoleKey) => [
  membershipId,
  groupId,
  graphId,
  variantId,
];

export async function findResourceRole(
  db: Queryable,
  key: ResourceRoleKey,
): Promise<ResourceRoleRow | undefined> {
  const { rows } = await db.query<ResourceRoleRow>(
    `SELECT organization_id, membership_id, group_id, graph_id, variant_id, effect, role, created FROM resource_roles
      WHERE ${sameKey}`,
    valuesOf(key),
  );
  return rows[0];
}

export async function putResourceRole(
  db: Queryable,
  organizationId: OrganizationId,
  key: ResourceRoleKey,
  { effect, role }: Pick<ResourceRoleRow, 'effect' | 'role'>,
  now: Instant,
): Promise<void> {
  await db.query(
    `INSERT INTO resource_roles (membership_id, group_id, graph_id, variant_id, organization_id, effect, role, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (membership_id, group_id, graph_id, variant_id)
     DO UPDATE SET effect = excluded.effect, role = excluded.role, created = excluded.created`,
    [...valuesOf(key), organizationId, effect, role, formatInstant(now)],
  );
}

export async function deleteResourceRole(db: Queryable, key: ResourceRoleKey): Promise<void> {
  await db.query(`DELETE FROM resource_roles WHERE ${sameKey}`, valuesOf(key));
}

/** All that was set on those graphs and their variants, for many at once. */
export async function readResourceRoles(
  db: Queryable,
  graphIds: readonly GraphId[],
): Promise<readonly ResourceRoleRow[]> {
  const { rows } = await db.query<ResourceRoleRow>(
    `SELECT organization_id, membership_id, group_id, graph_id, variant_id, effect, role, created FROM resource_roles
      WHERE graph_id = ANY($1::text[])
      ORDER BY graph_id, variant_id NULLS FIRST, membership_id NULLS LAST, group_id`,
    [graphIds],
  );
  return rows;
}
