/** Renders docs/permissions.md from the tables that decide, so that what users read is what holds. */
import {
  featureCodes,
  permissionRow,
  permissions,
  permissionsKeptForOrgAdmins,
  type FeatureCode,
  type Permission,
  type ResourceKind,
} from './permission.ts';
import {
  builtInRoles,
  permissionsOfRole,
  roleNames,
  rolesAboveProtection,
  rolesOfEveryPlan,
  seatlessRoles,
  type BuiltInRole,
} from './role.ts';

const features: Readonly<Record<FeatureCode, string>> = {
  roles:
    'On or off. Without it only Org Admin, Consumer and Billing Manager may be given, no role for a single graph or variant, and no graph key below Graph Admin.',
  custom_roles: 'On or off. Custom roles may be defined.',
  seats: 'Counted: members that take a seat, open invitations to roles that take one included.',
  graphs: 'Counted: graphs of the organization.',
  variants: 'Counted: variants of all its graphs.',
  protected_variants: 'On or off. Variants may be protected.',
  audit_log: 'On or off. The audit log may be read and exported; it is written in any case.',
  sso: 'On or off. Single sign-on and provisioning may be configured.',
};

const kinds: readonly (readonly [ResourceKind, string])[] = [
  ['organization', 'Of an organization'],
  ['graph', 'Of a graph'],
  ['variant', 'Of a variant'],
];

/** The whole document, in Markdown, as the formatter leaves it. */
export function renderPermissions(): string {
  const parts = [
    '# Permissions',
    '<!-- Rendered by `npm run permissions` from src/domain/permissions: change the tables there. -->',
    'Who may do what to an organization, its graphs and their variants. Nothing is allowed but by a role, a capability of a key, a public variant, or an API key of the installation. Why it is so, and where it departs from GraphOS: [ADR 9](adr/0009-permissions.md).',
    '## Roles',
    table(
      ['Role', 'Code', 'Takes a seat', 'Plans'],
      builtInRoles.map((role) => [
        roleNames[role],
        code(role),
        seatlessRoles.has(role) ? 'no' : 'yes',
        rolesOfEveryPlan.has(role) ? 'all' : `with ${code('roles')}`,
      ]),
    ),
    '`✓` may; `(✓)` may, but not on a protected variant unless the role was granted on that variant; `public`: everybody may on a public variant. A permission of a graph or variant that is held in the organization holds for all of its graphs.',
    ...kinds.flatMap(([kind, title]) => [`### ${title}`, matrix(kind)]),
    ...meaning(),
    ...protection(),
    ...bounds(),
    ...given(),
    ...explained(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function matrix(kind: ResourceKind): string {
  return table(
    ['Permission', ...builtInRoles.map((role) => roleNames[role]), 'Bounds'],
    ofKind(kind).map((permission) => [
      code(permission),
      ...builtInRoles.map((role) => cell(role, permission)),
      boundsOf(permission),
    ]),
  );
}

function cell(role: BuiltInRole, permission: Permission): string {
  if (!permissionsOfRole[role].has(permission)) return '';
  const taken = permissionRow(permission).takenByProtection === true && !rolesAboveProtection.has(role);
  return taken ? '(✓)' : '✓';
}

function boundsOf(permission: Permission): string {
  const row = permissionRow(permission);
  const told: string[] = [];
  if (row.public === true) told.push('public');
  if (row.needs !== undefined) told.push(`needs ${code(row.needs)}`);
  if (row.limitedBy !== undefined) told.push(`counts as ${code(row.limitedBy)}`);
  return told.join(', ');
}

function meaning(): string[] {
  return [
    '## What each permission means',
    table(
      ['Permission', 'Who has it may'],
      permissions.map((permission) => [code(permission), permissionRow(permission).does]),
    ),
  ];
}

function protection(): string[] {
  const taken = permissions.filter((permission) => permissionRow(permission).takenByProtection === true);
  return [
    '## Grants, limits and protected variants',
    'A member, or a group, has a role in the organization and may have another for a graph or a variant: a **grant** adds what its role may do there; a **limit** keeps, of what comes from wider levels, only what its role may do, and takes nothing of what is granted at its own level or below. An Org Admin is never limited. Several roles add up.',
    `A **protected variant** takes ${list(taken.map(code))} from all but ${list([...rolesAboveProtection].map((role) => roleNames[role as BuiltInRole]))}, unless the role that allows it was granted on the variant itself. A custom role never stands above protection.`,
  ];
}

function bounds(): string[] {
  return [
    '## What the plan bounds',
    table(
      ['Feature', 'What it bounds'],
      featureCodes.map((feature) => [code(feature), features[feature]]),
    ),
    'At or over a limit, after a downgrade too, nothing is deleted and nothing new may be added; roles, protection and keys that are there keep acting. An API key of the installation may read whatever the plan lacks.',
  ];
}

function given(): string[] {
  const never = permissions.filter((permission) => permissionRow(permission).neverByGraphKey === true);
  return [
    '## Keys and custom roles',
    [
      `- A **personal key** acts as its user.`,
      `- A **graph key** has one role on one graph, or on some of its variants only; of the graph it then may do no more than ${code('graph:read')}. A role for variants that are named stands on them when they are protected. It never has ${list(never.map(code))}, and nothing of the organization.`,
      `- An **operator or service key** belongs to the organization and has the permissions that an Org Admin names, on protected variants too.`,
      `- A **custom role** has the permissions that it names, and is bound by protection. A key that only publishes persisted queries is a graph key with a custom role of ${code('persisted_query:publish')} alone.`,
      `- Who gives a role on a graph or variant, or makes a key of a graph, has ${code('graph_access:manage')} or ${code('graph_key:manage')} there, and gives nothing that it may not do itself, there and on the variants on which it is limited. To end or change a limit takes all that a Graph Admin has there. Who creates a graph is Graph Admin of it, where the plan has ${code('roles')}.`,
      `- No custom role and no operator or service key holds what lets it take the rest: ${list(permissionsKeptForOrgAdmins.map(code))}.`,
    ].join('\n'),
  ];
}

function explained(): string[] {
  return [
    '## How a decision is explained',
    'A decision is `allowed`, its `reason`, and the `path` by which it came about, from wide to narrow: each role with where it is held and through what (the membership or the group), each limit and whether it keeps the permission, the capability of the key, protection and whether it takes, the feature that the plan must have, the limit with what is used.',
    table(
      ['Reason', 'What it says'],
      [
        ['`granted`', 'A role or capability in the path allows it, and nothing took it away'],
        ['`public_variant`', 'No role allows it, but the variant is public'],
        ['`operator`', 'An API key of the installation'],
        ['`not_a_member`', 'Who asks has no role in the organization, which looks as if nothing were there'],
        ['`no_role_allows_it`', 'None of the roles, or the capabilities of the key, has it'],
        ['`narrowed_by_limit`', 'A role allowed it, and a limit for the graph or variant took it'],
        ['`protected_variant`', 'A role allowed it, and the protection of the variant took it'],
        ['`key_is_for_another_resource`', 'The key is for another graph or variant'],
        ['`key_is_read_only`', 'An API key of the installation that may only read'],
        ['`feature_missing`', 'It is granted, but the plan lacks the feature'],
        ['`limit_reached`', 'It is granted, but one more would be over the limit of the plan'],
      ],
    ),
  ];
}

const ofKind = (kind: ResourceKind) =>
  permissions.filter((permission) => permissionRow(permission).of === kind);
const code = (text: string) => `\`${text}\``;
const list = (items: readonly string[]) =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;

/** A table whose columns are as wide as their widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) =>
    Math.max(3, ...[head, ...rows].map((row) => (row[at] ?? title).length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, at) => (cells[at] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
