/** Revoking a key, whatever kind it is of. */
import type { KeyId } from '../domain/ids.ts';
import { accessOf } from './access.ts';
import type { Changed } from './change.ts';
import { revokeOrganizationKey } from './keys.ts';
import { revokePersonalKey } from './personalKeys.ts';
import type { OrganizationDependencies, Request } from './request.ts';

/** Throws as the two do: a key of others does not exist. */
export async function revokeKey(
  deps: OrganizationDependencies,
  request: Request,
  keyId: KeyId,
): Promise<Changed<{ keyId: KeyId }>> {
  const [found] = await accessOf(deps, request.actor, [keyId], request.now, deps.pool, 'sight');
  return found ? revokeOrganizationKey(deps, request, keyId) : revokePersonalKey(deps, request, keyId);
}
