/**
 * Who may do what, written by hand from what GraphOS documents of its roles (docs/adr/0009-permissions.md names where we
 * depart), apart from the tables that decide. A column for each role: A Org Admin, G Graph Admin, C Contributor,
 * D Documenter, O Observer, K Consumer, B Billing Manager; `+` may, `-` may not, `p` may unless the variant is protected.
 * After them: P everybody may on a public variant; what the plan must have; `<` what the plan counts.
 */
import type { FeatureCode } from '../../../src/domain/permissions/permission.ts';
import type { BuiltInRole } from '../../../src/domain/permissions/role.ts';

const columns: readonly BuiltInRole[] = [
  'org_admin',
  'graph_admin',
  'contributor',
  'documenter',
  'observer',
  'consumer',
  'billing_manager',
];

const text = `
                               A G C D O K B
organization
  organization:read            + + + + + + +
  organization:update          + - - - - - +
  organization:delete          + - - - - - -
  member:read                  + + + + + - +
  member:invite                + - - - - - -   <seats
  member:remove                + - - - - - +
  role:assign                  + - - - - - -
  role:define                  + - - - - - -   custom_roles
  group:read                   + + + + + - -
  group:manage                 + - - - - - -
  graph:create                 + + + - - - -   <graphs
  organization_key:read        + - - - - - -
  organization_key:manage      + - - - - - -
  sso:manage                   + - - - - - -   sso
  scim:provision               + - - - - - -   sso
  billing:read                 + - - - - - +
  billing:update               + - - - - - +
  invoice:read                 + - - - - - +
  entitlement:read             + + + + + - +
  audit_log:read               + - - - - - -   audit_log
  audit_log:export             + - - - - - -   audit_log
graph
  graph:read                   + + + + + + -
  graph:update                 + + - - - - -
  graph:delete                 + + - - - - -
  graph_access:manage          + + - - - - -
  graph_key:read               + + - - - - -
  graph_key:manage             + + - - - - -
  integration:manage           + + - - - - -
  check_configuration:update   + + - - - - -
  variant:create               + + + - - - -   <variants
variant
  variant:read                 + + + + + + -   P
  variant:update               + + - - - - -
  variant:protect              + + - - - - -   protected_variants
  variant:delete               + + - - - - -
  readme:update                + + + + - - -
  description:update           + + + + - - -
  api_schema:read              + + + + + + -   P
  supergraph_schema:read       + + + + + - -
  subgraph_schema:read         + + + + + - -
  changelog:read               + + + + + + -
  schema:check                 + + + + + - -
  schema_check:override        + + - - - - -
  schema:publish               + + p - - - -
  subgraph:delete              + + p - - - -
  launch:read                  + + + + + - -
  metrics:read                 + + + + + - -
  metrics:report               + + p - - - -
  explorer:query               + + + + + + -   P
  explorer_settings:update     + + p - - - -
  operation_collection:update  + + + - - - -
  persisted_query:read         + + + + + - -
  persisted_query:publish      + + - - - - -
  contract:read                + + + - - - -
  contract:manage              + + - - - - -
  proposal:read                + + + + + + -
  proposal:edit                + + + + + - -
  proposal:manage              + + - - - - -
`;

export interface ExpectedRow {
  readonly permission: string;
  readonly of: 'organization' | 'graph' | 'variant';
  readonly byRole: ReadonlyMap<BuiltInRole, '+' | '-' | 'p'>;
  readonly isPublic: boolean;
  readonly needs: FeatureCode | undefined;
  readonly limitedBy: FeatureCode | undefined;
}

function parse(): ExpectedRow[] {
  const rows: ExpectedRow[] = [];
  let of: ExpectedRow['of'] = 'organization';
  for (const line of text.split('\n').slice(2)) {
    const [name = '', ...rest] = line.trim().split(/\s+/);
    if (name === '') continue;
    if (name === 'organization' || name === 'graph' || name === 'variant') {
      of = name;
      continue;
    }
    const bounds = rest.slice(columns.length);
    rows.push({
      permission: name,
      of,
      byRole: new Map(columns.map((role, at) => [role, rest[at] as '+' | '-' | 'p'])),
      isPublic: bounds.includes('P'),
      needs: bounds.find((bound) => /^[a-z]/.test(bound)) as FeatureCode | undefined,
      limitedBy: bounds.find((bound) => bound.startsWith('<'))?.slice(1) as FeatureCode | undefined,
    });
  }
  return rows;
}

export const expectedMatrix: readonly ExpectedRow[] = parse();

/** Held by no custom role and no operator or service key: who has one of them could give itself the rest. */
export const expectedForOrgAdminsAlone = [
  'organization:delete',
  'role:assign',
  'role:define',
  'organization_key:manage',
  'sso:manage',
];
