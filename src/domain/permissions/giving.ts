/** Nobody gives more than he has: who manages access to a graph, or its keys, bounds the role that he gives by his own. */
import type { Access, PlanBounds, Resource, RoleName } from './access.ts';
import { check, mayByRole } from './decision.ts';
import { featureCodes, permissionRow, permissionsAskedOf, type Permission } from './permission.ts';

/** A plan that bounds nothing: it would bound giver and receiver alike. */
const unbounded: PlanBounds = {
  features: new Set(featureCodes),
  limits: new Map(featureCodes.map((code) => [code, null])),
  used: new Map(),
};

/**
 * What a role would let a member or a key do on a graph or variant that its giver may not do there: empty where it may
 * be given. That the giver may give at all (`graph_access:manage`, `graph_key:manage`) is for `check`.
 */
export function missingToGive(
  access: Access,
  role: RoleName,
  resource: Resource & { kind: 'graph' | 'variant' },
  to: 'member' | 'graph_key',
): Permission[] {
  return permissionsAskedOf[resource.kind].filter(
    (permission) =>
      mayByRole(access, role, permission) &&
      !(to === 'graph_key' && permissionRow(permission).neverByGraphKey === true) &&
      !check({ ...access, bounds: unbounded }, permission, resource).allowed,
  );
}
