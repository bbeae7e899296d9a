/** What a router asks a subgraph. */
import { BillingError } from '../../domain/errors.ts';
import type { Resolvers } from '../generated.ts';
import { subgraphSdl } from '../schemaText.ts';
import { findEntity } from './node.ts';

export const federationResolvers: Resolvers = {
  Query: {
    // Who composes a supergraph operates this installation; a router that runs does not ask.
    _service: (_source, _args, { tellsSchema, call }) => {
      if (tellsSchema || call.actor.kind === 'operator') return { sdl: subgraphSdl };
      throw new BillingError(
        403,
        'introspection_off',
        'The schema is told to operators alone here: use an API key of the installation.',
      );
    },
    _entities: (_source, { representations }, context) =>
      Promise.all(representations.map((representation) => findEntity(context, representation))),
  },
};
