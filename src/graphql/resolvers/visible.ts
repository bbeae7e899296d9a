/** What the caller sees of graphs and variants, of which it may see some and not others. */
import { check } from '../../domain/permissions/decision.ts';
import { isHidden } from '../../organizations/decide.ts';
import type { Permission } from '../../domain/permissions/permission.ts';
import {
  graphsOfOrganization,
  membersOfUser,
  usersById,
  variantsOfGraph,
  type GraphNode,
  type UserNode,
  type VariantNode,
} from '../../store/reads/organizations.ts';
import { BillingError } from '../../domain/errors.ts';
import type { OrganizationId } from '../../domain/ids.ts';
import { findVariantByRef } from '../../organizations/variants.ts';
import type { GraphqlContext } from '../context.ts';

/** Whether the caller may do that to it, and may know of it at all. */
export async function may(context: GraphqlContext, permission: Permission, id: string): Promise<boolean> {
  const found = await context.access.load(id);
  return found !== null && !isHidden(found) && check(found.access, permission, found.resource, 0).allowed;
}

async function those<Row extends { readonly id: string }>(
  context: GraphqlContext,
  permission: Permission,
  rows: readonly Row[],
): Promise<Row[]> {
  const visible = await Promise.all(rows.map(({ id }) => may(context, permission, id)));
  return rows.filter((_row, index) => visible[index]);
}

export async function visibleGraphs(context: GraphqlContext, organizationId: string): Promise<GraphNode[]> {
  return those(context, 'graph:read', await context.loaders.list(graphsOfOrganization, organizationId));
}

export async function visibleVariants(context: GraphqlContext, graphId: string): Promise<VariantNode[]> {
  return those(context, 'variant:read', await context.loaders.list(variantsOfGraph, graphId));
}

/**
 * The variant that is called so, among those that the caller sees; null where there is none. Throws a `BillingError` 400
 * for what is no ref, 409 where there are several.
 */
export async function findVisibleVariant(
  { deps, call, loaders }: GraphqlContext,
  ref: string,
  organization: string | null,
): Promise<VariantNode | null> {
  if (!/^[^@]+(?:@[^@]+)?$/.test(ref)) {
    throw new BillingError(
      400,
      'ref_malformed',
      'A ref is "graph@variant", or "graph" for "graph@current".',
      'ref',
    );
  }
  const organizationId = organization === null ? undefined : (organization as OrganizationId);
  const found = await findVariantByRef(deps, call, { ref, organizationId });
  return found ? loaders.byId(variantsOfGraph, found.id) : null;
}

/** A user, to itself, to whoever sees the members of an organization in which it is one, and to operators. */
export async function findVisibleUser(context: GraphqlContext, id: string): Promise<UserNode | null> {
  const { actor } = context.call;
  const user = await context.loaders.byId(usersById, id);
  if (!user || actor.kind === 'operator' || (actor.kind === 'user' && actor.userId === user.id)) return user;
  const memberships = await context.loaders.list(membersOfUser, id);
  const sees = await Promise.all(
    memberships.map(({ organizationId }) => may(context, 'member:read', organizationId)),
  );
  return sees.includes(true) ? user : null;
}
