/** What holds of every decision, whatever was granted: laws over random facts. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Access, Reason, Step } from '../../../src/domain/permissions/access.ts';
import { check, mayByRole } from '../../../src/domain/permissions/decision.ts';
import {
  featureCodes,
  permissionRow,
  permissionsAskedOf,
} from '../../../src/domain/permissions/permission.ts';
import {
  accessOf,
  anyResource,
  anyResourceRole,
  anySubject,
  anyUser,
  anyVariant,
  asked,
} from './anyAccess.ts';

const runs = { numRuns: 1000 };
type User = Access['subject'] & { kind: 'user' };

/** What a path says by itself, worked out apart from the code that wrote it. */
function whatThePathSays(path: readonly Step[]): Reason | 'outside' {
  let [allowed, narrowed] = [false, false];
  let grantedAs: Reason = 'granted';
  for (const step of path) {
    if (step.step === 'role' || step.step === 'capability') allowed ||= step.allows;
    if (step.step === 'operator') [allowed, grantedAs] = [step.allows, 'operator'];
    if (step.step === 'limit') {
      narrowed ||= allowed && !step.keeps;
      allowed &&= step.keeps;
    }
    if (step.step === 'public') return 'public_variant';
    if (step.step === 'protection' && step.takes) return 'protected_variant';
    if (step.step === 'feature' && !step.has) return 'feature_missing';
    if (step.step === 'quota' && !step.room) return 'limit_reached';
  }
  if (allowed) return grantedAs;
  if (path.length === 0) return 'outside';
  if (path[0]?.step === 'operator') return 'key_is_read_only';
  return narrowed ? 'narrowed_by_limit' : 'no_role_allows_it';
}

test('the path alone explains the decision: what allows it is named, and what denied it', () => {
  fc.assert(
    fc.property(accessOf(anySubject), asked(), (access, { permission, resource }) => {
      const { allowed, reason, path } = check(access, permission, resource);
      const said = whatThePathSays(path);
      if (said === 'outside') {
        expect(allowed).toBe(false);
        expect(['not_a_member', 'key_is_for_another_resource']).toContain(reason);
      } else {
        expect(reason).toBe(said);
        expect(allowed).toBe(['granted', 'public_variant', 'operator'].includes(reason));
      }
      if (allowed) expect(path.some((step) => 'allows' in step && step.allows)).toBe(true);
    }),
    runs,
  );
});

test('every step of a path was among the facts, and says of its role what the role may do', () => {
  fc.assert(
    fc.property(accessOf(anyUser), asked(), (access, { permission, resource }) => {
      const { organizationRoles, resourceRoles } = access.subject as User;
      for (const step of check(access, permission, resource).path) {
        if (step.step !== 'role' && step.step !== 'limit') continue;
        const { role, via, at } = step;
        expect(step.step === 'role' ? step.allows : step.keeps).toBe(mayByRole(access, role, permission));
        const among = at === 'organization' ? organizationRoles : resourceRoles;
        expect(among.some((fact) => fact.role === role && fact.via === via)).toBe(true);
      }
    }),
    runs,
  );
});

test('nothing is allowed to a member but by a role that holds it, in the organization or granted there', () => {
  fc.assert(
    fc.property(accessOf(anyUser), asked(), (access, { permission, resource }) => {
      const user = access.subject as User;
      if (check(access, permission, resource).reason !== 'granted') return;
      const there = new Set<string>();
      if (resource.kind !== 'organization') there.add(resource.graphId);
      if (resource.kind === 'variant') there.add(resource.variantId);
      const held = [
        ...user.organizationRoles,
        ...user.resourceRoles.filter(({ on, effect }) => effect === 'grant' && there.has(on)),
      ];
      expect(held.some(({ role }) => mayByRole(access, role, permission))).toBe(true);
    }),
    runs,
  );
});

const withRoles = (access: Access, of: Partial<User>): Access => ({
  ...access,
  subject: { ...(access.subject as User), ...of },
});

test('removing a grant, or a role in the organization, never adds a right', () => {
  fc.assert(
    fc.property(accessOf(anyUser), anyResource, fc.nat(), (access, resource, pick) => {
      const user = access.subject as User;
      const before = permissionsAskedOf[resource.kind].filter(
        (permission) => check(access, permission, resource).allowed,
      );
      const grants = user.resourceRoles.filter(({ effect }) => effect === 'grant');
      const grant = grants[pick % Math.max(grants.length, 1)];
      const role = user.organizationRoles[pick % Math.max(user.organizationRoles.length, 1)];
      const after = [
        withRoles(access, { resourceRoles: user.resourceRoles.filter((one) => one !== grant) }),
        withRoles(access, { organizationRoles: user.organizationRoles.filter((one) => one !== role) }),
      ];
      for (const less of after) {
        for (const permission of permissionsAskedOf[resource.kind]) {
          if (check(less, permission, resource).allowed) expect(before).toContain(permission);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('adding a limit never adds a right, and takes none from what is granted on the variant', () => {
  fc.assert(
    fc.property(
      accessOf(anyUser),
      asked(),
      anyResourceRole,
      fc.nat(),
      (access, { permission, resource }, row, at) => {
        const user = access.subject as User;
        const limit = { ...row, effect: 'limit' as const };
        const limited = withRoles(access, {
          resourceRoles: user.resourceRoles.toSpliced(at % (user.resourceRoles.length + 1), 0, limit),
        });
        const [before, after] = [access, limited].map((one) => check(one, permission, resource).allowed);
        if (after) expect(before).toBe(true);
        const onVariant = user.resourceRoles.some(
          ({ effect, on, role }) =>
            effect === 'grant' &&
            resource.kind === 'variant' &&
            on === resource.variantId &&
            mayByRole(access, role, permission),
        );
        if (onVariant) expect(after).toBe(before);
      },
    ),
    runs,
  );
});

test('limits never touch an Org Admin', () => {
  fc.assert(
    fc.property(accessOf(anyUser), asked(), (access, { permission, resource }) => {
      const user = access.subject as User;
      const organizationRoles = [
        ...user.organizationRoles,
        { role: 'org_admin' as const, via: { kind: 'membership' as const, id: 'mem_one' as never } },
      ];
      const admin = withRoles(access, { organizationRoles });
      const unlimited = withRoles(admin, {
        resourceRoles: user.resourceRoles.filter(({ effect }) => effect === 'grant'),
      });
      expect(check(admin, permission, resource)).toEqual(check(unlimited, permission, resource));
    }),
    runs,
  );
});

test('what is set for another graph or variant says nothing here', () => {
  fc.assert(
    fc.property(accessOf(anyUser), asked(), (access, { permission, resource }) => {
      const here = (access.subject as User).resourceRoles.filter(
        ({ on }) =>
          resource.kind !== 'organization' &&
          (on === resource.graphId || (resource.kind === 'variant' && on === resource.variantId)),
      );
      expect(check(withRoles(access, { resourceRoles: here }), permission, resource)).toEqual(
        check(access, permission, resource),
      );
    }),
    runs,
  );
});

test('what is allowed on a protected variant is allowed on the same one unprotected, and on a private one if public', () => {
  fc.assert(
    fc.property(accessOf(anySubject), asked(anyVariant), (access, { permission, resource }) => {
      if (resource.kind !== 'variant') return;
      if (check(access, permission, { ...resource, isProtected: true }).allowed) {
        expect(check(access, permission, { ...resource, isProtected: false }).allowed).toBe(true);
      }
      if (check(access, permission, { ...resource, isPublic: false }).allowed) {
        expect(check(access, permission, { ...resource, isPublic: true }).allowed).toBe(true);
      }
    }),
    runs,
  );
});

test('what is allowed of a graph is allowed on its variants that are unprotected and have nothing of their own', () => {
  fc.assert(
    fc.property(accessOf(anyUser), asked(anyVariant), (access, { permission, resource }) => {
      const variant = { ...resource, isProtected: false };
      if (variant.kind !== 'variant') return;
      const resourceRoles = (access.subject as User).resourceRoles.filter(
        ({ on }) => on !== variant.variantId,
      );
      const plain = withRoles(access, { resourceRoles });
      const { organizationId, graphId } = variant;
      if (check(plain, permission, { kind: 'graph', organizationId, graphId }).allowed) {
        expect(check(plain, permission, variant).allowed).toBe(true);
      }
    }),
    runs,
  );
});

test("another organization's resource is never allowed, but what is public of a public variant", () => {
  fc.assert(
    fc.property(accessOf(anySubject), asked(), (access, { permission, resource }) => {
      const { subject } = access;
      if (subject.kind === 'operator') return;
      if (subject.kind !== 'anonymous' && subject.organizationId === resource.organizationId) return;
      const { allowed, reason } = check(access, permission, resource);
      const isOpen =
        resource.kind === 'variant' && resource.isPublic && permissionRow(permission).public === true;
      expect([allowed, reason]).toEqual(isOpen ? [true, 'public_variant'] : [false, 'not_a_member']);
    }),
    runs,
  );
});

test('a bigger plan never takes a right away', () => {
  const everything = { features: new Set(featureCodes), used: new Map() };
  const unlimited = new Map(featureCodes.map((code) => [code, null]));
  fc.assert(
    fc.property(accessOf(anySubject), asked(), (access, { permission, resource }) => {
      if (!check(access, permission, resource).allowed) return;
      const bigger = { ...access, bounds: { ...everything, limits: unlimited } };
      expect(check(bigger, permission, resource).allowed).toBe(true);
    }),
    runs,
  );
});
