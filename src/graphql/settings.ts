/** How GraphQL is served: by the environment (config.ts). */
import { readPersistedOperations } from './persistedOperations.ts';

export interface GraphqlSettings {
  /** Whether the schema may be asked for, and GraphiQL is served. */
  readonly introspection: boolean;
  /** By hash; null: there are none. */
  readonly persistedOperations: ReadonlyMap<string, string> | null;
  /** Whether no other operations are taken. */
  readonly persistedOnly: boolean;
}

/** Throws a `ConfigError` where the manifest is none. */
export function graphqlSettings(config: {
  readonly GRAPHQL_INTROSPECTION?: boolean | undefined;
  readonly GRAPHQL_PERSISTED_OPERATIONS?: string | undefined;
  readonly GRAPHQL_PERSISTED_ONLY: boolean;
}): GraphqlSettings {
  const { GRAPHQL_PERSISTED_OPERATIONS: manifest } = config;
  return {
    introspection: config.GRAPHQL_INTROSPECTION ?? false,
    persistedOperations: manifest === undefined ? null : readPersistedOperations(manifest),
    persistedOnly: config.GRAPHQL_PERSISTED_ONLY,
  };
}
