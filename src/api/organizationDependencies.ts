/** What the functions of organizations are given: the database, and what a plan allows, as entitlements say. */
import type { Pool } from 'pg';
import { boundsOf } from '../domain/entitlements/snapshot.ts';
import type { EntitlementReader } from '../entitlements/reader.ts';
import { noBounds } from '../organizations/bounds.ts';
import type { OrganizationDependencies } from '../organizations/request.ts';
import { readEntitlements } from '../store/entitlements/readEntitlements.ts';

/** Questions are answered by what is kept; a change looks itself, under its lock. */
export function organizationDependencies(
  pool: Pool,
  entitlements: EntitlementReader,
): OrganizationDependencies {
  return {
    pool,
    async planBounds(db, customerId, now) {
      const read = await (db === pool
        ? entitlements.of([customerId])
        : readEntitlements(db, [customerId], now));
      const snapshot = read.get(customerId);
      return snapshot ? boundsOf(snapshot) : noBounds;
    },
  };
}
