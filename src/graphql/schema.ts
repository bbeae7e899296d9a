/** The executable schema: what is written in schema/, its resolvers, and the guard around every field. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import { guard } from './guard.ts';
import { resolvers } from './resolvers/resolvers.ts';
import { servedSdl } from './schemaText.ts';

export function createSchema(): GraphQLSchema {
  return guard(
    makeExecutableSchema({
      typeDefs: servedSdl,
      resolvers: [...resolvers],
      resolverValidationOptions: { requireResolversForResolveType: 'ignore' },
    }),
  );
}
