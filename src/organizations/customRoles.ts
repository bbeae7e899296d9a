/** Custom roles, where the plan has them: defined by Org Admins alone, of permissions that cannot make one of a member. */
import { BillingError } from '../domain/errors.ts';
import type { CustomRoleId, OrganizationId } from '../domain/ids.ts';
import {
  mayBeGiven,
  permissions as allPermissions,
  type Permission,
} from '../domain/permissions/permission.ts';
import { newId } from '../store/newId.ts';
import { readWindow, type Slice, type Window } from '../store/organizations/keyset.ts';
import {
  deleteCustomRole,
  insertCustomRole,
  selectCustomRoles,
  updateCustomRole,
  type CustomRoleChange,
  type CustomRoleRow,
} from '../store/organizations/roles.ts';
import { change, type Changed } from './change.ts';
import { requireAccess } from './decide.ts';
import { differences } from './differences.ts';
import { findAllowed } from './findAllowed.ts';
import { freeName, requireName } from './names.ts';
import { rowOf } from './rowOf.ts';
import type { OrganizationDependencies, Request } from './request.ts';

type ChangedRole = Changed<{ roleId: CustomRoleId }>;

/** What is given to a role or a key, once each and in order. Throws a `BillingError` 400 for what stays with Org Admins. */
export function grantable(given: readonly Permission[], param: string): readonly Permission[] {
  const kept = given.filter((permission) => !mayBeGiven(permission));
  if (kept.length > 0) {
    throw new BillingError(
      400,
      'permission_of_org_admins',
      `Org Admins alone have ${kept.map((permission) => `"${permission}"`).join(', ')}. Leave it out.`,
      param,
    );
  }
  return allPermissions.filter((permission) => given.includes(permission));
}

export async function defineRole(
  deps: OrganizationDependencies,
  request: Request,
  input: {
    readonly organizationId: OrganizationId;
    readonly name: string;
    readonly permissions: readonly Permission[];
  },
): Promise<ChangedRole> {
  requireName(freeName, input.name);
  const { organizationId, name } = input;
  const permissions = grantable(input.permissions, 'permissions');
  const asked = { action: 'role.define', of: organizationId, permission: 'role:define', input } as const;
  return change(deps, request, asked, async ({ tx }) => {
    const id = newId('custom_role');
    await insertCustomRole(tx, {
      id,
      organization_id: organizationId,
      name,
      permissions,
      created: request.now,
    });
    return { result: { roleId: id }, audit: { resource: id, before: null, after: { name, permissions } } };
  });
}

/** Whoever has the role has what it says from then on. */
export async function changeRole(
  deps: OrganizationDependencies,
  request: Request,
  { roleId, ...given }: { readonly roleId: CustomRoleId } & CustomRoleChange,
): Promise<ChangedRole> {
  if (given.name !== undefined) requireName(freeName, given.name);
  const to = {
    name: given.name,
    permissions: given.permissions && grantable(given.permissions, 'permissions'),
  };
  const asked = { action: 'role.change', of: roleId, permission: 'role:define', input: given } as const;
  return change(deps, request, asked, async ({ tx }) => {
    const changed = differences(await rowOf<CustomRoleRow>(tx, selectCustomRoles, roleId), to);
    if (!changed) return { result: { roleId } };
    await updateCustomRole(tx, roleId, changed.after);
    return { result: { roleId }, audit: { resource: roleId, ...changed } };
  });
}

/** Also on a plan that has them no more. Throws 409 while a member, a group, an invitation or a key has it. */
export async function deleteRole(
  deps: OrganizationDependencies,
  request: Request,
  roleId: CustomRoleId,
): Promise<ChangedRole> {
  const asked = {
    action: 'role.delete',
    of: roleId,
    permission: 'role:define',
    takesAway: true,
    input: {},
  } as const;
  return change(deps, request, asked, async ({ tx }) => {
    const { name, permissions } = await rowOf<CustomRoleRow>(tx, selectCustomRoles, roleId);
    if (!(await deleteCustomRole(tx, roleId))) {
      throw new BillingError(
        409,
        'role_in_use',
        'A member, a group, an invitation or a key has this role, or had it. Give those another one first.',
      );
    }
    return { result: { roleId }, audit: { resource: roleId, before: { name, permissions }, after: null } };
  });
}

/** The custom roles that the actor may see, in order; undefined for the others. */
export function findRoles(
  deps: OrganizationDependencies,
  asking: Pick<Request, 'actor' | 'now'>,
  ids: readonly CustomRoleId[],
): Promise<readonly (CustomRoleRow | undefined)[]> {
  return findAllowed<CustomRoleRow>(deps, asking, selectCustomRoles, ids, () => 'member:read');
}

/** For all who see members: what the roles are that they have. */
export async function listRoles(
  deps: OrganizationDependencies,
  request: Request,
  organizationId: OrganizationId,
  window: Window,
): Promise<Slice<CustomRoleRow>> {
  await requireAccess(deps, request, 'member:read', organizationId);
  return readWindow(deps.pool, selectCustomRoles, [['organization_id', organizationId]], window);
}
