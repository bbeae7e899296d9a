/** What it takes to hand a role on: it must be one of the organization's, of the plan's, and nobody hands on more than it has. */
import { BillingError } from '../domain/errors.ts';
import { denied, type Resource, type RoleName } from '../domain/permissions/access.ts';
import { check } from '../domain/permissions/decision.ts';
import { missingToGive } from '../domain/permissions/giving.ts';
import type { FeatureCode } from '../domain/permissions/permission.ts';
import { isBuiltInRole, rolesOfEveryPlan } from '../domain/permissions/role.ts';
import type { Found } from './access.ts';
import { DeniedError } from './denial.ts';

/** A graph or a variant: what a role can be given on. */
export type GraphResource = Resource & { readonly kind: 'graph' | 'variant' };

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
 * Throws `permission_denied` 403 where a role on a graph or variant would do more there than the actor may itself, and names
 * the first of what is missing.
 */
export function requireMayGive(
  { access, organization }: Found,
  role: RoleName,
  resource: GraphResource,
  to: 'member' | 'graph_key',
  action: string,
): void {
  const [permission] = missingToGive(access, role, resource, to);
  if (permission === undefined) return;
  const decided = check(access, permission, resource, 0);
  // Allowed on the graph, and not on a variant of it that is protected or where the actor is limited.
  const decision = decided.allowed ? denied('protected_variant', decided.path) : decided;
  const id = resource.kind === 'graph' ? resource.graphId : resource.variantId;
  throw new DeniedError({ action, permission, resource: id, decision, chain: organization.id });
}
