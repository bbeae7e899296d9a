/** Who a key makes its bearer: a user, a graph, an organization, or an operator of this installation. */
import type { Instant } from '../domain/instant.ts';
import { findApiKey } from '../store/apiKeys.ts';
import { findUsableKey, noteKeyUse, type KeyRow } from '../store/organizations/keys.ts';
import { keyPrefixes } from '../store/organizations/secrets.ts';
import type { Actor, OrganizationDependencies } from './request.ts';

/**
 * Undefined for what is no key, or is one no more: revoked, expired, of a user that was deactivated, of what was deleted. An
 * API key of the installation must have `read`, `write` or `admin`.
 */
export async function authenticateKey(
  { pool }: Pick<OrganizationDependencies, 'pool'>,
  secret: string,
  now: Instant,
): Promise<Actor | undefined> {
  const [prefix] = secret.split('_', 1);
  if (!Object.values(keyPrefixes).some((own) => own === prefix)) return operatorOf(pool, secret);
  const key = await findUsableKey(pool, secret, now);
  // A key of the installation that was configured may look like anything.
  if (!key) return operatorOf(pool, secret);
  await noteKeyUse(pool, key, now);
  return actorOf(key);
}

async function operatorOf(
  pool: OrganizationDependencies['pool'],
  secret: string,
): Promise<Actor | undefined> {
  const key = await findApiKey(pool, secret);
  if (!key || key.revoked_at !== null) return undefined;
  const mayWrite = key.scopes.includes('write') || key.scopes.includes('admin');
  return mayWrite || key.scopes.includes('read')
    ? { kind: 'operator', apiKeyId: key.id, mayWrite }
    : undefined;
}

function actorOf(key: KeyRow): Actor | undefined {
  if (key.user_id !== null) return { kind: 'user', userId: key.user_id, keyId: key.id };
  if (key.organization_id === null) return undefined;
  const common = { keyId: key.id, organizationId: key.organization_id };
  if (key.graph_id !== null && key.role !== null) {
    const { graph_id: graphId, role, variant_ids: variantIds } = key;
    return { kind: 'graph_key', ...common, graphId, role, variantIds };
  }
  return key.capabilities === null
    ? undefined
    : { kind: 'organization_key', ...common, capabilities: key.capabilities };
}
