/** Variants of graphs: made, changed, protected, described, deleted, and found by their refs. */
import { BillingError } from '../domain/errors.ts';
import type { GraphId, OrganizationId, VariantId } from '../domain/ids.ts';
import type { Permission } from '../domain/permissions/permission.ts';
import { newId } from '../store/newId.ts';
import { readByIds } from '../store/organizations/keyset.ts';
import {
  deleteVariant as deleteVariantRow,
  findVariantsByName,
  insertVariant,
  selectVariants,
  updateVariant as updateVariantRow,
  type NamedVariant,
  type Searcher,
  type VariantChange,
  type VariantRow,
} from '../store/organizations/variants.ts';
import { change, type Changed } from './change.ts';
import { findVisible } from './decide.ts';
import { differences } from './differences.ts';
import { requireName, variantName } from './names.ts';
import { rowOf } from './rowOf.ts';
import type { Actor, OrganizationDependencies, Request } from './request.ts';

type ChangedVariant = Changed<{ variantId: VariantId }>;

/** Throws `limit_reached` 403 where the plan has no room for another. */
export async function createVariant(
  deps: OrganizationDependencies,
  request: Request,
  input: { readonly graphId: GraphId; readonly name: string; readonly isPublic?: boolean | undefined },
): Promise<ChangedVariant> {
  requireName(variantName, input.name);
  const asked = { action: 'variant.create', of: input.graphId, permission: 'variant:create', input } as const;
  return change(deps, request, asked, async ({ tx, found }) => {
    const variantId = newId('variant');
    const { name, isPublic = false } = input;
    await insertVariant(tx, {
      id: variantId,
      organizationId: found.organization.id,
      graphId: input.graphId,
      name,
      isPublic,
      created: request.now,
    });
    const after = { graph: input.graphId, name, is_public: isPublic };
    return { result: { variantId }, audit: { resource: variantId, before: null, after } };
  });
}

/** Its settings: the name, public or private. */
export function updateVariant(
  deps: OrganizationDependencies,
  request: Request,
  { variantId, ...given }: { readonly variantId: VariantId } & Pick<VariantChange, 'name' | 'is_public'>,
): Promise<ChangedVariant> {
  if (given.name !== undefined) requireName(variantName, given.name);
  return write(deps, request, 'variant.update', 'variant:update', variantId, given);
}

/** A plan without protected variants lets protection be ended, never begun. */
export function protectVariant(
  deps: OrganizationDependencies,
  request: Request,
  { variantId, isProtected }: { readonly variantId: VariantId; readonly isProtected: boolean },
): Promise<ChangedVariant> {
  const takesAway = isProtected ? {} : ({ takesAway: true } as const);
  const given = { is_protected: isProtected };
  return write(deps, request, 'variant.protect', 'variant:protect', variantId, given, takesAway);
}

export function updateReadme(
  deps: OrganizationDependencies,
  request: Request,
  { variantId, readme }: { readonly variantId: VariantId; readonly readme: string },
): Promise<ChangedVariant> {
  return write(deps, request, 'variant.update_readme', 'readme:update', variantId, { readme });
}

export function updateDescription(
  deps: OrganizationDependencies,
  request: Request,
  { variantId, description }: { readonly variantId: VariantId; readonly description: string },
): Promise<ChangedVariant> {
  return write(deps, request, 'variant.update_description', 'description:update', variantId, { description });
}

/** Deletes a variant with what was set for it; keys of which it was the last variant are revoked. */
export async function deleteVariant(
  deps: OrganizationDependencies,
  request: Request,
  variantId: VariantId,
): Promise<ChangedVariant> {
  const asked = { action: 'variant.delete', of: variantId, permission: 'variant:delete', input: {} } as const;
  return change(deps, request, asked, async ({ tx }) => {
    const row = await rowOf<VariantRow>(tx, selectVariants, variantId);
    await deleteVariantRow(tx, row, request.now);
    const before = { graph: row.graph_id, name: row.name };
    return { result: { variantId }, audit: { resource: variantId, before, after: null } };
  });
}

async function write(
  deps: OrganizationDependencies,
  request: Request,
  action: string,
  permission: Permission,
  variantId: VariantId,
  given: VariantChange,
  more: { readonly takesAway?: true } = {},
): Promise<ChangedVariant> {
  const asked = { action, of: variantId, permission, input: given, ...more };
  return change(deps, request, asked, async ({ tx }) => {
    const changed = differences(await rowOf<VariantRow>(tx, selectVariants, variantId), given);
    const result = { variantId };
    if (!changed) return { result };
    await updateVariantRow(tx, variantId, changed.after);
    return { result, audit: { resource: variantId, ...changed } };
  });
}

interface Asking {
  readonly actor: Actor;
  readonly now: Request['now'];
}

/** The variants that the actor may see, in order; undefined for the others. */
export async function findVariants(
  deps: OrganizationDependencies,
  { actor, now }: Asking,
  ids: readonly VariantId[],
): Promise<readonly (VariantRow | undefined)[]> {
  const visible = await findVisible(deps, actor, now, ids);
  const rows = await readByIds<VariantRow>(deps.pool, selectVariants, ids);
  return ids.map((id, index) => (visible[index] ? rows.get(id) : undefined));
}

export interface VariantRef {
  /** `graph@variant`, or `graph` for its `current`. */
  readonly ref: string;
  readonly organizationId?: OrganizationId | undefined;
}

/**
 * What each ref names among what the actor may see: in its own organizations, else among public variants of others. Names
 * are unique in their organization only, so more than one may be found; the caller then says which organization it means.
 */
export async function findVariantsByRef(
  deps: OrganizationDependencies,
  { actor, now }: Asking,
  refs: readonly VariantRef[],
): Promise<readonly (readonly VariantRow[])[]> {
  const named = refs.map(({ ref, organizationId }) => {
    const [graph = '', variant = 'current'] = ref.split('@', 2);
    return { graph, variant, organizationId };
  });
  const rows = await findVariantsByName(deps.pool, named, searcherOf(actor));
  const seen = await findVisible(
    deps,
    actor,
    now,
    rows.map(({ id }) => id),
  );
  const visible = rows.filter((_row, index) => seen[index] !== undefined);
  return named.map(({ graph, variant, organizationId }) => {
    const there = visible.filter(
      (row) =>
        row.graph_name === graph &&
        row.name === variant &&
        (organizationId === undefined || row.organization_id === organizationId),
    );
    return ownFirst(there);
  });
}

/** The one variant that a ref names; undefined for none. Throws a `BillingError` 409 where more than one is named. */
export async function findVariantByRef(
  deps: OrganizationDependencies,
  request: Asking,
  ref: VariantRef,
): Promise<VariantRow | undefined> {
  const [[found, another] = []] = await findVariantsByRef(deps, request, [ref]);
  if (another) {
    throw new BillingError(
      409,
      'ref_ambiguous',
      `More than one organization has ${ref.ref}. Say which is meant.`,
      'organization',
    );
  }
  return found;
}

/** Nobody's public variant can stand before one of the actor's own. */
function ownFirst(rows: readonly NamedVariant[]): readonly VariantRow[] {
  const own = rows.filter((row) => row.own);
  return own.length > 0 ? own : rows;
}

function searcherOf(actor: Actor): Searcher {
  switch (actor.kind) {
    case 'user':
      return { userId: actor.userId };
    case 'graph_key':
    case 'organization_key':
      return { organizationId: actor.organizationId };
    case 'operator':
      return { all: true };
    case 'anonymous':
      return { all: false };
  }
}
