/** What a router asks a subgraph. */
import type { Resolvers } from '../generated.ts';
import { subgraphSdl } from '../schemaText.ts';
import { findEntity } from './node.ts';

export const federationResolvers: Resolvers = {
  Query: {
    _service: () => ({ sdl: subgraphSdl }),
    _entities: (_source, { representations }, context) =>
      Promise.all(representations.map((representation) => findEntity(context, representation))),
  },
};
