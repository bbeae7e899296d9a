/** Graphs: made with their first variant, changed, deleted. */
import type { GraphId, MembershipId, OrganizationId, VariantId } from '../domain/ids.ts';
import { check } from '../domain/permissions/decision.ts';
import { rolesAboveProtection } from '../domain/permissions/role.ts';
import { newId } from '../store/newId.ts';
import {
  deleteGraph as deleteGraphRow,
  insertGraph,
  selectGraphs,
  updateGraph as updateGraphRow,
  type GraphChange,
  type GraphRow,
} from '../store/organizations/graphs.ts';
import { readByIds, type Slice, type Window } from '../store/organizations/keyset.ts';
import { putResourceRole } from '../store/organizations/resourceRoles.ts';
import { insertVariant } from '../store/organizations/variants.ts';
import type { Found } from './access.ts';
import { accessOf, isStranger } from './access.ts';
import { change, type Changed } from './change.ts';
import { findVisible } from './decide.ts';
import { DeniedError } from './denial.ts';
import { differences } from './differences.ts';
import { listVisible } from './listVisible.ts';
import { graphName, requireName } from './names.ts';
import { rowOf } from './rowOf.ts';
import type { Actor, OrganizationDependencies, Request } from './request.ts';

export interface GraphInput {
  readonly organizationId: OrganizationId;
  /** The part of a ref before the @; unique in its organization. */
  readonly name: string;
  readonly title?: string | undefined;
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Makes a graph with the variant `current`. Whoever is not Graph Admin of all graphs is made that of its own, where the plan
 * has roles for single graphs; it takes no seat, as every role that may create graphs has one. Throws `limit_reached` 403
 * where the plan has no room for graph or variant.
 */
export async function createGraph(
  deps: OrganizationDependencies,
  request: Request,
  input: GraphInput,
): Promise<Changed<{ graphId: GraphId; variantId: VariantId }>> {
  requireName(graphName, input.name);
  return change(
    deps,
    request,
    { action: 'graph.create', of: input.organizationId, permission: 'graph:create', input },
    async ({ tx, found, request: { now } }) => {
      const { organizationId } = found.resource;
      const graph = {
        id: newId('graph'),
        organizationId,
        name: input.name,
        title: input.title ?? '',
        settings: input.settings ?? {},
        created: now,
      };
      // Its first variant is counted as any other.
      const resource = { kind: 'graph' as const, organizationId, graphId: graph.id };
      const decision = check(
        { ...found.access, subject: { kind: 'operator', mayWrite: true } },
        'variant:create',
        resource,
      );
      if (!decision.allowed) {
        const denial = { action: 'graph.create', permission: 'variant:create' as const, decision };
        throw new DeniedError({ ...denial, resource: input.organizationId, chain: organizationId });
      }
      const variantId = newId('variant');
      await insertGraph(tx, graph);
      await insertVariant(tx, {
        id: variantId,
        organizationId,
        graphId: graph.id,
        name: 'current',
        isPublic: false,
        created: now,
      });
      const owner = ownerOf(found);
      if (owner !== undefined) {
        const key = { membershipId: owner, groupId: null, graphId: graph.id, variantId: null };
        await putResourceRole(tx, organizationId, key, { effect: 'grant', role: 'graph_admin' }, now);
      }
      return {
        result: { graphId: graph.id, variantId },
        audit: {
          resource: graph.id,
          before: null,
          after: {
            name: graph.name,
            title: graph.title,
            settings: graph.settings,
            variants: [{ id: variantId, name: 'current' }],
            ...(owner !== undefined && { graph_admin: owner }),
          },
        },
      };
    },
  );
}

/** The member that a graph of its own is to be granted to. */
function ownerOf({ access: { subject, bounds } }: Found): MembershipId | undefined {
  if (subject.kind !== 'user' || !bounds.features.has('roles')) return undefined;
  if (subject.organizationRoles.some(({ role }) => rolesAboveProtection.has(role))) return undefined;
  return subject.organizationRoles.map(({ via }) => via).find((via) => via.kind === 'membership')?.id;
}

/** Changes the settings that are given; what is so already is no change. */
export async function updateGraph(
  deps: OrganizationDependencies,
  request: Request,
  { graphId, ...given }: { readonly graphId: GraphId } & GraphChange,
): Promise<Changed<{ graphId: GraphId }>> {
  if (given.name !== undefined) requireName(graphName, given.name);
  return change(
    deps,
    request,
    { action: 'graph.update', of: graphId, permission: 'graph:update', input: given },
    async ({ tx }) => {
      const row = await rowOf<GraphRow>(tx, selectGraphs, graphId);
      const changed = differences(row, given);
      const result = { graphId };
      if (!changed) return { result };
      await updateGraphRow(tx, graphId, changed.after);
      return { result, audit: { resource: graphId, ...changed } };
    },
  );
}

/** Deletes a graph with its variants and what was set for them; its keys are worth nothing from then on. */
export async function deleteGraph(
  deps: OrganizationDependencies,
  request: Request,
  graphId: GraphId,
): Promise<Changed<{ graphId: GraphId }>> {
  return change(
    deps,
    request,
    { action: 'graph.delete', of: graphId, permission: 'graph:delete', input: {} },
    async ({ tx }) => {
      const { name, title } = await rowOf<GraphRow>(tx, selectGraphs, graphId);
      await deleteGraphRow(tx, graphId, request.now);
      return { result: { graphId }, audit: { resource: graphId, before: { name, title }, after: null } };
    },
  );
}

/** The graphs that the actor may see, in order; undefined for the others. */
export async function findGraphs(
  deps: OrganizationDependencies,
  { actor, now }: { readonly actor: Actor; readonly now: Request['now'] },
  ids: readonly GraphId[],
): Promise<readonly (GraphRow | undefined)[]> {
  const visible = await findVisible(deps, actor, now, ids);
  const rows = await readByIds<GraphRow>(deps.pool, selectGraphs, ids);
  return ids.map((id, index) => (visible[index] ? rows.get(id) : undefined));
}

/** Those of an organization that the actor may see, oldest first. A stranger waits for none to be looked through. */
export async function listGraphs(
  deps: OrganizationDependencies,
  request: Request,
  organizationId: OrganizationId,
  window: Window,
): Promise<Slice<GraphRow>> {
  const [found] = await accessOf(deps, request.actor, [organizationId], request.now);
  if (!found || isStranger(found)) return { rows: [], hasNextPage: false, hasPreviousPage: false };
  return listVisible<GraphRow>(deps, request, selectGraphs, [['organization_id', organizationId]], window);
}
