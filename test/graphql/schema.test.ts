/** The schema as it is written: complete, guarded, what is made of it up to date, and a subgraph that composes. */
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { diff, CriticalityLevel } from '@graphql-inspector/core';
import { composeServices } from '@theguild/federation-composition';
import {
  buildSchema,
  getNamedType,
  isNonNullType,
  isObjectType,
  parse,
  type GraphQLObjectType,
} from 'graphql';
import { permissions } from '../../src/domain/permissions/permission.ts';
import { ruleOfField, ruleOfType, type Field } from '../../src/graphql/guard.ts';
import { fieldOf, nameOf } from '../../src/graphql/permissionNames.ts';
import { permissionSdl } from '../../src/graphql/permissionSdl.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { servedSdl, subgraphSdl } from '../../src/graphql/schemaText.ts';
import { generatedTypes, permissionsFile, typesFile } from './generate.ts';

const schema = createSchema();
const objects = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);
const fields = objects.flatMap((type) =>
  Object.values<Field>(type.getFields()).map((field) => ({ type, field })),
);

test('every field says who may see it, by itself or by its type', () => {
  const forgotten = fields.filter(({ type, field }) => ruleOfField(schema, type, field) === undefined);
  expect(forgotten.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
});

test('a field without a rule stops the start', () => {
  const bad = buildSchema(servedSdl.replace('me: Viewer @everyone', 'me: Viewer'));
  const query = bad.getQueryType();
  const me: Field | undefined = query?.getFields()['me'];
  expect(query && me && ruleOfField(bad, query, me)).toBeUndefined();
});

test('a field that some may not see is nullable, so that it hides nothing beside it', () => {
  const bursting = fields.filter(({ type, field }) => {
    const rule = ruleOfField(schema, type, field);
    const named = getNamedType(field.type);
    const hides = isObjectType(named) && ruleOfType(schema, named)?.kind === 'permission';
    const isList = String(field.type).includes('[');
    const payload = type === schema.getMutationType();
    return isNonNullType(field.type) && !payload && (rule?.kind !== 'everyone' || (hides && !isList));
  });
  expect(bursting.map(({ type, field }) => `${type.name}.${field.name}`)).toEqual([]);
});

test('every permission is a value of the enum and a field of roles, each under a name of its own', () => {
  expect(new Set(permissions.map(nameOf)).size).toBe(permissions.length);
  expect(new Set(permissions.map(fieldOf)).size).toBe(permissions.length);
  expect(fieldOf('schema:publish')).toBe('canPublishSchema');
  expect(fieldOf('metrics:read')).toBe('canReadMetrics');
});

test('what is written by `npm run graphql` is what it would write now', async () => {
  expect(await readFile(permissionsFile, 'utf8')).toBe(permissionSdl());
  expect(await readFile(typesFile, 'utf8')).toBe(await generatedTypes());
});

test('it composes with another subgraph that extends Organization, Graph, Variant and User', () => {
  const others = parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
    type Query { newestGraph: Graph }
    type Organization @key(fields: "id") { id: ID! seatsUsedLately: Int }
    type Graph @key(fields: "id") { id: ID! owner: User }
    type Variant @key(fields: "id") { id: ID! launches: Int }
    type User @key(fields: "id") { id: ID! avatar: String }
  `);
  const composed = composeServices([
    { name: 'dunlin', url: 'http://dunlin/graphql', typeDefs: parse(subgraphSdl) },
    { name: 'others', url: 'http://others/graphql', typeDefs: others },
  ]);
  expect(composed.errors ?? []).toEqual([]);
  const supergraph = composed.supergraphSdl ?? '';
  for (const type of ['Organization', 'Graph', 'Variant', 'User']) {
    expect(supergraph).toMatch(new RegExp(`type ${type}[^{]*@join__type\\(graph: DUNLIN, key: "id"\\)`));
  }
  expect(supergraph).toMatch(/seatsUsedLately: Int/);
});

test('nothing of the schema that has landed is broken: else change schema.landed.graphql too', async () => {
  const landed = await readFile(new URL('schema.landed.graphql', import.meta.url), 'utf8');
  const changes = await diff(buildSchema(landed), buildSchema(servedSdl));
  const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
  expect(breaking.map(({ message }) => message)).toEqual([]);
});

test('a field that is taken away would be seen', async () => {
  const changes = await diff(
    buildSchema(servedSdl),
    buildSchema(servedSdl.replace(/"`graph@variant`"\n {2}ref: String!$/m, '')),
  );
  expect(changes.map(({ path, criticality }) => [path, criticality.level])).toContainEqual([
    'Variant.ref',
    CriticalityLevel.Breaking,
  ]);
});
