/**
 * Whether somebody may do something, and why: the one function that decides. Deny by default; nothing is allowed but by
 * a role, a capability, a public variant or an operator of this installation.
 *
 * From wide to narrow: what the roles in the organization allow; at the graph, what its limits keep of that, and what is
 * granted there; at the variant the same; then what protection takes, and what the plan bounds. An Org Admin is never
 * limited. So a grant only ever adds, and taking one away never adds anything.
 */
import { BillingError } from '../errors.ts';
import {
  denied,
  type Access,
  type Decision,
  type Resource,
  type ResourceRole,
  type RoleName,
  type Step,
  type Subject,
} from './access.ts';
import { canBeAskedOf, isRead, mayBeGiven, permissionRow, type Permission } from './permission.ts';
import { withinPlan } from './plan.ts';
import { isBuiltInRole, permissionsOfRole, rolesAboveProtection } from './role.ts';

/**
 * Decides. A permission may be asked of a wider resource than its own (`schema:publish` of a graph: of a variant there
 * that is not protected and for which nothing else was set). `adding` is how many of what the plan counts would be added
 * (0: none, as an invitation of a Consumer takes no seat).
 * Throws a `BillingError` 400 where the permission is of a wider kind than the resource.
 */
export function check(access: Access, permission: Permission, resource: Resource, adding = 1): Decision {
  const row = permissionRow(permission);
  if (!canBeAskedOf(permission, resource.kind)) {
    throw new BillingError(
      400,
      'permission_of_wider_resource',
      `"${permission}" is a permission of an ${row.of}: ask it of one, not of a ${resource.kind}.`,
      'permission',
    );
  }
  const granted = decideGrant(access, permission, resource);
  if (!granted.allowed && row.public && resource.kind === 'variant' && resource.isPublic) {
    return {
      allowed: true,
      reason: 'public_variant',
      path: [...granted.path, { step: 'public', allows: true }],
    };
  }
  return granted.allowed ? withinPlan(access, permission, granted, adding) : granted;
}

function decideGrant(access: Access, permission: Permission, resource: Resource): Decision {
  const { subject } = access;
  switch (subject.kind) {
    case 'anonymous':
      return denied('not_a_member', []);
    case 'operator':
      return subject.mayWrite || isRead(permission)
        ? { allowed: true, reason: 'operator', path: [{ step: 'operator', allows: true }] }
        : denied('key_is_read_only', [{ step: 'operator', allows: false }]);
    case 'organization_key':
      return decideByCapability(subject, permission, resource);
    case 'graph_key':
      return decideByGraphKey(access, subject, permission, resource);
    case 'user':
      return decideByRoles(access, subject, permission, resource);
  }
}

/** A capability is given by name by an Org Admin, so protection takes nothing from it. */
function decideByCapability(
  subject: Subject & { kind: 'organization_key' },
  permission: Permission,
  resource: Resource,
): Decision {
  if (subject.organizationId !== resource.organizationId) return denied('not_a_member', []);
  const allows = mayBeGiven(permission) && subject.capabilities.includes(permission);
  const path: Step[] = [{ step: 'capability', keyId: subject.keyId, allows }];
  return allows ? { allowed: true, reason: 'granted', path } : denied('no_role_allows_it', path);
}

function decideByGraphKey(
  access: Access,
  subject: Subject & { kind: 'graph_key' },
  permission: Permission,
  resource: Resource,
): Decision {
  if (subject.organizationId !== resource.organizationId) return denied('not_a_member', []);
  if (resource.kind === 'organization' || resource.graphId !== subject.graphId) {
    return denied('key_is_for_another_resource', []);
  }
  const named = subject.variantIds;
  const isNamed = named !== null && resource.kind === 'variant' && named.includes(resource.variantId);
  // A key for some variants sees the graph that they are in, and nothing else of it.
  if (named !== null && !isNamed && permission !== 'graph:read') {
    return denied('key_is_for_another_resource', []);
  }
  const allows =
    permissionRow(permission).neverByGraphKey !== true && mayByRole(access, subject.role, permission);
  const path: Step[] = [
    { step: 'role', at: isNamed ? 'variant' : 'graph', role: subject.role, via: null, allows },
  ];
  if (!allows) return denied('no_role_allows_it', path);
  if (!isProtectedAgainst(permission, resource)) return { allowed: true, reason: 'granted', path };
  const stands = isNamed || rolesAboveProtection.has(subject.role);
  path.push({ step: 'protection', takes: !stands });
  return stands ? { allowed: true, reason: 'granted', path } : denied('protected_variant', path);
}

function decideByRoles(
  access: Access,
  subject: Subject & { kind: 'user' },
  permission: Permission,
  resource: Resource,
): Decision {
  if (subject.organizationId !== resource.organizationId || subject.organizationRoles.length === 0) {
    return denied('not_a_member', []);
  }
  const path: Step[] = [];
  // What allows it so far, and whether that would stand on a protected variant.
  let allowed = false;
  let stands = false;
  let narrowed = false;
  for (const { role, via } of subject.organizationRoles) {
    const allows = mayByRole(access, role, permission);
    path.push({ step: 'role', at: 'organization', role, via, allows });
    allowed ||= allows;
    stands ||= allows && rolesAboveProtection.has(role);
  }
  const isOrgAdmin = subject.organizationRoles.some(({ role }) => role === 'org_admin');
  for (const { at, rows } of levelsBelow(subject.resourceRoles, resource)) {
    if (!isOrgAdmin) {
      for (const { role, via } of rows.filter(({ effect }) => effect === 'limit')) {
        const keeps = mayByRole(access, role, permission);
        path.push({ step: 'limit', at, role, via, keeps });
        narrowed ||= allowed && !keeps;
        allowed &&= keeps;
        stands &&= keeps && rolesAboveProtection.has(role);
      }
    }
    for (const { role, via } of rows.filter(({ effect }) => effect === 'grant')) {
      const allows = mayByRole(access, role, permission);
      path.push({ step: 'role', at, role, via, allows });
      allowed ||= allows;
      stands ||= allows && (at === 'variant' || rolesAboveProtection.has(role));
    }
  }
  if (!allowed) return denied(narrowed ? 'narrowed_by_limit' : 'no_role_allows_it', path);
  if (isProtectedAgainst(permission, resource)) {
    path.push({ step: 'protection', takes: !stands });
    if (!stands) return denied('protected_variant', path);
  }
  return { allowed: true, reason: 'granted', path };
}

/** What was set for the graph, then for the variant, of a resource. */
export function levelsBelow(
  rows: readonly ResourceRole[],
  resource: Resource,
): { at: 'graph' | 'variant'; rows: readonly ResourceRole[] }[] {
  if (rows.length === 0 || resource.kind === 'organization') return [];
  const graph = { at: 'graph' as const, rows: rows.filter(({ on }) => on === resource.graphId) };
  if (resource.kind === 'graph') return [graph];
  return [graph, { at: 'variant' as const, rows: rows.filter(({ on }) => on === resource.variantId) }];
}

export function isProtectedAgainst(permission: Permission, resource: Resource): boolean {
  return (
    resource.kind === 'variant' &&
    resource.isProtected &&
    permissionRow(permission).takenByProtection === true
  );
}

/** What a role may do; of a custom role that is no more, nothing, and of none what Org Admins keep for themselves. */
export function mayByRole({ customRoles }: Access, role: RoleName, permission: Permission): boolean {
  if (isBuiltInRole(role)) return permissionsOfRole[role].has(permission);
  return mayBeGiven(permission) && (customRoles.get(role)?.has(permission) ?? false);
}
