/** What single subjects may: keys, members with something set for one graph or variant, people from outside. */
import { expect, test } from '@jest/globals';
import type { Subject } from '../../../src/domain/permissions/access.ts';
import { check } from '../../../src/domain/permissions/decision.ts';
import {
  permissions,
  permissionsAskedOf,
  permissionsKeptForOrgAdmins,
} from '../../../src/domain/permissions/permission.ts';
import { rolesOf } from '../../../src/domain/permissions/rolesOf.ts';
import {
  acme,
  aGraph,
  aMember,
  anAccess,
  anOrganization,
  aVariant,
  blog,
  customRole,
  group,
  key,
  membership,
  production,
  rival,
  shop,
  staging,
} from './anAccess.ts';

type Role = ReturnType<typeof aMember>['organizationRoles'][number]['role'];

function aGraphKey(role: Role, of: Partial<Subject & { kind: 'graph_key' }> = {}): Subject {
  return {
    kind: 'graph_key',
    keyId: key,
    organizationId: acme,
    graphId: shop,
    role,
    variantIds: null,
    ...of,
  };
}

const anOrganizationKey = (...capabilities: typeof permissions): Subject => ({
  kind: 'organization_key',
  keyId: key,
  organizationId: acme,
  capabilities,
});

const guarded = aVariant({ variantId: production, isProtected: true });
const grantOn = (on: typeof shop | typeof staging, role: Role) =>
  ({ on, effect: 'grant', role, via: membership }) as const;
const limitOn = (on: typeof shop | typeof staging, role: Role) =>
  ({ on, effect: 'limit', role, via: group }) as const;

test('people from outside see of a public variant what is for clients, and nothing of a private one', () => {
  const outside = anAccess({ kind: 'anonymous' });
  expect([...rolesOf(outside, aVariant({ isPublic: true }))]).toEqual([
    'variant:read',
    'api_schema:read',
    'explorer:query',
  ]);
  for (const resource of [aVariant(), aGraph, anOrganization])
    expect(rolesOf(outside, resource).size).toBe(0);
});

test('a grant on a graph does not stand on a protected variant, one on the variant does', () => {
  const onGraph = anAccess(aMember('observer', [grantOn(shop, 'contributor')]));
  expect(check(onGraph, 'schema:publish', aVariant()).allowed).toBe(true);
  expect(check(onGraph, 'schema:publish', guarded).reason).toBe('protected_variant');
  const onVariant = anAccess(aMember('observer', [grantOn(production, 'contributor')]));
  expect(check(onVariant, 'schema:publish', guarded).allowed).toBe(true);
  expect(check(onVariant, 'schema:publish', aVariant()).reason).toBe('no_role_allows_it');
});

test('a limit on a graph keeps what its role may do, and a grant below it gives back', () => {
  const rows = [limitOn(shop, 'consumer'), grantOn(staging, 'observer')];
  const narrowed = anAccess(aMember('graph_admin', rows));
  expect(check(narrowed, 'metrics:read', aVariant({ variantId: production })).reason).toBe(
    'narrowed_by_limit',
  );
  expect(check(narrowed, 'api_schema:read', aVariant({ variantId: production })).allowed).toBe(true);
  expect(check(narrowed, 'metrics:read', aVariant()).allowed).toBe(true);
  expect(check(narrowed, 'metrics:read', aVariant({ graphId: blog })).allowed).toBe(true);
});

test('a Graph Admin who is limited to Contributor does not publish to a protected variant', () => {
  const limited = anAccess(aMember('graph_admin', [limitOn(shop, 'contributor')]));
  expect(check(limited, 'schema:publish', aVariant()).allowed).toBe(true);
  expect(check(limited, 'schema:publish', guarded).reason).toBe('protected_variant');
  expect(rolesOf(limited, guarded)).not.toContain('schema:publish');
});

test('an explanation names each role from wide to narrow, where it is held and through what', () => {
  const rows = [limitOn(shop, 'consumer'), grantOn(production, 'contributor')];
  expect(check(anAccess(aMember('contributor', rows)), 'schema:publish', guarded)).toEqual({
    allowed: true,
    reason: 'granted',
    path: [
      { step: 'role', at: 'organization', role: 'contributor', via: membership, allows: true },
      { step: 'limit', at: 'graph', role: 'consumer', via: group, keeps: false },
      { step: 'role', at: 'variant', role: 'contributor', via: membership, allows: true },
      { step: 'protection', takes: false },
    ],
  });
});

test('a graph key has its role on its graph, nothing of the organization, of members or of another graph', () => {
  const access = anAccess(aGraphKey('graph_admin'));
  expect(rolesOf(access, anOrganization).size).toBe(0);
  expect(rolesOf(access, aVariant({ graphId: blog })).size).toBe(0);
  expect(rolesOf(access, aVariant({ organizationId: rival })).size).toBe(0);
  expect(permissionsAskedOf.graph.filter((one) => !rolesOf(access, aGraph).has(one))).toEqual([
    'graph_access:manage',
  ]);
});

test('a Contributor key reports no metrics and publishes nothing for a protected variant that it does not name', () => {
  const whole = anAccess(aGraphKey('contributor'));
  expect(check(whole, 'metrics:report', aVariant()).allowed).toBe(true);
  expect(check(whole, 'metrics:report', guarded).reason).toBe('protected_variant');
  expect(check(anAccess(aGraphKey('graph_admin')), 'metrics:report', guarded).allowed).toBe(true);
  const named = anAccess(aGraphKey('contributor', { variantIds: [production] }));
  expect(check(named, 'metrics:report', guarded).allowed).toBe(true);
  expect(check(named, 'metrics:report', aVariant()).reason).toBe('key_is_for_another_resource');
});

test('a key for some variants sees the graph that they are in, and nothing else of it', () => {
  const named = anAccess(aGraphKey('graph_admin', { variantIds: [staging] }));
  expect([...rolesOf(named, aGraph)]).toEqual(['graph:read']);
});

test('an operator or service key does what it names, on protected variants too, and nothing else', () => {
  const access = anAccess(anOrganizationKey('schema:publish', 'graph:create'));
  expect([...rolesOf(access, anOrganization)]).toEqual(['graph:create', 'schema:publish']);
  expect([...rolesOf(access, guarded)]).toEqual(['schema:publish']);
  expect(rolesOf(access, { ...aGraph, organizationId: rival }).size).toBe(0);
});

test('what Org Admins keep for themselves is nobody else’s, though a stored role or key named it', () => {
  const byRole = anAccess(aMember(customRole), {
    customRoles: new Map([[customRole, new Set(permissions)]]),
  });
  const byKey = anAccess(anOrganizationKey(...permissions));
  for (const access of [byRole, byKey]) {
    const missing = permissions.filter((one) => !rolesOf(access, anOrganization).has(one));
    expect(missing).toEqual(permissionsKeptForOrgAdmins);
  }
});

test('a custom role that is no more allows nothing', () => {
  expect(rolesOf(anAccess(aMember(customRole)), aGraph).size).toBe(0);
});

test('an operator of the installation may all by a key that writes, and sees all by one that reads', () => {
  const bounds = { features: new Set<never>(), limits: new Map(), used: new Map() };
  const reader = anAccess({ kind: 'operator', mayWrite: false }, { bounds });
  expect([...rolesOf(reader, anOrganization)]).toEqual(permissions.filter((one) => one.endsWith(':read')));
  expect(check(reader, 'schema:publish', guarded)).toEqual({
    allowed: false,
    reason: 'key_is_read_only',
    path: [{ step: 'operator', allows: false }],
  });
  const writer = anAccess({ kind: 'operator', mayWrite: true });
  expect([...rolesOf(writer, anOrganization)]).toEqual(permissions);
});
