/** Organizations with their people, groups and roles. */
import {
  customRolesOfOrganization,
  graphsOfOrganization,
  groupsOfMember,
  groupsOfOrganization,
  invitationsOfOrganization,
  keysOfOrganization,
  membersOfGroup,
  membersOfOrganization,
  organizationsById,
  resourceRolesOfGroup,
  resourceRolesOfMember,
  usersById,
  variantsOfGraph,
} from '../../store/reads/organizations.ts';
import {
  invoicesOfOrganization,
  subscriptionsOfOrganization,
} from '../../store/reads/billingOfOrganization.ts';
import { isBuiltInRole, roleNames } from '../../domain/permissions/role.ts';
import { pageOfList, readConnection } from '../connection.ts';
import type { GraphqlContext } from '../context.ts';
import type { InvitationModel, RoleModel } from '../models.ts';
import type { InvitationStatus, Resolvers } from '../generated.ts';
import { nameOf } from '../permissionNames.ts';
import { auditEntriesOfOrganization } from '../../store/reads/auditEntries.ts';
import { entitlementsOf } from './entitlement.ts';
import { rolesIn } from './roles.ts';
import { visibleGraphs } from './visible.ts';

function statusOf({ acceptedAt, withdrawnAt, expiresAt }: InvitationModel, now: number): InvitationStatus {
  if (acceptedAt !== null) return 'ACCEPTED';
  if (withdrawnAt !== null) return 'WITHDRAWN';
  return expiresAt <= now ? 'EXPIRED' : 'OPEN';
}

async function user({ loaders }: GraphqlContext, id: string) {
  const found = await loaders.byId(usersById, id);
  if (!found) throw new Error(`there is no user ${id}`);
  return found;
}

async function nameOfRole({ id }: RoleModel, { loaders }: GraphqlContext): Promise<string> {
  if (isBuiltInRole(id)) return roleNames[id];
  return (await loaders.byId(customRolesOfOrganization, id))?.name ?? id;
}

export const organizationResolvers: Resolvers = {
  Query: {
    organization: (_source, { id }, { loaders }) => loaders.byId(organizationsById, id),
  },
  Organization: {
    roles: ({ id }, _args, context) => rolesIn(context, id),
    graphs: async ({ id }, args, context) => pageOfList(await visibleGraphs(context, id), args),
    graph: async ({ id }, { name }, context) =>
      (await visibleGraphs(context, id)).find((graph) => graph.name === name) ?? null,
    members: ({ id }, args, { loaders }) => readConnection(loaders, membersOfOrganization, id, args),
    invitations: ({ id }, args, { loaders }) => readConnection(loaders, invitationsOfOrganization, id, args),
    groups: ({ id }, args, { loaders }) => readConnection(loaders, groupsOfOrganization, id, args),
    customRoles: ({ id }, args, { loaders }) => readConnection(loaders, customRolesOfOrganization, id, args),
    keys: ({ id }, args, { loaders }) => readConnection(loaders, keysOfOrganization, id, args),
    subscriptions: ({ id }, args, { loaders }) =>
      readConnection(loaders, subscriptionsOfOrganization, id, args),
    invoices: ({ id }, args, { loaders }) => readConnection(loaders, invoicesOfOrganization, id, args),
    entitlements: ({ customerId }, _args, context) => entitlementsOf(context, customerId),
    auditLog: ({ id }, args, { loaders }) =>
      readConnection(loaders, auditEntriesOfOrganization, id, args, ({ number }) => String(number)),
  },
  Member: {
    user: ({ userId }, _args, context) => user(context, userId),
    role: ({ roleId }) => ({ id: roleId }),
    groups: ({ id }, _args, { loaders }) => loaders.list(groupsOfMember, id),
    resourceRoles: ({ id }, _args, { loaders }) => loaders.list(resourceRolesOfMember, id),
  },
  Group: {
    role: ({ roleId }) => (roleId === null ? null : { id: roleId }),
    members: ({ id }, args, { loaders }) => readConnection(loaders, membersOfGroup, id, args),
    resourceRoles: ({ id }, _args, { loaders }) => loaders.list(resourceRolesOfGroup, id),
  },
  Invitation: {
    role: ({ roleId }) => ({ id: roleId }),
    status: (invitation, _args, { call }) => statusOf(invitation, call.now),
  },
  Role: {
    name: (role, _args, context) => nameOfRole(role, context),
    isCustom: ({ id }) => !isBuiltInRole(id),
  },
  CustomRole: { permissions: ({ permissions }) => permissions.map(nameOf) },
  ResourceRole: {
    graph: ({ graphId }, _args, { loaders }) => loaders.byId(graphsOfOrganization, graphId),
    variant: ({ variantId }, _args, { loaders }) =>
      variantId === null ? null : loaders.byId(variantsOfGraph, variantId),
    effect: ({ effect }) => (effect === 'grant' ? 'GRANT' : 'LIMIT'),
    role: ({ roleId }) => ({ id: roleId }),
  },
};
