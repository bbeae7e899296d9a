/** Whatever has an id of its own: found by its prefix. Whether the caller may see it, the guard says. */
import { idPrefixes, type Resource } from '../../domain/ids.ts';
import {
  invoicesOfOrganization,
  subscriptionsOfOrganization,
} from '../../store/reads/billingOfOrganization.ts';
import type { Source } from '../../store/reads/connections.ts';
import {
  customRolesOfOrganization,
  graphsOfOrganization,
  groupsOfOrganization,
  invitationsOfOrganization,
  keysOfGraph,
  keysOfOrganization,
  membersOfOrganization,
  organizationsById,
  variantsOfGraph,
} from '../../store/reads/organizations.ts';
import type { GraphqlContext } from '../context.ts';
import type { ResolversTypes } from '../generated.ts';
import { findVisibleUser } from './visible.ts';

type AnyNode = Awaited<ResolversTypes['Node']>;
type AnyEntity = Awaited<ResolversTypes['_Entity']>;
type Find = (context: GraphqlContext, id: string) => Promise<object | null>;

const from =
  <Row extends { readonly id: string }>(typeName: string, source: Source<Row>): Find =>
  async ({ loaders }, id) => {
    const row = await loaders.byId(source, id);
    return row && { ...row, __typename: typeName };
  };

const finders: Partial<Record<Resource, Find>> = {
  organization: from('Organization', organizationsById),
  graph: from('Graph', graphsOfOrganization),
  variant: from('Variant', variantsOfGraph),
  membership: from('Member', membersOfOrganization),
  group: from('Group', groupsOfOrganization),
  invitation: from('Invitation', invitationsOfOrganization),
  custom_role: from('CustomRole', customRolesOfOrganization),
  key: async (context, id) =>
    (await from('GraphKey', keysOfGraph)(context, id)) ??
    (await from('OrganizationKey', keysOfOrganization)(context, id)),
  subscription: from('BillingSubscription', subscriptionsOfOrganization),
  invoice: from('Invoice', invoicesOfOrganization),
  user: async (context, id) => {
    const user = await findVisibleUser(context, id);
    return user && { ...user, __typename: 'User' };
  },
};

const byPrefix = new Map<string, Find>(
  Object.entries(finders).map(([resource, find]) => [idPrefixes[resource as Resource], find]),
);

export async function findNode(context: GraphqlContext, id: string): Promise<AnyNode | null> {
  const find = byPrefix.get(/^([a-z]+)_/.exec(id)?.[1] ?? '');
  return find ? ((await find(context, id)) as AnyNode | null) : null;
}

/** The types that a router may ask for by their key. */
const entityPrefixes: Readonly<Record<string, string>> = {
  Organization: idPrefixes.organization,
  Graph: idPrefixes.graph,
  Variant: idPrefixes.variant,
  User: idPrefixes.user,
};

/** What a router calls by its type and key. */
export async function findEntity(
  context: GraphqlContext,
  { __typename: typeName, id }: Readonly<Record<string, unknown>>,
): Promise<AnyEntity | null> {
  const prefix = typeof typeName === 'string' ? entityPrefixes[typeName] : undefined;
  if (prefix === undefined || typeof id !== 'string' || !id.startsWith(`${prefix}_`)) return null;
  return (await findNode(context, id)) as AnyEntity | null;
}
