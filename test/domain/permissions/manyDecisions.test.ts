/** Decisions about many at once, and about roles that are given on: they say what single decisions say. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { check } from '../../../src/domain/permissions/decision.ts';
import { missingToGive } from '../../../src/domain/permissions/giving.ts';
import { permissionsAskedOf } from '../../../src/domain/permissions/permission.ts';
import { rolesOf } from '../../../src/domain/permissions/rolesOf.ts';
import { whoCan } from '../../../src/domain/permissions/whoCan.ts';
import {
  acme,
  blog,
  aGraph,
  aMember,
  anAccess,
  aPlan,
  aVariant,
  customRole,
  key,
  membership,
  shop,
  staging,
} from './anAccess.ts';
import { accessOf, anyResource, anyShared, anySubject, asked } from './anyAccess.ts';

test('all rights told at once are those that are decided one by one', () => {
  fc.assert(
    fc.property(accessOf(anySubject), anyResource, (access, resource) => {
      const one = permissionsAskedOf[resource.kind].filter(
        (permission) => check(access, permission, resource).allowed,
      );
      expect([...rolesOf(access, resource)]).toEqual(one);
    }),
    { numRuns: 3000 },
  );
});

test('who can is each one that may, in order, with why', () => {
  const given = fc.tuple(anyShared, fc.array(anySubject), asked(), fc.constantFrom(0, 1, 2));
  fc.assert(
    fc.property(given, ([shared, subjects, { permission, resource }, adding]) => {
      const each = subjects
        .map((subject) => ({
          subject,
          decision: check({ ...shared, subject }, permission, resource, adding),
        }))
        .filter(({ decision }) => decision.allowed);
      expect(whoCan(permission, resource, subjects, shared, adding)).toEqual(each);
    }),
    { numRuns: 500 },
  );
});

const keeperOf = (...more: readonly Parameters<typeof permissionsAskedOf.graph.includes>[0][]) =>
  anAccess(aMember(customRole), {
    customRoles: new Map([[customRole, new Set(['graph_access:manage' as const, ...more])]]),
  });

test('who manages access by a custom role gives nothing on that it has not', () => {
  expect(missingToGive(keeperOf(), 'consumer', aVariant(), 'member')).toEqual([
    'variant:read',
    'api_schema:read',
    'changelog:read',
    'explorer:query',
    'proposal:read',
  ]);
  const enough = keeperOf(
    'graph:read',
    'variant:read',
    'api_schema:read',
    'changelog:read',
    'explorer:query',
    'proposal:read',
  );
  expect(missingToGive(enough, 'consumer', aGraph, 'member')).toEqual([]);
  expect(missingToGive(enough, 'graph_admin', aGraph, 'member')).toContain('schema:publish');
});

test('a Graph Admin gives any role for its graph, in a plan that has next to nothing too', () => {
  const grant = { on: shop, effect: 'grant', role: 'graph_admin', via: membership } as const;
  const bounds = { ...aPlan(), features: new Set<never>(), limits: new Map() };
  const access = anAccess(aMember('observer', [grant]), { bounds });
  expect(missingToGive(access, 'graph_admin', aGraph, 'member')).toEqual([]);
  expect(missingToGive(access, 'graph_admin', { ...aGraph, graphId: blog }, 'member')).toContain(
    'graph_access:manage',
  );
});

test('the key of a graph makes keys of its own role, though it gives no access to members', () => {
  const subject = {
    kind: 'graph_key',
    keyId: key,
    organizationId: acme,
    graphId: shop,
    role: 'graph_admin',
    variantIds: null,
  } as const;
  expect(missingToGive(anAccess(subject), 'graph_admin', aGraph, 'graph_key')).toEqual([]);
  expect(missingToGive(anAccess(subject), 'graph_admin', aGraph, 'member')).toEqual(['graph_access:manage']);
});

test('nobody gives publishing on a protected variant who may not publish there', () => {
  const contributor = anAccess(aMember('contributor'));
  const isProtected = aVariant({ isProtected: true, variantId: staging });
  expect(missingToGive(contributor, 'contributor', isProtected, 'graph_key')).toContain('schema:publish');
  expect(missingToGive(contributor, 'contributor', aVariant(), 'graph_key')).toEqual([]);
});

test('on a graph nobody gives what a limit on one of its variants keeps it from', () => {
  const limit = { on: staging, effect: 'limit', role: 'observer', via: membership } as const;
  const access = anAccess(aMember('graph_admin', [limit]));
  expect(missingToGive(access, 'contributor', aGraph, 'graph_key')).toContain('schema:publish');
  expect(missingToGive(access, 'observer', aGraph, 'graph_key')).toEqual([]);
  expect(missingToGive(anAccess(aMember('org_admin', [limit])), 'contributor', aGraph, 'graph_key')).toEqual(
    [],
  );
});

test('a role that protection takes nothing from is given by those alone from whom it takes nothing', () => {
  const all = anAccess(aMember(customRole), {
    customRoles: new Map([[customRole, new Set(permissionsAskedOf.graph)]]),
  });
  expect(missingToGive(all, 'contributor', aGraph, 'member')).toEqual([]);
  expect(missingToGive(all, 'graph_admin', aGraph, 'member')).toContain('schema:publish');
});
