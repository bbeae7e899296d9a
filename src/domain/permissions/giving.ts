/** Nobody gives more than he has: who manages access to a graph, or its keys, bounds the role that he gives by his own. */
import type { VariantId } from '../ids.ts';
import type { Access, PlanBounds, Resource, RoleName } from './access.ts';
import { check, mayByRole } from './decision.ts';
import {
  canBeAskedOf,
  featureCodes,
  permissionRow,
  permissionsAskedOf,
  type Permission,
} from './permission.ts';
import { rolesAboveProtection } from './role.ts';

/** A plan that bounds nothing: it would bound giver and receiver alike. */
const unbounded: PlanBounds = {
  features: new Set(featureCodes),
  limits: new Map(featureCodes.map((code) => [code, null])),
  used: new Map(),
};

/**
 * What a role would let a member or a key do on a graph or variant that its giver may not do there: empty where it may
 * be given. On a graph that is also what it would do on the variants on which the giver is limited, and, of a role that
 * protection takes nothing from, on those that are protected. That the giver may give at all (`graph_access:manage`,
 * `graph_key:manage`) is for `check`.
 */
export function missingToGive(
  access: Access,
  role: RoleName,
  resource: Resource & { kind: 'graph' | 'variant' },
  to: 'member' | 'graph_key',
): Permission[] {
  const reached = [resource, ...variantsReached(access, role, resource)];
  return permissionsAskedOf[resource.kind].filter(
    (permission) =>
      mayByRole(access, role, permission) &&
      !(to === 'graph_key' && permissionRow(permission).neverByGraphKey === true) &&
      reached.some(
        (one) =>
          canBeAskedOf(permission, one.kind) &&
          !check({ ...access, bounds: unbounded }, permission, one).allowed,
      ),
  );
}

/** Variants of a graph that the graph itself does not speak for: where the giver is limited, and a protected one. */
function variantsReached(
  { subject }: Access,
  role: RoleName,
  resource: Resource & { kind: 'graph' | 'variant' },
): Resource[] {
  if (resource.kind === 'variant') return [];
  const isProtected = rolesAboveProtection.has(role);
  const limited =
    subject.kind === 'user' ? subject.resourceRoles.filter(({ effect }) => effect === 'limit') : [];
  // Of no variant: nothing was set for it, so that the graph alone decides.
  return [...limited.map(({ on }) => on), 'var_none'].flatMap((on) =>
    on === resource.graphId
      ? []
      : [{ ...resource, kind: 'variant', variantId: on as VariantId, isPublic: false, isProtected }],
  );
}
