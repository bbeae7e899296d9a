/** Keys: made with a secret that is shown once, listed without it, revoked. */
import { BillingError } from '../domain/errors.ts';
import type { GraphId, KeyId, OrganizationId, VariantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { RoleName } from '../domain/permissions/access.ts';
import type { Permission } from '../domain/permissions/permission.ts';
import { newId } from '../store/newId.ts';
import {
  insertKey,
  revokeKey as revokeKeyRow,
  selectKeys,
  type KeyRow,
} from '../store/organizations/keys.ts';
import { readWindow, type Slice, type Window } from '../store/organizations/keyset.ts';
import { newKeySecret } from '../store/organizations/secrets.ts';
import { accessOf } from './access.ts';
import { requireFeature, requireMayGive, requireRole, requireRoleOfPlan } from './assigning.ts';
import { change, type Changed, type Open } from './change.ts';
import { grantable } from './customRoles.ts';
import { requireAccess } from './decide.ts';
import { freeName, requireName } from './names.ts';
import { rowOf } from './rowOf.ts';
import type { OrganizationDependencies, Request } from './request.ts';

/** `secret` is shown this once; null where the change is told again. */
export type MadeKey = Changed<{ keyId: KeyId }> & { readonly secret: string | null };

interface Expiring {
  readonly name: string;
  /** Null: not by itself. */
  readonly expiresAt?: Instant | null | undefined;
}

/**
 * A key of a graph, for all of it or some of its variants. Nobody gives a key more than it may do itself. A role below Graph
 * Admin takes the feature `roles`. Throws a `BillingError` 400 for a role of organizations, 404 for a variant of another
 * graph.
 */
export async function createGraphKey(
  deps: OrganizationDependencies,
  request: Request,
  input: Expiring & {
    readonly graphId: GraphId;
    readonly role: RoleName;
    readonly variantIds?: readonly VariantId[] | null | undefined;
  },
): Promise<MadeKey> {
  requireForm(input, request.now);
  const { graphId, name, role, expiresAt = null } = input;
  if (role === 'org_admin' || role === 'billing_manager') {
    throw new BillingError(
      400,
      'role_of_organization',
      'This role is one in the organization, not of a graph. Choose another one.',
      'role',
    );
  }
  const variantIds = input.variantIds ? [...new Set(input.variantIds)].sort() : null;
  if (variantIds?.length === 0) {
    throw new BillingError(400, 'variants_missing', 'Name a variant, or leave them out for all.', 'variants');
  }
  const secret = newKeySecret('graph');
  const asked = { action: 'key.create', of: graphId, permission: 'graph_key:manage', input } as const;
  const made = await change(deps, request, asked, async (open) => {
    const { tx, found } = open;
    requireRole(found, role);
    if (role !== 'graph_admin') requireFeature(found, 'roles', graphId, asked.action);
    if (role !== 'graph_admin') requireRoleOfPlan(found, role, graphId, asked.action);
    const named = variantIds && (await variantsOf(deps, open, graphId, variantIds));
    const graph = { kind: 'graph', organizationId: found.organization.id, graphId } as const;
    for (const resource of named ?? [graph]) requireMayGive(found, role, resource, 'graph_key', asked.action);
    const keyId = newId('key');
    await insertKey(tx, secret, {
      ...blank(request, keyId, name, expiresAt),
      kind: 'graph',
      organization_id: found.organization.id,
      graph_id: graphId,
      role,
      variant_ids: variantIds,
    });
    const after = { kind: 'graph', name, graph: graphId, role, variants: variantIds };
    return { result: { keyId }, audit: { resource: keyId, before: null, after } };
  });
  return { ...made, secret: made.replayed ? null : secret };
}

async function variantsOf(
  deps: OrganizationDependencies,
  { tx, request }: Open,
  graphId: GraphId,
  ids: readonly VariantId[],
) {
  const found = await accessOf(deps, request.actor, ids, request.now, tx, 'sight');
  return ids.map((id, index) => {
    const resource = found[index]?.resource;
    if (resource?.kind !== 'variant' || resource.graphId !== graphId) {
      throw new BillingError(
        404,
        'resource_missing',
        `The graph has no variant ${id}: check the id.`,
        'variants',
      );
    }
    return resource;
  });
}

/** A key of the organization, with named capabilities and no role: for programs that run its matters, or a service. */
export async function createOrganizationKey(
  deps: OrganizationDependencies,
  request: Request,
  input: Expiring & {
    readonly organizationId: OrganizationId;
    readonly kind: 'operator' | 'service';
    readonly capabilities: readonly Permission[];
  },
): Promise<MadeKey> {
  requireForm(input, request.now);
  const { organizationId, kind, name, expiresAt = null } = input;
  const capabilities = grantable(input.capabilities, 'capabilities');
  if (capabilities.length === 0) {
    throw new BillingError(400, 'capabilities_missing', 'Name what the key may do.', 'capabilities');
  }
  const secret = newKeySecret(kind);
  const asked = {
    action: 'key.create',
    of: organizationId,
    permission: 'organization_key:manage',
    input,
  } as const;
  const made = await change(deps, request, asked, async ({ tx }) => {
    const keyId = newId('key');
    await insertKey(tx, secret, {
      ...blank(request, keyId, name, expiresAt),
      kind,
      organization_id: organizationId,
      capabilities,
    });
    return {
      result: { keyId },
      audit: { resource: keyId, before: null, after: { kind, name, capabilities } },
    };
  });
  return { ...made, secret: made.replayed ? null : secret };
}

/** By whoever may manage keys of its graph, or of its organization. Revoked twice is revoked. */
export async function revokeOrganizationKey(
  deps: OrganizationDependencies,
  request: Request,
  keyId: KeyId,
): Promise<Changed<{ keyId: KeyId }>> {
  const [found] = await accessOf(deps, request.actor, [keyId], request.now, deps.pool, 'sight');
  const permission = found?.resource.kind === 'graph' ? 'graph_key:manage' : 'organization_key:manage';
  const asked = { action: 'key.revoke', of: keyId, permission, input: {} } as const;
  return change(deps, request, asked, async ({ tx }) => {
    const { revoked_at: revoked, kind, name } = await rowOf<KeyRow>(tx, selectKeys, keyId);
    if (revoked !== null) return { result: { keyId } };
    await revokeKeyRow(tx, keyId, request.now);
    return { result: { keyId }, audit: { resource: keyId, before: { kind, name }, after: null } };
  });
}

export async function listGraphKeys(
  deps: OrganizationDependencies,
  request: Request,
  graphId: GraphId,
  window: Window,
): Promise<Slice<KeyRow>> {
  await requireAccess(deps, request, 'graph_key:read', graphId);
  return readWindow(deps.pool, selectKeys, [['graph_id', graphId]], window);
}

export function requireForm({ name, expiresAt = null }: Expiring, now: Instant): void {
  requireName(freeName, name);
  if (expiresAt === null || expiresAt > now) return;
  throw new BillingError(400, 'expired', 'Give a time that is still to come.', 'expiresAt');
}

/** A key's row before its kind is known. */
export function blank(request: Request, id: KeyId, name: string, expiresAt: Instant | null) {
  const { actor, now } = request;
  return {
    id,
    name,
    user_id: null,
    organization_id: null,
    graph_id: null,
    role: null,
    variant_ids: null,
    capabilities: null,
    created_by: actor.kind === 'user' ? actor.userId : null,
    created: now,
    expires_at: expiresAt,
  };
}
