/**
 * All that somebody may do to one resource, in one pass over what was granted: what `roles { canPublishSchema … }` shows.
 * It says what `check` says of each permission, without the path; where a decision is to be explained, ask `check`.
 */
import type { Access, Decision, Resource, RoleName, Subject } from './access.ts';
import { check, isProtectedAgainst, levelsBelow, mayByRole } from './decision.ts';
import { permissionRow, permissionsAskedOf, type Permission } from './permission.ts';
import { withinPlan } from './plan.ts';
import { rolesAboveProtection } from './role.ts';

const granted: Decision = { allowed: true, reason: 'granted', path: [] };

/** What `check` allows of all that can be asked of the resource, where one more would be added of what is counted. */
export function rolesOf(access: Access, resource: Resource): ReadonlySet<Permission> {
  const asked = permissionsAskedOf[resource.kind];
  const { subject } = access;
  if (subject.kind !== 'user') {
    return new Set(asked.filter((permission) => check(access, permission, resource).allowed));
  }
  const byRoles = grantedByRoles(access, subject, resource);
  return new Set(
    asked.filter((permission) =>
      byRoles.has(permission)
        ? withinPlan(access, permission, granted, 1).allowed
        : permissionRow(permission).public === true && resource.kind === 'variant' && resource.isPublic,
    ),
  );
}

/** What the roles of a user allow there, after limits and protection, whatever the plan. */
function grantedByRoles(
  access: Access,
  subject: Subject & { kind: 'user' },
  resource: Resource,
): ReadonlySet<Permission> {
  if (subject.organizationId !== resource.organizationId) return new Set();
  const allowed = new Set<Permission>();
  // Of these, what stands on a protected variant too.
  const stands = new Set<Permission>();
  const add = (role: RoleName, above: boolean) => {
    for (const permission of permissionsAskedOf[resource.kind]) {
      if (!mayByRole(access, role, permission)) continue;
      allowed.add(permission);
      if (above) stands.add(permission);
    }
  };
  for (const { role } of subject.organizationRoles) add(role, rolesAboveProtection.has(role));
  if (subject.organizationRoles.length === 0) return allowed;
  const isOrgAdmin = subject.organizationRoles.some(({ role }) => role === 'org_admin');
  for (const { at, rows } of levelsBelow(subject.resourceRoles, resource)) {
    for (const { role, effect } of isOrgAdmin ? [] : rows) {
      if (effect !== 'limit') continue;
      const above = rolesAboveProtection.has(role);
      for (const permission of [...allowed]) {
        const keeps = mayByRole(access, role, permission);
        if (!keeps) allowed.delete(permission);
        if (!keeps || !above) stands.delete(permission);
      }
    }
    for (const { role, effect } of rows) {
      if (effect === 'grant') add(role, at === 'variant' || rolesAboveProtection.has(role));
    }
  }
  for (const permission of [...allowed]) {
    if (!stands.has(permission) && isProtectedAgainst(permission, resource)) allowed.delete(permission);
  }
  return allowed;
}
