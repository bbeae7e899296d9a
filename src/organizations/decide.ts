/** Questions before acts: whether somebody may, without doing it; and reads that are refused where it may not. */
import type { OrganizationId } from '../domain/ids.ts';
import { check } from '../domain/permissions/decision.ts';
import type { Decision } from '../domain/permissions/access.ts';
import type { Permission } from '../domain/permissions/permission.ts';
import { isBounded } from '../domain/permissions/plan.ts';
import type { Queryable } from '../store/database.ts';
import { accessOf, isStranger, type Found } from './access.ts';
import { DeniedError, hidden, telling } from './denial.ts';
import type { Actor, OrganizationDependencies, Request } from './request.ts';

/**
 * Decides without telling anybody. Throws a `HiddenError` 404 where there is nothing that the actor may know of, and a
 * `BillingError` 400 where the permission is of a wider kind than the resource.
 */
export async function decide(
  deps: OrganizationDependencies,
  request: Request,
  permission: Permission,
  id: string,
): Promise<Decision> {
  const there = known(await factsFor(deps, request, permission, id), permission, permission, id);
  return check(there.access, permission, there.resource);
}

/**
 * What `id` is, where the actor may do that to it. Throws, and tells the audit log: 404 where it is nobody there, 403 with
 * the reason as its code where it is denied.
 */
export async function requireAccess(
  deps: OrganizationDependencies,
  request: Request,
  permission: Permission,
  id: string,
): Promise<Found> {
  return telling(deps, request, async () => {
    const there = known(await factsFor(deps, request, permission, id), permission, permission, id);
    requireAllowed(there, permission, id, permission);
    return there;
  });
}

/** No more than the decision is made of: of most permissions the plan says nothing, and one statement is enough. */
export async function factsFor(
  deps: OrganizationDependencies,
  { actor, now }: Pick<Request, 'actor' | 'now'>,
  permission: Permission,
  id: string,
  db: Queryable = deps.pool,
): Promise<Found | undefined> {
  const [found] = await accessOf(deps, actor, [id], now, db, isBounded(permission) ? 'all' : 'sight');
  return found;
}

/** The facts of `id`, or a `HiddenError` where the actor must not know of it. */
export function known(
  found: Found | undefined,
  action: string,
  permission: Permission | null,
  id: string,
): Found {
  if (!found || isHidden(found)) throw hidden(action, permission, id);
  return found;
}

/**
 * The organization of `id`, for what is asked of that rather than of the thing itself. Throws, and tells, a `HiddenError` that
 * names `id` alone where the actor is nobody there, also of a public variant.
 */
export async function organizationOf(
  deps: OrganizationDependencies,
  request: Request,
  action: string,
  permission: Permission,
  id: string,
): Promise<OrganizationId> {
  return telling(deps, request, async () => {
    const [found] = await accessOf(deps, request.actor, [id], request.now, deps.pool, 'sight');
    if (!found || isStranger(found) || isHidden(found)) throw hidden(action, permission, id);
    return found.organization.id;
  });
}

/** What nobody there can see: to a stranger all but public variants, to a key of a graph all that is not in its graph. */
export function isHidden(found: Found): boolean {
  const { access, resource } = found;
  if (resource.kind === 'variant' && check(access, 'variant:read', resource).allowed) return false;
  if (isStranger(found)) return true;
  if (access.subject.kind !== 'graph_key' || resource.kind === 'organization') return false;
  const own = resource.kind === 'graph' ? 'graph:read' : 'variant:read';
  return check(access, own, resource).reason === 'key_is_for_another_resource';
}

/**
 * Throws a `DeniedError` where the actor may not. `adding`: how many of what the plan counts; `nothing`: it only takes away,
 * for which the plan need not have the feature any more.
 */
export function requireAllowed(
  found: Found,
  permission: Permission,
  id: string,
  action: string,
  adding: number | 'nothing' = 1,
): void {
  const decision = check(found.access, permission, found.resource, adding === 'nothing' ? 0 : adding);
  if (decision.allowed || (adding === 'nothing' && decision.reason === 'feature_missing')) return;
  // A public variant is known to strangers, but what they try there is nothing for its organization's log to fill with.
  const chain = isStranger(found) ? 'installation' : found.organization.id;
  throw new DeniedError({ action, permission, resource: id, decision, chain });
}

/** Of those ids, what the actor may see, in order; undefined where there is nothing or where it may not. */
export async function findVisible(
  deps: OrganizationDependencies,
  actor: Actor,
  now: Request['now'],
  ids: readonly string[],
  db: Queryable = deps.pool,
): Promise<readonly (Found | undefined)[]> {
  const found = await accessOf(deps, actor, ids, now, db, 'sight');
  return found.map((one) => (one && maySee(one) ? one : undefined));
}

const sight = { organization: 'organization:read', graph: 'graph:read', variant: 'variant:read' } as const;

function maySee(found: Found): boolean {
  return !isHidden(found) && check(found.access, sight[found.resource.kind], found.resource).allowed;
}
