/** Graphs and their variants. */
import { graphsOfOrganization, keysOfGraph, organizationsById } from '../../store/reads/organizations.ts';
import { pageOfList, readConnection } from '../connection.ts';
import type { Resolvers } from '../generated.ts';
import { rolesIn } from './roles.ts';
import { findVisibleVariant, visibleVariants } from './visible.ts';

export const graphResolvers: Resolvers = {
  Query: {
    graph: (_source, { id }, { loaders }) => loaders.byId(graphsOfOrganization, id),
    variant: (_source, { ref, organization }, context) =>
      findVisibleVariant(context, ref, organization ?? null),
  },
  Graph: {
    organization: ({ organizationId }, _args, { loaders }) => loaders.byId(organizationsById, organizationId),
    roles: ({ id }, _args, context) => rolesIn(context, id),
    variants: async ({ id }, args, context) => pageOfList(await visibleVariants(context, id), args),
    variant: async ({ id }, { name }, context) =>
      (await visibleVariants(context, id)).find((variant) => variant.name === name) ?? null,
    keys: ({ id }, args, { loaders }) => readConnection(loaders, keysOfGraph, id, args),
  },
  Variant: {
    readme: async ({ id }, _args, { loaders }) => (await loaders.variantTexts.load(id)).readme,
    description: async ({ id }, _args, { loaders }) => (await loaders.variantTexts.load(id)).description,
    graph: ({ graphId }, _args, { loaders }) => loaders.byId(graphsOfOrganization, graphId),
    roles: ({ id }, _args, context) => rolesIn(context, id),
  },
};
