/** Who is asked what customers are entitled to: by id, or by the id that a client has given them. */
import type { Pool } from 'pg';
import type { EntitlementSnapshot } from '../domain/entitlements/snapshot.ts';
import { isId, type CustomerId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { readEntitlements } from '../store/entitlements/readEntitlements.ts';
import { findCustomersByExternalId } from '../store/entitlements/externalIds.ts';

export interface EntitlementReader {
  /** Of customers by id; of one that does not exist there is none. */
  of(ids: readonly CustomerId[]): Promise<ReadonlyMap<CustomerId, EntitlementSnapshot>>;
  /** Of customers by their id or their external id, under the name that was given. */
  named(names: readonly string[]): Promise<ReadonlyMap<string, EntitlementSnapshot>>;
}

/** Asks Postgres each time. */
export function uncachedEntitlements(pool: Pool): EntitlementReader {
  const of = (ids: readonly CustomerId[]) => readEntitlements(pool, [...new Set(ids)], now());
  return {
    of,
    async named(names) {
      const known = await findCustomersByExternalId(pool, names.filter(isExternal));
      return byName(names, (name) => known.get(name), of);
    },
  };
}

export const now = () => Date.now() as Instant;

/** What begins like an id is one: the database lets no external id begin so. */
export function isExternal(name: string): boolean {
  return !name.startsWith('cus_');
}

/** The snapshots of customers under the names that they were given. */
export async function byName(
  names: readonly string[],
  find: (external: string) => CustomerId | undefined,
  of: EntitlementReader['of'],
): Promise<Map<string, EntitlementSnapshot>> {
  const ids = new Map<string, CustomerId>();
  for (const name of names) {
    const id = isExternal(name) ? find(name) : isId('customer', name) ? name : undefined;
    if (id !== undefined) ids.set(name, id);
  }
  const snapshots = await of([...new Set(ids.values())]);
  const named = new Map<string, EntitlementSnapshot>();
  for (const [name, id] of ids) {
    const snapshot = snapshots.get(id);
    if (snapshot) named.set(name, snapshot);
  }
  return named;
}
