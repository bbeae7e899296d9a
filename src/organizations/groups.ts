/**
 * Groups, by which single sign-on and provisioning give roles. Whoever may manage groups may make them and put members in
 * and out; where being in a group gives or takes rights, that is assigning roles, and takes the right to do so as well: but
 * for provisioning, for which an Org Admin gave the group its role.
 */
import { notFound } from '../domain/errors.ts';
import type { GroupId, MembershipId, OrganizationId } from '../domain/ids.ts';
import type { RoleName } from '../domain/permissions/access.ts';
import { newId } from '../store/newId.ts';
import {
  addToGroup,
  countMembers,
  deleteGroup as deleteGroupRow,
  insertGroup,
  removeFromGroup,
  selectGroups,
  updateGroup as updateGroupRow,
  type GroupRow,
} from '../store/organizations/groups.ts';
import { requireRole, requireRoleOfPlan } from './assigning.ts';
import { change, type Changed } from './change.ts';
import { differences } from './differences.ts';
import { findAllowed } from './findAllowed.ts';
import { freeName, requireName } from './names.ts';
import { isProvisioning, permissionOf } from './provisioning.ts';
import { rowOf } from './rowOf.ts';
import type { OrganizationDependencies, Request } from './request.ts';

type ChangedGroup = Changed<{ groupId: GroupId }>;

export async function createGroup(
  deps: OrganizationDependencies,
  request: Request,
  input: {
    readonly organizationId: OrganizationId;
    readonly name: string;
    readonly role?: RoleName | null | undefined;
    readonly externalId?: string | null | undefined;
  },
): Promise<ChangedGroup> {
  requireName(freeName, input.name);
  const { organizationId, name, role = null, externalId = null } = input;
  const asked = {
    action: 'group.create',
    of: organizationId,
    permission: permissionOf(request, 'group:manage'),
    input,
  } as const;
  return change(deps, request, asked, async ({ tx, found, also }) => {
    if (role !== null) {
      also('role:assign');
      requireRole(found, role);
      requireRoleOfPlan(found, role, organizationId, asked.action);
    }
    const groupId = newId('group');
    await insertGroup(tx, { id: groupId, organizationId, name, externalId, role, created: request.now });
    const after = { name, role, external_id: externalId };
    return { result: { groupId }, audit: { resource: groupId, before: null, after } };
  });
}

/** Renames it, or what single sign-on and provisioning call it. Of a group that gives roles that is assigning them. */
export async function updateGroup(
  deps: OrganizationDependencies,
  request: Request,
  input: {
    readonly groupId: GroupId;
    readonly name?: string | undefined;
    readonly externalId?: string | null | undefined;
  },
): Promise<ChangedGroup> {
  const { groupId, name, externalId } = input;
  if (name !== undefined) requireName(freeName, name);
  const asked = {
    action: 'group.update',
    of: groupId,
    permission: permissionOf(request, 'group:manage'),
    input,
  } as const;
  return change(deps, request, asked, async ({ tx, also }) => {
    const row = await rowOf<GroupRow>(tx, selectGroups, groupId);
    const changed = differences(row, { name, external_id: externalId });
    if (!changed) return { result: { groupId } };
    // By either, single sign-on and provisioning say who is in the group.
    if (row.gives_roles && !isProvisioning(request.actor)) also('role:assign');
    await updateGroupRow(tx, groupId, changed.after);
    return { result: { groupId }, audit: { resource: groupId, ...changed } };
  });
}

/** Throws `limit_reached` 403 where its members would take seats that the plan has not. */
export async function setGroupRole(
  deps: OrganizationDependencies,
  request: Request,
  input: { readonly groupId: GroupId; readonly role: RoleName | null },
): Promise<ChangedGroup> {
  const { groupId, role } = input;
  const asked = {
    action: 'group.set_role',
    of: groupId,
    permission: 'role:assign',
    input,
    seats: true,
  } as const;
  return change(deps, request, asked, async ({ tx, found }) => {
    if (role !== null) requireRole(found, role);
    const changed = differences(await rowOf<GroupRow>(tx, selectGroups, groupId), { role });
    if (!changed) return { result: { groupId } };
    if (role !== null) requireRoleOfPlan(found, role, groupId, asked.action);
    await updateGroupRow(tx, groupId, { role });
    return { result: { groupId }, audit: { resource: groupId, ...changed } };
  });
}

export async function addGroupMembers(
  deps: OrganizationDependencies,
  request: Request,
  input: { readonly groupId: GroupId; readonly membershipIds: readonly MembershipId[] },
): Promise<ChangedGroup> {
  const { groupId, membershipIds } = input;
  const asked = {
    action: 'group.add_members',
    of: groupId,
    permission: permissionOf(request, 'group:manage'),
    input,
    seats: true,
  } as const;
  return change(deps, request, asked, async ({ tx, found, also }) => {
    const group = await rowOf<GroupRow>(tx, selectGroups, groupId);
    if (group.gives_roles && !isProvisioning(request.actor)) also('role:assign');
    const ids = [...new Set(membershipIds)];
    const members = await countMembers(tx, found.organization.id, ids);
    if (members < ids.length) throw notFound('member', ids.join(', '), 'members');
    const added = await addToGroup(tx, found.organization.id, groupId, ids, request.now);
    if (added.length === 0) return { result: { groupId } };
    return { result: { groupId }, audit: { resource: groupId, before: null, after: { members: added } } };
  });
}

export async function removeGroupMembers(
  deps: OrganizationDependencies,
  request: Request,
  input: { readonly groupId: GroupId; readonly membershipIds: readonly MembershipId[] },
): Promise<ChangedGroup> {
  const { groupId, membershipIds } = input;
  const asked = {
    action: 'group.remove_members',
    of: groupId,
    permission: permissionOf(request, 'group:manage'),
    input,
    seats: true,
  } as const;
  return change(deps, request, asked, async ({ tx, also }) => {
    const group = await rowOf<GroupRow>(tx, selectGroups, groupId);
    if (group.gives_roles && !isProvisioning(request.actor)) also('role:assign');
    const removed = await removeFromGroup(tx, groupId, membershipIds);
    if (removed.length === 0) return { result: { groupId } };
    return { result: { groupId }, audit: { resource: groupId, before: { members: removed }, after: null } };
  });
}

export async function deleteGroup(
  deps: OrganizationDependencies,
  request: Request,
  groupId: GroupId,
): Promise<ChangedGroup> {
  const asked = {
    action: 'group.delete',
    of: groupId,
    permission: permissionOf(request, 'group:manage'),
    input: {},
  } as const;
  return change(deps, request, asked, async ({ tx, also }) => {
    const group = await rowOf<GroupRow>(tx, selectGroups, groupId);
    if (group.gives_roles && !isProvisioning(request.actor)) also('role:assign');
    await deleteGroupRow(tx, groupId);
    const before = { name: group.name, role: group.role };
    return { result: { groupId }, audit: { resource: groupId, before, after: null } };
  });
}

/** The groups that the actor may see, in order; undefined for the others. */
export function findGroups(
  deps: OrganizationDependencies,
  asking: Pick<Request, 'actor' | 'now'>,
  ids: readonly GroupId[],
): Promise<readonly (GroupRow | undefined)[]> {
  return findAllowed<GroupRow>(deps, asking, selectGroups, ids, () => 'group:read');
}
