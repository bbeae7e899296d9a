/** Roles for one graph or variant: set by Org Admins for a member or a group, to widen or to narrow, and cleared. */
import { BillingError, notFound } from '../domain/errors.ts';
import type { GraphId, GroupId, MembershipId, VariantId } from '../domain/ids.ts';
import type { RoleName } from '../domain/permissions/access.ts';
import {
  deleteResourceRole,
  findResourceRole,
  putResourceRole,
  readResourceRoles,
  type ResourceRoleKey,
  type ResourceRoleRow,
} from '../store/organizations/resourceRoles.ts';
import { accessOf, type Found } from './access.ts';
import { requireFeature, requireRole, requireRoleOfPlan } from './assigning.ts';
import { change, type Changed, type Open } from './change.ts';
import { organizationOf, requireAccess } from './decide.ts';
import { unauthenticated } from './denial.ts';
import type { OrganizationDependencies, Request } from './request.ts';

export interface ResourceRoleTarget {
  readonly on: GraphId | VariantId;
  /** For one of both. */
  readonly membershipId?: MembershipId | undefined;
  readonly groupId?: GroupId | undefined;
}

type ChangedResourceRole = Changed<{ on: GraphId | VariantId }>;

/**
 * Puts it in place of what was set there before. Throws a `BillingError` 400 for a role that is of organizations, 404 for a
 * member or a group that is not of this one, `feature_missing` 403 without `roles`, `limit_reached` 403 where it takes a seat.
 */
export async function setResourceRole(
  deps: OrganizationDependencies,
  request: Request,
  input: ResourceRoleTarget & { readonly effect: 'grant' | 'limit'; readonly role: RoleName },
): Promise<ChangedResourceRole> {
  const { on, effect, role } = input;
  if (role === 'org_admin' || role === 'billing_manager') {
    throw new BillingError(
      400,
      'role_of_organization',
      'This role is one in the organization, not on a graph or a variant. Choose another one.',
      'role',
    );
  }
  return write(deps, request, 'role.set_on_resource', input, async (open, key) => {
    const { tx, found } = open;
    requireRole(found, role);
    const before = await findResourceRole(tx, key);
    if (before?.role === role && before.effect === effect) return undefined;
    requireFeature(found, 'roles', on, 'role.set_on_resource');
    requireRoleOfPlan(found, role, on, 'role.set_on_resource');
    await putResourceRole(tx, found.organization.id, key, { effect, role }, request.now);
    return { before: before ? toldOf(before) : null, after: toldOf({ ...named(key), effect, role }) };
  });
}

/** What was set there is no more; nothing where nothing was. Also on a plan that has no such roles. */
export async function clearResourceRole(
  deps: OrganizationDependencies,
  request: Request,
  input: ResourceRoleTarget,
): Promise<ChangedResourceRole> {
  return write(deps, request, 'role.clear_on_resource', input, async ({ tx }, key) => {
    const before = await findResourceRole(tx, key);
    if (!before) return undefined;
    await deleteResourceRole(tx, key);
    return { before: toldOf(before), after: null };
  });
}

/** What was set on a graph, or a variant, itself. */
export async function listResourceRoles(
  deps: OrganizationDependencies,
  request: Request,
  on: GraphId | VariantId,
): Promise<readonly ResourceRoleRow[]> {
  // To see who may do what is to see members.
  const organizationId = await organizationOf(deps, request, 'member:read', 'member:read', on);
  await requireAccess(deps, request, 'member:read', organizationId);
  const [found] = await accessOf(deps, request.actor, [on], request.now);
  if (!found || found.resource.kind === 'organization') return [];
  const { graphId } = found.resource;
  const rows = await readResourceRoles(deps.pool, [graphId]);
  return rows.filter((row) => (row.variant_id ?? row.graph_id) === on);
}

/** Asked of the organization, as roles are its matter, and hidden from those who do not see the graph or variant. */
async function write(
  deps: OrganizationDependencies,
  request: Request,
  action: string,
  input: ResourceRoleTarget & object,
  work: (
    open: Open,
    key: ResourceRoleKey,
  ) => Promise<{ readonly before: object | null; readonly after: object | null } | undefined>,
): Promise<ChangedResourceRole> {
  const { on, membershipId = null, groupId = null } = input;
  if ((membershipId === null) === (groupId === null)) {
    throw new BillingError(400, 'holder_missing', 'Say for which member, or for which group: one of both.');
  }
  if (request.actor.kind === 'anonymous') throw unauthenticated();
  const of = await organizationOf(deps, request, action, 'role:assign', on);
  const asked = { action, of, permission: 'role:assign', input, seats: true } as const;
  return change(deps, request, asked, async (open) => {
    const holder = membershipId ?? groupId ?? '';
    const [resource, held] = await accessOf(deps, request.actor, [on, holder], request.now, open.tx);
    const key = keyOf(resource, { membershipId, groupId });
    if (!key) throw notFound('graph or variant', on, 'on');
    if (held?.organization.id !== open.found.organization.id || !holder) {
      throw notFound('member or group', holder, 'for');
    }
    const done = await work(open, key);
    return { result: { on }, ...(done && { audit: { resource: on, ...done } }) };
  });
}

function keyOf(
  found: Found | undefined,
  holder: Pick<ResourceRoleKey, 'membershipId' | 'groupId'>,
): ResourceRoleKey | undefined {
  if (!found || found.resource.kind === 'organization') return undefined;
  const { resource } = found;
  return {
    ...holder,
    graphId: resource.graphId,
    variantId: resource.kind === 'variant' ? resource.variantId : null,
  };
}

const named = ({ membershipId, groupId }: ResourceRoleKey) => ({
  membership_id: membershipId,
  group_id: groupId,
});

function toldOf({
  membership_id: member,
  group_id: group,
  effect,
  role,
}: Pick<ResourceRoleRow, 'membership_id' | 'group_id' | 'effect' | 'role'>): object {
  return { ...(member !== null && { member }), ...(group !== null && { group }), effect, role };
}
