/**
 * Roles for one graph or variant: set for a member or a group by whoever manages access to the graph, to widen or to narrow,
 * and cleared. Nobody gives more than it has there; and what a limit keeps somebody from is given back by ending it.
 */
import { BillingError, notFound } from '../domain/errors.ts';
import type { GraphId, GroupId, MembershipId, VariantId } from '../domain/ids.ts';
import type { RoleName } from '../domain/permissions/access.ts';
import { check } from '../domain/permissions/decision.ts';
import {
  deleteResourceRole,
  findResourceRole,
  putResourceRole,
  readResourceRoles,
  type ResourceRoleKey,
  type ResourceRoleRow,
} from '../store/organizations/resourceRoles.ts';
import { accessOf, isStranger } from './access.ts';
import {
  requireFeature,
  requireMayGive,
  requireRole,
  requireRoleOfPlan,
  type GraphResource,
} from './assigning.ts';
import { change, type Changed, type Open } from './change.ts';
import { isHidden, organizationOf, requireAccess } from './decide.ts';
import { hidden, telling, unauthenticated } from './denial.ts';
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
 * member or a group that is not of this one, `permission_denied` 403 for a grant of more than the actor may do there itself,
 * `feature_missing` 403 without `roles`, `limit_reached` 403 where it takes a seat that the plan has not.
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
  return write(deps, request, 'role.set_on_resource', input, async (open, key, resource) => {
    const { tx, found } = open;
    requireRole(found, role);
    const before = await findResourceRole(tx, key);
    if (before?.role === role && before.effect === effect) return undefined;
    if (before?.effect === 'limit') requireMayEndLimit(open, resource, 'role.set_on_resource');
    if (effect === 'grant') requireMayGive(found, role, resource, 'member', 'role.set_on_resource');
    requireFeature(found, 'roles', on, 'role.set_on_resource');
    requireRoleOfPlan(found, role, on, 'role.set_on_resource');
    await putResourceRole(tx, found.organization.id, key, { effect, role }, request.now);
    return { before: before ? toldOf(before) : null, after: toldOf({ ...named(key), effect, role }) };
  });
}

/** Whatever a limit keeps its holder from, who ends it must have: so nobody ends its own. */
function requireMayEndLimit({ found }: Open, resource: GraphResource, action: string): void {
  requireMayGive(found, 'graph_admin', resource, 'member', action);
}

/** What was set there is no more; nothing where nothing was. Also on a plan that has no such roles. */
export async function clearResourceRole(
  deps: OrganizationDependencies,
  request: Request,
  input: ResourceRoleTarget,
): Promise<ChangedResourceRole> {
  return write(deps, request, 'role.clear_on_resource', input, async (open, key, resource) => {
    const { tx } = open;
    const before = await findResourceRole(tx, key);
    if (!before) return undefined;
    if (before.effect === 'limit') requireMayEndLimit(open, resource, 'role.clear_on_resource');
    await deleteResourceRole(tx, key);
    return { before: toldOf(before), after: null };
  });
}

/** What was set on a graph, or a variant, itself: for who manages access to the graph, and who sees members. */
export async function listResourceRoles(
  deps: OrganizationDependencies,
  request: Request,
  on: GraphId | VariantId,
): Promise<readonly ResourceRoleRow[]> {
  const organizationId = await organizationOf(deps, request, 'member:read', 'member:read', on);
  const [found] = await accessOf(deps, request.actor, [on], request.now, deps.pool, 'sight');
  if (!found || found.resource.kind === 'organization') return [];
  const { graphId } = found.resource;
  const graph = { kind: 'graph', organizationId, graphId } as const;
  if (!check(found.access, 'graph_access:manage', graph).allowed) {
    await requireAccess(deps, request, 'member:read', organizationId);
  }
  const rows = await readResourceRoles(deps.pool, [graphId]);
  return rows.filter((row) => (row.variant_id ?? row.graph_id) === on);
}

/** Asked of the graph, also for its variants; hidden from those who do not see the one it is about. */
async function write(
  deps: OrganizationDependencies,
  request: Request,
  action: string,
  input: ResourceRoleTarget & object,
  work: (
    open: Open,
    key: ResourceRoleKey,
    resource: GraphResource,
  ) => Promise<{ readonly before: object | null; readonly after: object | null } | undefined>,
): Promise<ChangedResourceRole> {
  const { on, membershipId = null, groupId = null } = input;
  const holder = membershipId ?? groupId;
  if (holder === null || (membershipId !== null && groupId !== null)) {
    throw new BillingError(400, 'holder_missing', 'Say for which member, or for which group: one of both.');
  }
  if (request.actor.kind === 'anonymous') throw unauthenticated();
  const { graphId: of } = await telling(deps, request, () => seenResource(deps, request, action, on));
  const asked = { action, of, permission: 'graph_access:manage', input, seats: true } as const;
  return change(deps, request, asked, async (open) => {
    const { tx, found } = open;
    const [there, held] = await accessOf(deps, request.actor, [on, holder], request.now, tx, 'sight');
    if (!there || there.resource.kind === 'organization') throw notFound('graph or variant', on, 'on');
    if (held?.organization.id !== found.organization.id) throw notFound('member or group', holder, 'for');
    const { resource } = there;
    const variantId = resource.kind === 'variant' ? resource.variantId : null;
    const key = { membershipId, groupId, graphId: resource.graphId, variantId };
    const done = await work(open, key, resource);
    return { result: { on }, ...(done && { audit: { resource: on, ...done } }) };
  });
}

async function seenResource(
  deps: OrganizationDependencies,
  request: Request,
  action: string,
  on: GraphId | VariantId,
): Promise<GraphResource> {
  const [found] = await accessOf(deps, request.actor, [on], request.now, deps.pool, 'sight');
  if (!found || isStranger(found) || isHidden(found)) throw hidden(action, 'graph_access:manage', on);
  const { resource } = found;
  if (resource.kind === 'organization') throw notFound('graph or variant', on, 'on');
  return resource;
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
