/** The schema as it is written in schema/: the contract, from which types and server are made. */
import { readFileSync } from 'node:fs';

const files = [
  'base',
  'organization',
  'graph',
  'key',
  'decision',
  'entitlement',
  'billing',
  'audit',
  'permissions',
  'mutation',
] as const;

const read = (name: string): string =>
  readFileSync(new URL(`schema/${name}.graphql`, import.meta.url), 'utf8');

/** What a router is told: without what federation defines by itself. */
export const subgraphSdl: string = files.map(read).join('\n');

/** All that is served. */
export const servedSdl = `${subgraphSdl}\n${read('federation')}`;
