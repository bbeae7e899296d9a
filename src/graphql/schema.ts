/** The executable schema: what is written in schema/, its resolvers, and the guard around every field. */
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { GraphQLSchema } from 'graphql';
import type { Resolvers } from './generated.ts';
import { guard } from './guard.ts';
import { resolvers } from './resolvers/resolvers.ts';
import { servedSdl } from './schemaText.ts';

/** `more` in place of what is there, as for tests. Throws an `Error` that names a field without a rule. */
export function createSchema(more: readonly Resolvers[] = []): GraphQLSchema {
  return guard(
    makeExecutableSchema({
      typeDefs: servedSdl,
      resolvers: [...resolvers, ...more],
      resolverValidationOptions: { requireResolversForResolveType: 'ignore' },
    }),
  );
}
