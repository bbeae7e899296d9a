/** The whole matrix, cell by cell: role × permission × kind of variant × plan, against a table that was written by hand. */
import { describe, expect, test } from '@jest/globals';
import type { PlanBounds, Reason, Resource } from '../../../src/domain/permissions/access.ts';
import { check } from '../../../src/domain/permissions/decision.ts';
import { rolesOf } from '../../../src/domain/permissions/rolesOf.ts';
import {
  featureCodes,
  permissions,
  permissionsKeptForOrgAdmins,
  type Permission,
} from '../../../src/domain/permissions/permission.ts';
import { builtInRoles, type BuiltInRole } from '../../../src/domain/permissions/role.ts';
import { aGraph, aMember, anAccess, anOrganization, aPlan, aVariant } from './anAccess.ts';
import { expectedForOrgAdminsAlone, expectedMatrix, type ExpectedRow } from './expectedMatrix.ts';

interface Plan {
  readonly name: string;
  readonly bounds: PlanBounds;
  readonly lacks: ReadonlySet<string>;
  readonly isFull: ReadonlySet<string>;
}

const limited = (used: number, limit: number): PlanBounds => ({
  features: new Set(featureCodes),
  limits: new Map(featureCodes.map((code) => [code, limit])),
  used: new Map(featureCodes.map((code) => [code, used])),
});
const none = new Set<string>();
const all = new Set<string>(featureCodes);

const plans: readonly Plan[] = [
  { name: 'everything, without limits', bounds: aPlan(), lacks: none, isFull: none },
  {
    name: 'nothing at all',
    bounds: { features: new Set(), limits: new Map(), used: new Map() },
    lacks: all,
    isFull: all,
  },
  ...featureCodes.map((code) => ({
    name: `all but ${code}`,
    bounds: aPlan({ without: [code] }),
    lacks: new Set([code]),
    isFull: none,
  })),
  ...featureCodes.map((code) => ({
    name: `the limit of ${code} reached`,
    bounds: aPlan({ full: [code] }),
    lacks: none,
    isFull: new Set([code]),
  })),
  { name: 'one below its limits', bounds: limited(2, 3), lacks: none, isFull: none },
  { name: 'at its limits', bounds: limited(3, 3), lacks: none, isFull: all },
  { name: 'over its limits after a downgrade', bounds: limited(5, 3), lacks: none, isFull: all },
];

const variants = [false, true].flatMap((isPublic) =>
  [false, true].map((isProtected) => aVariant({ isPublic, isProtected })),
);
const resourcesOf: Record<ExpectedRow['of'], readonly Resource[]> = {
  organization: [anOrganization],
  graph: [anOrganization, aGraph],
  variant: [anOrganization, aGraph, ...variants],
};

function expectedReason(row: ExpectedRow, role: BuiltInRole, resource: Resource, plan: Plan): Reason {
  const cell = row.byRole.get(role);
  const taken = cell === 'p' && resource.kind === 'variant' && resource.isProtected;
  if (cell === '-' || taken) {
    if (row.isPublic && resource.kind === 'variant' && resource.isPublic) return 'public_variant';
    return taken ? 'protected_variant' : 'no_role_allows_it';
  }
  if (row.needs !== undefined && plan.lacks.has(row.needs)) return 'feature_missing';
  if (row.limitedBy !== undefined && plan.isFull.has(row.limitedBy)) return 'limit_reached';
  return 'granted';
}

const allows = new Set<Reason>(['granted', 'public_variant', 'operator']);

test('the table names every permission, once', () => {
  expect(expectedMatrix.map(({ permission }) => permission).toSorted()).toEqual(permissions.toSorted());
});

test('what Org Admins keep for themselves is in no custom role and no key', () => {
  expect(permissionsKeptForOrgAdmins.toSorted()).toEqual(expectedForOrgAdminsAlone.toSorted());
});

describe.each(builtInRoles)('%s', (role) => {
  test.each(plans)('may do what the matrix says, by a plan with $name', (plan) => {
    const access = anAccess(aMember(role), { bounds: plan.bounds });
    const wrong: string[] = [];
    for (const row of expectedMatrix) {
      const permission = row.permission as Permission;
      for (const resource of resourcesOf[row.of]) {
        const expected = expectedReason(row, role, resource, plan);
        const { allowed, reason } = check(access, permission, resource);
        if (reason !== expected || allowed !== allows.has(expected)) {
          wrong.push(`${permission} of ${JSON.stringify(resource)}: ${reason}, expected ${expected}`);
        }
        if (rolesOf(access, resource).has(permission) !== allows.has(expected)) {
          wrong.push(`${permission} of ${JSON.stringify(resource)}: told otherwise by rolesOf`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

test.each(expectedMatrix)('$permission is asked of its own kind of resource, or of a wider one', (row) => {
  const access = anAccess(aMember('org_admin'));
  const narrower = Object.values(resourcesOf)
    .flat()
    .filter((resource) => !resourcesOf[row.of].includes(resource));
  for (const resource of narrower) {
    expect(() => check(access, row.permission as Permission, resource)).toThrow(/ask it of/);
  }
});

test('an invitation that takes no seat is not bound by the seats', () => {
  const access = anAccess(aMember('org_admin'), { bounds: aPlan({ full: ['seats'] }) });
  expect(check(access, 'member:invite', anOrganization).reason).toBe('limit_reached');
  expect(check(access, 'member:invite', anOrganization, 0).reason).toBe('granted');
});

test('what is added at once counts together', () => {
  const access = anAccess(aMember('org_admin'), { bounds: limited(1, 3) });
  expect(check(access, 'member:invite', anOrganization, 2).allowed).toBe(true);
  expect(check(access, 'member:invite', anOrganization, 3).reason).toBe('limit_reached');
});
