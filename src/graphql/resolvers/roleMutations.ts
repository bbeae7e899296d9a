/** Changes of groups and roles. */
import { isId } from '../../domain/ids.ts';
import { changeRole, defineRole, deleteRole } from '../../organizations/customRoles.ts';
import {
  addGroupMembers,
  createGroup,
  deleteGroup,
  removeGroupMembers,
  setGroupRole,
  updateGroup,
} from '../../organizations/groups.ts';
import {
  clearResourceRole,
  setResourceRole,
  type ResourceRoleTarget,
} from '../../organizations/resourceRoles.ts';
import {
  customRolesOfOrganization,
  graphsOfOrganization,
  groupsOfOrganization,
  variantsOfGraph,
} from '../../store/reads/organizations.ts';
import type { GraphqlContext } from '../context.ts';
import type { MutationResolvers } from '../generated.ts';
import { permissionOf } from '../permissionNames.ts';
import { callOf, given, made, named, roleNamed } from './made.ts';

interface Target {
  readonly on: string;
  readonly memberId?: string | null | undefined;
  readonly groupId?: string | null | undefined;
}

function targetOf({ on, memberId, groupId }: Target): ResourceRoleTarget {
  return {
    on: isId('variant', on) ? on : named('graph', on),
    membershipId: memberId == null ? undefined : named('membership', memberId),
    groupId: groupId == null ? undefined : named('group', groupId),
  };
}

async function placeOf({ loaders }: GraphqlContext, on: string) {
  const variant = await loaders.byId(variantsOfGraph, on);
  return { variant, graph: await loaders.byId(graphsOfOrganization, variant?.graphId ?? on) };
}

export const roleMutations: MutationResolvers = {
  createGroup: async (_source, { input }, context) => {
    const { groupId } = await createGroup(context.deps, callOf(context, input), {
      organizationId: named('organization', input.organizationId),
      name: input.name,
      externalId: given(input.externalId),
      role: input.role == null ? undefined : roleNamed(input.role),
    });
    return made(input, { group: await context.loaders.byId(groupsOfOrganization, groupId) });
  },
  updateGroup: async (_source, { input }, context) => {
    const { groupId } = await updateGroup(context.deps, callOf(context, input), {
      groupId: named('group', input.groupId),
      name: given(input.name),
      externalId: input.externalId,
    });
    return made(input, { group: await context.loaders.byId(groupsOfOrganization, groupId) });
  },
  setGroupRole: async (_source, { input }, context) => {
    const { groupId } = await setGroupRole(context.deps, callOf(context, input), {
      groupId: named('group', input.groupId),
      role: input.role == null ? null : roleNamed(input.role),
    });
    return made(input, { group: await context.loaders.byId(groupsOfOrganization, groupId) });
  },
  addGroupMembers: async (_source, { input }, context) => {
    const { groupId } = await addGroupMembers(context.deps, callOf(context, input), {
      groupId: named('group', input.groupId),
      membershipIds: input.memberIds.map((id) => named('membership', id)),
    });
    return made(input, { group: await context.loaders.byId(groupsOfOrganization, groupId) });
  },
  removeGroupMembers: async (_source, { input }, context) => {
    const { groupId } = await removeGroupMembers(context.deps, callOf(context, input), {
      groupId: named('group', input.groupId),
      membershipIds: input.memberIds.map((id) => named('membership', id)),
    });
    return made(input, { group: await context.loaders.byId(groupsOfOrganization, groupId) });
  },
  deleteGroup: async (_source, { input }, context) => {
    const { groupId } = await deleteGroup(
      context.deps,
      callOf(context, input),
      named('group', input.groupId),
    );
    return made(input, { groupId });
  },
  createCustomRole: async (_source, { input }, context) => {
    const { roleId } = await defineRole(context.deps, callOf(context, input), {
      organizationId: named('organization', input.organizationId),
      name: input.name,
      permissions: input.permissions.map(permissionOf),
    });
    return made(input, { customRole: await context.loaders.byId(customRolesOfOrganization, roleId) });
  },
  updateCustomRole: async (_source, { input }, context) => {
    const { roleId } = await changeRole(context.deps, callOf(context, input), {
      roleId: named('custom_role', input.roleId),
      name: given(input.name),
      permissions: given(input.permissions)?.map(permissionOf),
    });
    return made(input, { customRole: await context.loaders.byId(customRolesOfOrganization, roleId) });
  },
  deleteCustomRole: async (_source, { input }, context) => {
    const id = named('custom_role', input.roleId);
    const { roleId } = await deleteRole(context.deps, callOf(context, input), id);
    return made(input, { roleId });
  },
  setResourceRole: async (_source, { input }, context) => {
    const { on } = await setResourceRole(context.deps, callOf(context, input), {
      ...targetOf(input),
      effect: input.effect === 'GRANT' ? 'grant' : 'limit',
      role: roleNamed(input.role),
    });
    return made(input, await placeOf(context, on));
  },
  clearResourceRole: async (_source, { input }, context) => {
    const { on } = await clearResourceRole(context.deps, callOf(context, input), targetOf(input));
    return made(input, await placeOf(context, on));
  },
};
