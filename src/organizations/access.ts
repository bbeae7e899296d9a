/** What an actor may be told and do of any number of resources: the facts, read at once, as the domain decides by them. */
import type { CustomerId, OrganizationId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Access, PlanBounds, Resource, Subject } from '../domain/permissions/access.ts';
import type { Queryable } from '../store/database.ts';
import { readFacts, type OrganizationFacts, type ResourceFacts } from '../store/organizations/facts.ts';
import { boundsOf, noBounds } from './bounds.ts';
import type { Actor, OrganizationDependencies } from './request.ts';

/** A resource that exists, with all that decisions on it are made of. */
export interface Found {
  readonly access: Access;
  readonly resource: Resource;
  readonly organization: FoundOrganization;
}

export interface FoundOrganization {
  readonly id: OrganizationId;
  readonly customerId: CustomerId;
  /** By its customer's clock. */
  readonly now: Instant;
  /** Members that take a seat now, without those that are invited; 0 where only sight was asked for. */
  readonly seats: number;
}

/**
 * For each id, in order: what it is, and by what decisions on it are made; undefined where there is no such thing. An id of
 * a member, a group, an invitation, a custom role or a key stands for the organization, or the graph, that it belongs to.
 * One statement for all of them, and `planBounds` once for each organization in which the actor is somebody; for `sight`,
 * which no plan bounds, that statement alone, without what the plan counts (`isBounded` says of what more is needed).
 *
 * That a thing exists is nothing that its actor may know: `isStranger` says whether it must be answered as if it did not.
 */
export async function accessOf(
  deps: OrganizationDependencies,
  actor: Actor,
  ids: readonly string[],
  now: Instant,
  db: Queryable = deps.pool,
  purpose: 'all' | 'sight' = 'all',
): Promise<readonly (Found | undefined)[]> {
  if (ids.length === 0) return [];
  const userId = actor.kind === 'user' ? actor.userId : null;
  const facts = await readFacts(db, ids.filter(mayBeId), userId, now, purpose === 'all');
  const organizations = new Map<OrganizationId, Pick<Found, 'access' | 'organization'>>();
  for (const organization of facts.organizations) {
    organizations.set(organization.id, await accessIn(deps, actor, organization, now, db, purpose));
  }
  const found = new Map<string, Found>();
  for (const resource of facts.resources) {
    const known = organizations.get(resource.organization_id);
    if (known) found.set(resource.id, { ...known, resource: toResource(resource) });
  }
  return ids.map((id) => found.get(id));
}

/** Postgres takes no other text, and asks nothing of what is no id. */
function mayBeId(text: string): boolean {
  return /^[a-z]+_[\w-]{1,60}$/.test(text);
}

/** Whether its actor is nobody there, and must not learn that it exists. */
export function isStranger({ access: { subject }, resource }: Pick<Found, 'access' | 'resource'>): boolean {
  switch (subject.kind) {
    case 'anonymous':
      return true;
    case 'user':
      return subject.organizationRoles.length === 0;
    case 'graph_key':
    case 'organization_key':
      return subject.organizationId !== resource.organizationId;
    case 'operator':
      return false;
  }
}

async function accessIn(
  deps: OrganizationDependencies,
  actor: Actor,
  facts: OrganizationFacts,
  now: Instant,
  db: Queryable,
  purpose: 'all' | 'sight',
): Promise<Pick<Found, 'access' | 'organization'>> {
  const organization = {
    id: facts.id,
    customerId: facts.customer_id,
    now: facts.frozen_ms === null ? now : (facts.frozen_ms as Instant),
    seats: facts.seats,
  };
  const subject = subjectOf(actor, facts, facts.id);
  const resource: Resource = { kind: 'organization', organizationId: facts.id };
  const customRoles = new Map(facts.custom_roles.map(({ id, permissions }) => [id, new Set(permissions)]));
  const nobody = { subject, customRoles, bounds: noBounds };
  // For whom there is nothing to see, as much is asked as for what does not exist.
  if (purpose === 'sight' || isStranger({ access: nobody, resource })) {
    return { access: nobody, organization };
  }
  const bounds: PlanBounds = await boundsOf(deps, db, facts, organization.now);
  return { access: { subject, customRoles, bounds }, organization };
}

/** Who asks, as decisions in that organization see it. */
export function subjectOf(
  actor: Actor,
  facts: Pick<OrganizationFacts, 'membership_id' | 'role' | 'groups' | 'resource_roles'>,
  organizationId: OrganizationId,
): Subject {
  if (actor.kind === 'operator') return { kind: 'operator', mayWrite: actor.mayWrite };
  if (actor.kind !== 'user') return actor;
  if (facts.membership_id === null || facts.role === null) {
    return {
      kind: 'user',
      userId: actor.userId,
      organizationId,
      organizationRoles: [],
      resourceRoles: [],
    };
  }
  const { membership_id: membershipId } = facts;
  const viaMembership = { kind: 'membership', id: membershipId } as const;
  return {
    kind: 'user',
    userId: actor.userId,
    organizationId,
    organizationRoles: [
      { role: facts.role, via: viaMembership },
      ...facts.groups.flatMap(({ id, role }) =>
        role === null ? [] : [{ role, via: { kind: 'group', id } as const }],
      ),
    ],
    resourceRoles: facts.resource_roles.map(({ on, effect, role, group_id: groupId }) => ({
      on,
      effect,
      role,
      via: groupId === null ? viaMembership : ({ kind: 'group', id: groupId } as const),
    })),
  };
}

function toResource(facts: ResourceFacts): Resource {
  const { organization_id: organizationId, graph_id: graphId, variant_id: variantId } = facts;
  if (graphId === null) return { kind: 'organization', organizationId };
  if (variantId === null) return { kind: 'graph', organizationId, graphId };
  return {
    kind: 'variant',
    organizationId,
    graphId,
    variantId,
    isPublic: facts.is_public,
    isProtected: facts.is_protected,
  };
}
