/** What can be done to what: every permission there is, each with the kind of resource it is asked of. */

export type ResourceKind = 'organization' | 'graph' | 'variant';

interface PermissionRow {
  readonly of: ResourceKind;
  readonly does: string;
  /** A protected variant takes it from roles below Graph Admin, unless they were granted on the variant itself. */
  readonly takenByProtection?: true;
  /** Everyone has it on a public variant. */
  readonly public?: true;
  /** The entitlement without which nobody has it, whatever the role. */
  readonly needs?: FeatureCode;
  /** The limit of the plan that bounds it: above it nothing new may be added. */
  readonly limitedBy?: FeatureCode;
  /** Who has it could give itself all the rest: no custom role and no key has it (migration 0028 has the same list). */
  readonly keptForOrgAdmins?: true;
  /** It is about members, which the key of a graph knows nothing of, whatever its role. */
  readonly neverByGraphKey?: true;
}

/** The features of plans that bound permissions. A plan without them allows none of what they bound. */
export const featureCodes = [
  'roles',
  'custom_roles',
  'seats',
  'graphs',
  'variants',
  'protected_variants',
  'audit_log',
  'sso',
] as const;
export type FeatureCode = (typeof featureCodes)[number];

const table = {
  // The organization
  'organization:read': { of: 'organization', does: 'See the organization: its name, plan and state' },
  'organization:update': { of: 'organization', does: 'Change the settings of the organization' },
  'organization:delete': { of: 'organization', does: 'Delete the organization', keptForOrgAdmins: true },
  'member:read': { of: 'organization', does: 'See members and invitations' },
  'member:invite': { of: 'organization', does: 'Invite members', limitedBy: 'seats' },
  'member:remove': { of: 'organization', does: 'Remove members and withdraw invitations' },
  'role:assign': {
    of: 'organization',
    does: 'Give members and groups their roles in the organization',
    keptForOrgAdmins: true,
  },
  'role:define': {
    of: 'organization',
    does: 'Define custom roles',
    needs: 'custom_roles',
    keptForOrgAdmins: true,
  },
  'group:read': { of: 'organization', does: 'See groups and who is in them' },
  'group:manage': { of: 'organization', does: 'Make, change and delete groups' },
  'graph:create': { of: 'organization', does: 'Create graphs', limitedBy: 'graphs' },
  'organization_key:read': { of: 'organization', does: 'See operator and service keys, never their secret' },
  'organization_key:manage': {
    of: 'organization',
    does: 'Create and revoke operator and service keys',
    keptForOrgAdmins: true,
  },
  'sso:manage': {
    of: 'organization',
    does: 'Configure single sign-on and provisioning',
    needs: 'sso',
    keptForOrgAdmins: true,
  },
  'scim:provision': {
    of: 'organization',
    does: 'Provision members and groups over SCIM, by a service key',
    needs: 'sso',
  },
  'billing:read': { of: 'organization', does: 'See the subscription and the usage of its open period' },
  'billing:update': { of: 'organization', does: 'Change the plan, the payment methods and billing details' },
  'invoice:read': { of: 'organization', does: 'See invoices' },
  'entitlement:read': { of: 'organization', does: 'See what the plan allows, and how much of it is used' },
  'audit_log:read': { of: 'organization', does: 'Read the audit log', needs: 'audit_log' },
  'audit_log:export': { of: 'organization', does: 'Export the audit log', needs: 'audit_log' },
  // A graph
  'graph:read': { of: 'graph', does: 'See the graph and its list of variants' },
  'graph:update': { of: 'graph', does: 'Rename the graph and change its settings' },
  'graph:delete': { of: 'graph', does: 'Delete the graph' },
  'graph_access:manage': {
    of: 'graph',
    does: 'Give members and groups roles for the graph and its variants, or narrow theirs',
    neverByGraphKey: true,
  },
  'graph_key:read': { of: 'graph', does: 'See the keys of the graph, never their secret' },
  'graph_key:manage': { of: 'graph', does: 'Create and revoke keys of the graph' },
  'integration:manage': { of: 'graph', does: 'Configure notifications and integrations' },
  'check_configuration:update': { of: 'graph', does: 'Configure schema checks' },
  'variant:create': { of: 'graph', does: 'Create variants', limitedBy: 'variants' },
  // A variant
  'variant:read': {
    of: 'variant',
    does: 'See that the variant exists, its README and description',
    public: true,
  },
  'variant:update': { of: 'variant', does: 'Change the settings of the variant, public or private' },
  'variant:protect': { of: 'variant', does: 'Protect the variant, or end that', needs: 'protected_variants' },
  'variant:delete': { of: 'variant', does: 'Delete the variant', takenByProtection: true },
  'readme:update': { of: 'variant', does: 'Edit the README' },
  'description:update': { of: 'variant', does: 'Edit descriptions and other metadata that change nothing' },
  'api_schema:read': { of: 'variant', does: 'Read the API schema', public: true },
  'supergraph_schema:read': { of: 'variant', does: 'Read the supergraph schema' },
  'subgraph_schema:read': { of: 'variant', does: 'Read the subgraph schemas' },
  'changelog:read': { of: 'variant', does: 'See how the API schema changed' },
  'schema:check': { of: 'variant', does: 'Run schema checks' },
  'schema_check:override': { of: 'variant', does: 'Let pass what a schema check flagged' },
  'schema:publish': { of: 'variant', does: 'Publish schemas', takenByProtection: true },
  'subgraph:delete': { of: 'variant', does: 'Delete subgraphs', takenByProtection: true },
  'launch:read': { of: 'variant', does: 'See launches: builds, and what came of them' },
  'metrics:read': { of: 'variant', does: 'Read metrics and traces' },
  'metrics:report': { of: 'variant', does: 'Report metrics', takenByProtection: true },
  'explorer:query': { of: 'variant', does: 'Run queries in the explorer', public: true },
  'explorer_settings:update': {
    of: 'variant',
    does: 'Change what the explorer asks, such as the endpoint of the variant',
    takenByProtection: true,
  },
  'operation_collection:update': { of: 'variant', does: 'Edit shared collections of operations' },
  'persisted_query:read': { of: 'variant', does: 'Read the list of persisted queries' },
  'persisted_query:publish': { of: 'variant', does: 'Publish persisted queries, change their list' },
  'contract:read': { of: 'variant', does: 'See contracts' },
  'contract:manage': { of: 'variant', does: 'Create and change contracts and their variants' },
  'proposal:read': { of: 'variant', does: 'See schema proposals, comment on them and approve them' },
  'proposal:edit': { of: 'variant', does: 'Create and edit schema proposals, add reviewers' },
  'proposal:manage': { of: 'variant', does: 'Change the status of schema proposals' },
} as const satisfies Record<string, PermissionRow>;

export type Permission = keyof typeof table;

/** Every permission, in the order in which they are told. */
export const permissions = Object.keys(table) as Permission[];

export const permissionRow = (permission: Permission): PermissionRow => table[permission];

const width: Readonly<Record<ResourceKind, number>> = { organization: 0, graph: 1, variant: 2 };

/** Whether a permission can be asked of a kind of resource: of its own, or of a wider one. */
export function canBeAskedOf(permission: Permission, kind: ResourceKind): boolean {
  return width[permissionRow(permission).of] >= width[kind];
}

/** The permissions that can be asked of each kind of resource, in the order in which they are told. */
export const permissionsAskedOf: Readonly<Record<ResourceKind, readonly Permission[]>> = {
  organization: permissions.filter((permission) => canBeAskedOf(permission, 'organization')),
  graph: permissions.filter((permission) => canBeAskedOf(permission, 'graph')),
  variant: permissions.filter((permission) => canBeAskedOf(permission, 'variant')),
};

/** Whether it changes nothing: what an API key of this installation may do that only reads. */
export function isRead(permission: Permission): boolean {
  return permission.endsWith(':read');
}

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(table, text);
}

/** What a custom role and an operator or service key may hold: all but what Org Admins keep for themselves. */
export function mayBeGiven(permission: Permission): boolean {
  return permissionRow(permission).keptForOrgAdmins !== true;
}

export const permissionsKeptForOrgAdmins: readonly Permission[] = permissions.filter(
  (permission) => !mayBeGiven(permission),
);
