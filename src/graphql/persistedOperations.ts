/** Operations that were registered beforehand, and are asked for by the SHA-256 of their text. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError } from '../config.ts';

/**
 * Reads a manifest: `{"<hash>": "<text>"}`, or Apollo's `{"format": "apollo-persisted-query-manifest", "operations": [{"id",
 * "body"}]}`. Throws a `ConfigError` that says what is wrong with it.
 */
export function readPersistedOperations(path: string): ReadonlyMap<string, string> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(
      `GRAPHQL_PERSISTED_OPERATIONS: ${path} cannot be read: ${error instanceof Error ? error.message : ''}`,
    );
  }
  const operations = new Map(entriesOf(manifest, path));
  for (const [hash, text] of operations) {
    if (createHash('sha256').update(text).digest('hex') !== hash) {
      throw new ConfigError(
        `GRAPHQL_PERSISTED_OPERATIONS: in ${path} ${hash} is not the SHA-256 of its operation. Make the file anew.`,
      );
    }
  }
  return operations;
}

function entriesOf(manifest: unknown, path: string): [string, string][] {
  const malformed = new ConfigError(
    `GRAPHQL_PERSISTED_OPERATIONS: ${path} is no manifest: give {"<sha256>": "<operation>"}.`,
  );
  if (manifest === null || typeof manifest !== 'object') throw malformed;
  if (!('operations' in manifest)) {
    return Object.entries(manifest).map(([hash, text]) => {
      if (typeof text !== 'string') throw malformed;
      return [hash, text];
    });
  }
  if (!Array.isArray(manifest.operations)) throw malformed;
  return manifest.operations.map((operation: unknown) => {
    const { id, body } = (operation ?? {}) as { id?: unknown; body?: unknown };
    if (typeof id !== 'string' || typeof body !== 'string') throw malformed;
    return [id, body];
  });
}
