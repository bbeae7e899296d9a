/** What it takes to hand a role on: it must be one of the organization's, of the plan's, and nobody hands on more than it has. */
import { BillingError } from '../domain/errors.ts';
import type { GraphId, VariantId } from '../domain/ids.ts';
import type { Resource, RoleName } from '../domain/permissions/access.ts';
import { check } from '../domain/permissions/decision.ts';
import { permissionRow, type FeatureCode, type Permission } from '../domain/permissions/permission.ts';
import {
  isBuiltInRole,
  permissionsOfRole,
  rolesAboveProtection,
  rolesOfEveryPlan,
} from '../domain/permissions/role.ts';
import type { Found } from './access.ts';
import { DeniedError } from './denial.ts';

/** Throws a `BillingError` 400 where the organization has no such role. */
export function requireRole({ access }: Found, role: RoleName): void {
  if (isBuiltInRole(role) || access.customRoles.has(role)) return;
  throw new BillingError(400, 'role_unknown', 'The organization has no such role: check its id.', 'role');
}

/** Throws `feature_missing` 403 where the plan does not have what the role takes. */
export function requireRoleOfPlan(found: Found, role: RoleName, of: string, action: string): void {
  if (rolesOfEveryPlan.has(role)) return;
  requireFeature(found, 'roles', of, action);
  if (!isBuiltInRole(role)) requireFeature(found, 'custom_roles', of, action);
}

export function requireFeature(found: Found, feature: FeatureCode, of: string, action: string): void {
  if (found.access.bounds.features.has(feature)) return;
  throw new DeniedError({
    action,
    permission: null,
    resource: of,
    chain: found.organization.id,
    decision: { allowed: false, reason: 'feature_missing', path: [{ step: 'feature', feature, has: false }] },
  });
}

/**
 * Throws `permission_denied` 403 where a role for a graph, or some of its variants, may do there what the actor itself may
 * not: of a role that stands above protection also on a protected variant.
 */
export function requireAsMuch(
  found: Found,
  role: RoleName,
  graphId: GraphId,
  named: readonly (Resource & { readonly kind: 'variant' })[] | null,
  action: string,
): void {
  const { organizationId } = found.resource;
  const variant = {
    kind: 'variant' as const,
    organizationId,
    graphId,
    // Of no variant: nothing was set for it, so that the graph alone decides.
    variantId: 'var_none' as VariantId,
    isPublic: false,
    isProtected: rolesAboveProtection.has(role),
  };
  const resources: readonly Resource[] = named ?? [{ kind: 'graph', organizationId, graphId }, variant];
  for (const permission of ofGraphs(found, role)) {
    for (const resource of resources) {
      if (permissionRow(permission).of === 'graph' && resource.kind === 'variant') continue;
      const decision = check(found.access, permission, resource, 0);
      // What the plan does not have, no key has either.
      if (decision.allowed || decision.reason === 'feature_missing') continue;
      throw new DeniedError({ action, permission, resource: graphId, decision, chain: organizationId });
    }
  }
}

function ofGraphs({ access }: Found, role: RoleName): readonly Permission[] {
  const all = isBuiltInRole(role) ? permissionsOfRole[role] : (access.customRoles.get(role) ?? new Set());
  return [...all].filter((permission) => permissionRow(permission).of !== 'organization');
}
