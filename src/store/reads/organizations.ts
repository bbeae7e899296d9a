/** Organizations and what they hold, as clients see them over GraphQL: where each list is read from. */
import type {
  CustomerId,
  CustomRoleId,
  GraphId,
  GroupId,
  InvitationId,
  KeyId,
  MembershipId,
  OrganizationId,
  UserId,
  VariantId,
} from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { RoleName } from '../../domain/permissions/access.ts';
import type { Permission } from '../../domain/permissions/permission.ts';
import type { Queryable } from '../database.ts';
import type { Source } from './connections.ts';

export interface OrganizationNode {
  readonly id: OrganizationId;
  readonly name: string;
  readonly customerId: CustomerId;
  readonly createdAt: Instant;
}
const organizationColumns = `t.id, t.name, t.customer_id AS "customerId", t.created AS "createdAt"`;
/** By themselves: `parent` is never asked for. */
export const organizationsById: Source<OrganizationNode> = {
  columns: organizationColumns,
  from: 'organizations t',
  parent: 't.id',
  where: 't.deleted_at IS NULL',
};
/** Of a user, where it is a member. */
export const organizationsOfUser: Source<OrganizationNode> = {
  columns: organizationColumns,
  from: 'organizations t JOIN memberships m ON m.organization_id = t.id AND m.deactivated_at IS NULL',
  parent: 'm.user_id',
  where: 't.deleted_at IS NULL',
};

export interface UserNode {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
}
export const usersById: Source<UserNode> = {
  columns: 't.id, t.email, t.name',
  from: 'users t',
  parent: 't.id',
};

export interface MemberNode {
  readonly id: MembershipId;
  readonly organizationId: OrganizationId;
  readonly userId: UserId;
  readonly roleId: RoleName;
  readonly isDeactivated: boolean;
  readonly joinedAt: Instant;
}
const memberColumns = `t.id, t.organization_id AS "organizationId", t.user_id AS "userId", t.role AS "roleId",
  t.deactivated_at IS NOT NULL AS "isDeactivated", t.created AS "joinedAt"`;
export const membersOfOrganization: Source<MemberNode> = {
  columns: memberColumns,
  from: 'memberships t',
  parent: 't.organization_id',
};
export const membersOfGroup: Source<MemberNode> = {
  columns: memberColumns,
  from: 'memberships t JOIN group_members gm ON gm.membership_id = t.id',
  parent: 'gm.group_id',
};
export const membersOfUser: Source<MemberNode> = {
  columns: memberColumns,
  from: 'memberships t',
  parent: 't.user_id',
};

export interface GroupNode {
  readonly id: GroupId;
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly externalId: string | null;
  readonly roleId: RoleName | null;
  readonly createdAt: Instant;
}
const groupColumns = `t.id, t.organization_id AS "organizationId", t.name, t.external_id AS "externalId", t.role AS "roleId",
  t.created AS "createdAt"`;
export const groupsOfOrganization: Source<GroupNode> = {
  columns: groupColumns,
  from: 'groups t',
  parent: 't.organization_id',
};
export const groupsOfMember: Source<GroupNode> = {
  columns: groupColumns,
  from: 'groups t JOIN group_members gm ON gm.group_id = t.id',
  parent: 'gm.membership_id',
};

export interface InvitationNode {
  readonly id: InvitationId;
  readonly organizationId: OrganizationId;
  readonly email: string;
  readonly roleId: RoleName;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly acceptedAt: Instant | null;
  readonly withdrawnAt: Instant | null;
}
export const invitationsOfOrganization: Source<InvitationNode> = {
  columns: `t.id, t.organization_id AS "organizationId", t.email, t.role AS "roleId", t.created AS "createdAt",
    t.expires_at AS "expiresAt", t.accepted_at AS "acceptedAt", t.withdrawn_at AS "withdrawnAt"`,
  from: 'invitations t',
  parent: 't.organization_id',
};

export interface CustomRoleNode {
  readonly id: CustomRoleId;
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly createdAt: Instant;
}
export const customRolesOfOrganization: Source<CustomRoleNode> = {
  columns: `t.id, t.organization_id AS "organizationId", t.name, t.permissions, t.created AS "createdAt"`,
  from: 'roles t',
  parent: 't.organization_id',
  where: 't.organization_id IS NOT NULL',
};

export interface GraphNode {
  readonly id: GraphId;
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly title: string;
  readonly createdAt: Instant;
}
export const graphsOfOrganization: Source<GraphNode> = {
  columns: `t.id, t.organization_id AS "organizationId", t.name, t.title, t.created AS "createdAt"`,
  from: 'graphs t',
  parent: 't.organization_id',
  where: 't.deleted_at IS NULL',
};

export interface VariantNode {
  readonly id: VariantId;
  readonly organizationId: OrganizationId;
  readonly graphId: GraphId;
  readonly name: string;
  readonly ref: string;
  readonly isPublic: boolean;
  readonly isProtected: boolean;
  readonly createdAt: Instant;
}
/** Without README and description, which may be long: `readVariantTexts`. */
export const variantsOfGraph: Source<VariantNode> = {
  columns: `t.id, t.organization_id AS "organizationId", t.graph_id AS "graphId", t.name, g.name || '@' || t.name AS ref,
    t.is_public AS "isPublic", t.is_protected AS "isProtected", t.created AS "createdAt"`,
  from: 'variants t JOIN graphs g ON g.id = t.graph_id',
  parent: 't.graph_id',
  where: 't.deleted_at IS NULL AND g.deleted_at IS NULL',
};

export interface ResourceRoleNode {
  readonly graphId: GraphId;
  readonly variantId: VariantId | null;
  readonly effect: 'grant' | 'limit';
  readonly roleId: RoleName;
}
const resourceRoles = (parent: 'membership_id' | 'group_id'): Source<ResourceRoleNode> => ({
  columns: `t.graph_id AS "graphId", t.variant_id AS "variantId", t.effect, t.role AS "roleId"`,
  from: `(SELECT r.*, r.graph_id || coalesce(r.variant_id, '') AS id FROM resource_roles r) t`,
  parent: `t.${parent}`,
});
export const resourceRolesOfMember = resourceRoles('membership_id');
export const resourceRolesOfGroup = resourceRoles('group_id');

interface KeyNode {
  readonly id: KeyId;
  readonly name: string;
  readonly hint: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant | null;
  readonly revokedAt: Instant | null;
  readonly lastUsedAt: Instant | null;
}
const keyColumns = `t.id, t.name, t.key_hint AS hint, t.created AS "createdAt", t.expires_at AS "expiresAt",
  t.revoked_at AS "revokedAt", t.last_used_at AS "lastUsedAt"`;

export type PersonalKeyNode = KeyNode;
export const personalKeysOfUser: Source<PersonalKeyNode> = {
  columns: keyColumns,
  from: 'keys t',
  parent: 't.user_id',
  where: `t.kind = 'personal'`,
};

export interface GraphKeyNode extends KeyNode {
  readonly organizationId: OrganizationId;
  readonly graphId: GraphId;
  readonly roleId: RoleName;
  readonly variantIds: readonly VariantId[] | null;
}
export const keysOfGraph: Source<GraphKeyNode> = {
  columns: `${keyColumns}, t.organization_id AS "organizationId", t.graph_id AS "graphId", t.role AS "roleId",
    t.variant_ids AS "variantIds"`,
  from: 'keys t',
  parent: 't.graph_id',
  where: `t.kind = 'graph'`,
};

export interface OrganizationKeyNode extends KeyNode {
  readonly organizationId: OrganizationId;
  readonly kindOfKey: 'operator' | 'service';
  readonly permissions: readonly Permission[];
}
export const keysOfOrganization: Source<OrganizationKeyNode> = {
  columns: `${keyColumns}, t.organization_id AS "organizationId", t.kind AS "kindOfKey", t.capabilities AS permissions`,
  from: 'keys t',
  parent: 't.organization_id',
  where: `t.kind IN ('operator', 'service')`,
};

export async function readVariantTexts(
  db: Queryable,
  ids: readonly string[],
): Promise<Map<string, { readonly readme: string; readonly description: string }>> {
  const { rows } = await db.query<{ id: string; readme: string; description: string }>(
    'SELECT id, readme, description FROM variants WHERE id = ANY($1)',
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
