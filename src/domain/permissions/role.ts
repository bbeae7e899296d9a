/** The roles that every organization has, and what each may do. Documented for users in docs/permissions.md. */
import { permissionRow, permissions, type Permission } from './permission.ts';

export const builtInRoles = [
  'org_admin',
  'graph_admin',
  'contributor',
  'documenter',
  'observer',
  'consumer',
  'billing_manager',
] as const;
export type BuiltInRole = (typeof builtInRoles)[number];

/** As people read them, here and in the database. */
export const roleNames: Readonly<Record<BuiltInRole, string>> = {
  org_admin: 'Org Admin',
  graph_admin: 'Graph Admin',
  contributor: 'Contributor',
  documenter: 'Documenter',
  observer: 'Observer',
  consumer: 'Consumer',
  billing_manager: 'Billing Manager',
};

/** What a Consumer may do: look at what is for clients of a graph, and say what it thinks of changes. */
const consumer: readonly Permission[] = [
  'organization:read',
  'graph:read',
  'variant:read',
  'api_schema:read',
  'changelog:read',
  'explorer:query',
  'proposal:read',
];

const observer: readonly Permission[] = [
  ...consumer,
  'member:read',
  'group:read',
  'entitlement:read',
  'supergraph_schema:read',
  'subgraph_schema:read',
  'schema:check',
  'launch:read',
  'metrics:read',
  'persisted_query:read',
  'proposal:edit',
];

const documenter: readonly Permission[] = [...observer, 'readme:update', 'description:update'];

/** Who creates a graph is made Graph Admin of it (organizations room), so a Contributor can do more with its own. */
const contributor: readonly Permission[] = [
  ...documenter,
  'graph:create',
  'variant:create',
  'schema:publish',
  'subgraph:delete',
  'metrics:report',
  'explorer_settings:update',
  'operation_collection:update',
  'contract:read',
];

/** All graphs, and nothing of members or of the organization but to see them. */
const graphAdmin: readonly Permission[] = [
  ...contributor,
  ...permissions.filter((permission) => permissionRow(permission).of !== 'organization'),
];

const billingManager: readonly Permission[] = [
  'organization:read',
  'organization:update',
  'member:read',
  'member:remove',
  'billing:read',
  'billing:update',
  'invoice:read',
  'entitlement:read',
];

export const permissionsOfRole: Readonly<Record<BuiltInRole, ReadonlySet<Permission>>> = {
  org_admin: new Set(permissions),
  graph_admin: new Set(graphAdmin),
  contributor: new Set(contributor),
  documenter: new Set(documenter),
  observer: new Set(observer),
  consumer: new Set(consumer),
  billing_manager: new Set(billingManager),
};

/** Whose members cost no seat. */
export const seatlessRoles: ReadonlySet<string> = new Set<BuiltInRole>(['consumer', 'billing_manager']);

/** Roles that every plan has; the others, and what is set for single graphs, need the feature `roles`. */
export const rolesOfEveryPlan: ReadonlySet<string> = new Set<BuiltInRole>([
  'org_admin',
  'consumer',
  'billing_manager',
]);

/** Roles whose holders a protected variant takes nothing from. */
export const rolesAboveProtection: ReadonlySet<string> = new Set<BuiltInRole>(['org_admin', 'graph_admin']);

export function isBuiltInRole(role: string): role is BuiltInRole {
  return Object.hasOwn(permissionsOfRole, role);
}
