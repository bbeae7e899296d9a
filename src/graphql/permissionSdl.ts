/** The part of the schema that is the table of permissions, written from it: `npm run graphql` does. */
import { permissionRow, permissions, type ResourceKind } from '../domain/permissions/permission.ts';
import { fieldOf, nameOf, permissionsOn } from './permissionNames.ts';

const kinds = {
  organization: 'OrganizationRoles',
  graph: 'GraphRoles',
  variant: 'VariantRoles',
} as const satisfies Record<ResourceKind, string>;

export function permissionSdl(): string {
  const values = permissions.map(
    (permission) => `  "${permissionRow(permission).does}"\n  ${nameOf(permission)}\n`,
  );
  const types = Object.entries(kinds).map(([kind, type]) => {
    const fields = permissionsOn(kind as ResourceKind).map(
      (permission) => `  ${fieldOf(permission)}: Boolean!\n`,
    );
    return `\n"What the caller may do to ${kind === 'organization' ? 'an' : 'a'} ${kind}."\ntype ${type} @everyone {\n${fields.join('')}}\n`;
  });
  return `# Written from src/domain/permissions/permission.ts by \`npm run graphql\`: change it there.\n\n"What can be done to what."\nenum Permission {\n${values.join('')}}\n${types.join('')}`;
}
