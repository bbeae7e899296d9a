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
  'organization:delete': { of: 'organization', does: 'Delete the organization' },
  'member:read': { of: 'organization', does: 'See members and invitations' },
  'member:invite': { of: 'organization', does: 'Invite members', limitedBy: 'seats' },
  'member:remove': { of: 'organization', does: 'Remove members and withdraw invitations' },
  'role:assign': { of: 'organization', does: 'Give, widen and narrow the roles of members and groups' },
  'role:define': { of: 'organization', does: 'Define custom roles', needs: 'custom_roles' },
  'group:read': { of: 'organization', does: 'See groups and who is in them' },
  'group:manage': { of: 'organization', does: 'Make, change and delete groups' },
  'graph:create': { of: 'organization', does: 'Create graphs', limitedBy: 'graphs' },
  'organization_key:read': { of: 'organization', does: 'See operator and service keys, never their secret' },
  'organization_key:manage': { of: 'organization', does: 'Create and revoke operator and service keys' },
  'sso:manage': { of: 'organization', does: 'Configure single sign-on and provisioning', needs: 'sso' },
  'billing:read': { of: 'organization', does: 'See the subscription and the usage of its open period' },
  'billing:update': { of: 'organization', does: 'Change the plan, the payment methods and billing details' },
  'invoice:read': { of: 'organization', does: 'See invoices' },
  'entitlement:read': { of: 'organization', does: 'See what the plan allows, and how much of it is used' },
  'audit_log:read': { of: 'organization', does: 'Read the audit log', needs: 'audit_log' },
  'audit_log:export': { of: 'organization', does: 'Export the audit log', needs: 'audit_log' },
  // A graph
  'graph:read': { of: 'graph', does: 'See the graph and its list of variants' },
  'graph:update': { of: 'graph', does: 'Change the settings of the graph' },
  'graph:delete': { of: 'graph', does: 'Delete the graph' },
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
  'schema:check': { of: 'variant', does: 'Run schema checks' },
  'schema:publish': { of: 'variant', does: 'Publish schemas', takenByProtection: true },
  'subgraph:delete': { of: 'variant', does: 'Delete subgraphs', takenByProtection: true },
  'launch:read': { of: 'variant', does: 'See launches and the history of changes' },
  'metrics:read': { of: 'variant', does: 'Read metrics and traces' },
  'metrics:report': { of: 'variant', does: 'Report metrics', takenByProtection: true },
  'explorer:query': { of: 'variant', does: 'Run queries in the explorer', public: true },
  'operation_collection:update': { of: 'variant', does: 'Edit shared collections of operations' },
  'persisted_query:read': { of: 'variant', does: 'Read the list of persisted queries' },
  'persisted_query:publish': { of: 'variant', does: 'Publish persisted queries', takenByProtection: true },
} as const satisfies Record<string, PermissionRow>;

export type Permission = keyof typeof table;

/** Every permission, in the order in which they are told. */
export const permissions = Object.keys(table) as Permission[];

export const permissionRow = (permission: Permission): PermissionRow => table[permission];

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(table, text);
}
