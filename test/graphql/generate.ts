/** Writes what is made from other things: the permissions of the schema, and the types of the resolvers. `npm run graphql` */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as resolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';
import { format, resolveConfig } from 'prettier';
import { permissionSdl } from '../../src/graphql/permissionSdl.ts';
import { servedSdl } from '../../src/graphql/schemaText.ts';

const root = new URL('../../', import.meta.url);
export const permissionsFile = new URL('src/graphql/schema/permissions.graphql', root);
export const typesFile = new URL('src/graphql/generated.ts', root);

/** What each type of the schema is in the code, where it is not just its fields. */
const models = [
  'AuditEntry',
  'CustomRole',
  'Decision',
  'Graph',
  'GraphKey',
  'Group',
  'Invitation',
  'Invoice',
  'Member',
  'Organization',
  'OrganizationKey',
  'PersonalKey',
  'Permitted',
  'ResourceRole',
  'Role',
  'BillingSubscription',
  'User',
  'Variant',
  'Viewer',
];
const roleTypes = { OrganizationRoles: 'Roles', GraphRoles: 'Roles', VariantRoles: 'Roles' };
const connectionTypes = [
  'Organization',
  'Graph',
  'Variant',
  'Member',
  'Group',
  'Invitation',
  'CustomRole',
].concat(['GraphKey', 'OrganizationKey', 'BillingSubscription', 'Invoice', 'AuditEntry']);

export async function generatedTypes(): Promise<string> {
  const config = {
    contextType: './context.ts#GraphqlContext',
    enumsAsTypes: true,
    immutableTypes: true,
    useTypeImports: true,
    skipTypename: true,
    defaultScalarType: 'unknown',
    inputMaybeValue: 'T | null | undefined',
    maybeValue: 'T | null',
    scalars: {
      ID: 'string',
      DateTime: { input: '../domain/instant.ts#Instant', output: '../domain/instant.ts#Instant' },
      Amount: { input: 'string', output: 'bigint | string' },
      Decimal: { input: 'string', output: 'string' },
      _Any: { input: 'Record<string, unknown>', output: 'Record<string, unknown>' },
    },
    mappers: Object.fromEntries([
      ...models.map((name) => [name, `./models.ts#${name}Model`]),
      ...Object.entries(roleTypes).map(([name, model]) => [name, `./models.ts#${model}Model`]),
      ...connectionTypes.map((name) => [`${name}Connection`, `./models.ts#${name}ConnectionModel`]),
    ]) as Record<string, string>,
  };
  const text = await codegen({
    filename: fileURLToPath(typesFile),
    schema: parse(servedSdl),
    documents: [],
    config,
    plugins: [{ add: {} }, { typescript: {} }, { resolvers: {} }],
    pluginMap: {
      add: {
        plugin: () => ({
          prepend: [
            '/** The types of the schema and of its resolvers: written by `npm run graphql`, never by hand. */',
          ],
          content: '',
        }),
      },
      typescript,
      resolvers,
    },
  });
  const file = fileURLToPath(typesFile);
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(permissionsFile, permissionSdl());
  await writeFile(typesFile, await generatedTypes());
}
