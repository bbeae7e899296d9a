/** Keys of any kind by ids, without their secrets. */
import type { KeyId } from '../domain/ids.ts';
import { selectKeys, type KeyRow } from '../store/organizations/keys.ts';
import { readByIds } from '../store/organizations/keyset.ts';
import { findAllowed } from './findAllowed.ts';
import type { OrganizationDependencies, Request } from './request.ts';

/** Those that the actor may see, in order; undefined for the others. Personal keys: one's own, and all by operators. */
export async function findKeys(
  deps: OrganizationDependencies,
  asking: Pick<Request, 'actor' | 'now'>,
  ids: readonly KeyId[],
): Promise<readonly (KeyRow | undefined)[]> {
  const { actor } = asking;
  const found = await findAllowed<KeyRow>(deps, asking, selectKeys, ids, ({ resource }) =>
    resource.kind === 'graph' ? 'graph_key:read' : 'organization_key:read',
  );
  const rest = ids.filter((_id, index) => !found[index]);
  const rows = await readByIds<KeyRow>(deps.pool, selectKeys, rest);
  const mayRead = (row: KeyRow | undefined) =>
    row?.kind === 'personal' &&
    (actor.kind === 'operator' || (actor.kind === 'user' && row.user_id === actor.userId));
  return ids.map((id, index) => found[index] ?? (mayRead(rows.get(id)) ? rows.get(id) : undefined));
}
