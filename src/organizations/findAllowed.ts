/** What belongs to organizations, found by ids for those who may see it: many at once, as loaders ask. */
import type { Permission } from '../domain/permissions/permission.ts';
import { check } from '../domain/permissions/decision.ts';
import { readByIds } from '../store/organizations/keyset.ts';
import { accessOf, type Found } from './access.ts';
import { isHidden } from './decide.ts';
import type { OrganizationDependencies, Request } from './request.ts';

/**
 * The rows of `select` with those ids, in order; undefined where there is none, or the actor has not got `permission` on what
 * it belongs to: one that no plan bounds. Two statements for all.
 */
export async function findAllowed<Row extends { readonly id: string }>(
  deps: OrganizationDependencies,
  { actor, now }: Pick<Request, 'actor' | 'now'>,
  select: string,
  ids: readonly Row['id'][],
  permission: (found: Found) => Permission,
): Promise<readonly (Row | undefined)[]> {
  const found = await accessOf(deps, actor, ids, now, deps.pool, 'sight');
  const rows = await readByIds<Row>(deps.pool, select, ids);
  return ids.map((id, index) => {
    const one = found[index];
    if (!one || isHidden(one)) return undefined;
    return check(one.access, permission(one), one.resource).allowed ? rows.get(id) : undefined;
  });
}
