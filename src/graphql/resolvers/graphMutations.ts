/** Changes of graphs, variants and keys. */
import { createGraph, deleteGraph, updateGraph } from '../../organizations/graphs.ts';
import { createGraphKey, createOrganizationKey } from '../../organizations/keys.ts';
import { createPersonalKey } from '../../organizations/personalKeys.ts';
import { revokeKey } from '../../organizations/revokeKey.ts';
import {
  createVariant,
  deleteVariant,
  protectVariant,
  updateDescription,
  updateReadme,
  updateVariant,
} from '../../organizations/variants.ts';
import {
  graphsOfOrganization,
  keysOfGraph,
  keysOfOrganization,
  personalKeysOfUser,
  variantsOfGraph,
} from '../../store/reads/organizations.ts';
import type { MutationResolvers } from '../generated.ts';
import { permissionOf } from '../permissionNames.ts';
import { callOf, given, made, named, roleNamed } from './made.ts';

export const graphMutations: MutationResolvers = {
  createGraph: async (_source, { input }, context) => {
    const { graphId, variantId } = await createGraph(context.deps, callOf(context, input), {
      organizationId: named('organization', input.organizationId),
      name: input.name,
      title: given(input.title),
    });
    return made(input, {
      graph: await context.loaders.byId(graphsOfOrganization, graphId),
      variant: await context.loaders.byId(variantsOfGraph, variantId),
    });
  },
  updateGraph: async (_source, { input }, context) => {
    const { graphId } = await updateGraph(context.deps, callOf(context, input), {
      graphId: named('graph', input.graphId),
      name: given(input.name),
      title: given(input.title),
    });
    return made(input, { graph: await context.loaders.byId(graphsOfOrganization, graphId) });
  },
  deleteGraph: async (_source, { input }, context) => {
    const { graphId } = await deleteGraph(
      context.deps,
      callOf(context, input),
      named('graph', input.graphId),
    );
    return made(input, { graphId });
  },
  createVariant: async (_source, { input }, context) => {
    const { variantId } = await createVariant(context.deps, callOf(context, input), {
      graphId: named('graph', input.graphId),
      name: input.name,
      isPublic: given(input.isPublic),
    });
    return made(input, { variant: await context.loaders.byId(variantsOfGraph, variantId) });
  },
  updateVariant: async (_source, { input }, context) => {
    const { variantId } = await updateVariant(context.deps, callOf(context, input), {
      variantId: named('variant', input.variantId),
      name: given(input.name),
      is_public: given(input.isPublic),
    });
    return made(input, { variant: await context.loaders.byId(variantsOfGraph, variantId) });
  },
  protectVariant: async (_source, { input }, context) => {
    const { variantId } = await protectVariant(context.deps, callOf(context, input), {
      variantId: named('variant', input.variantId),
      isProtected: input.isProtected,
    });
    return made(input, { variant: await context.loaders.byId(variantsOfGraph, variantId) });
  },
  updateReadme: async (_source, { input }, context) => {
    const { variantId } = await updateReadme(context.deps, callOf(context, input), {
      variantId: named('variant', input.variantId),
      readme: input.readme,
    });
    return made(input, { variant: await context.loaders.byId(variantsOfGraph, variantId) });
  },
  updateDescription: async (_source, { input }, context) => {
    const { variantId } = await updateDescription(context.deps, callOf(context, input), {
      variantId: named('variant', input.variantId),
      description: input.description,
    });
    return made(input, { variant: await context.loaders.byId(variantsOfGraph, variantId) });
  },
  deleteVariant: async (_source, { input }, context) => {
    const id = named('variant', input.variantId);
    const { variantId } = await deleteVariant(context.deps, callOf(context, input), id);
    return made(input, { variantId });
  },
  createPersonalKey: async (_source, { input }, context) => {
    const { keyId, secret } = await createPersonalKey(context.deps, callOf(context, input), {
      name: input.name,
      expiresAt: given(input.expiresAt),
      userId: input.userId == null ? undefined : named('user', input.userId),
    });
    return made(input, { key: await context.loaders.byId(personalKeysOfUser, keyId), secret });
  },
  createGraphKey: async (_source, { input }, context) => {
    const { keyId, secret } = await createGraphKey(context.deps, callOf(context, input), {
      graphId: named('graph', input.graphId),
      name: input.name,
      role: roleNamed(input.role),
      variantIds: given(input.variantIds)?.map((id) => named('variant', id)),
      expiresAt: given(input.expiresAt),
    });
    return made(input, { key: await context.loaders.byId(keysOfGraph, keyId), secret });
  },
  createOrganizationKey: async (_source, { input }, context) => {
    const { keyId, secret } = await createOrganizationKey(context.deps, callOf(context, input), {
      organizationId: named('organization', input.organizationId),
      kind: input.kind === 'OPERATOR' ? 'operator' : 'service',
      name: input.name,
      capabilities: input.capabilities.map(permissionOf),
      expiresAt: given(input.expiresAt),
    });
    return made(input, { key: await context.loaders.byId(keysOfOrganization, keyId), secret });
  },
  revokeKey: async (_source, { input }, context) => {
    const { keyId } = await revokeKey(context.deps, callOf(context, input), named('key', input.keyId));
    return made(input, { keyId });
  },
};
