/** What the functions of organizations are given: the database, and what a plan allows, as entitlements say. */
import type { Pool } from 'pg';
import { boundsOf } from '../domain/entitlements/snapshot.ts';
import type { EntitlementReader } from '../entitlementCache/reader.ts';
import { noBounds, storedPlanBounds } from '../organizations/bounds.ts';
import type { OrganizationDependencies } from '../organizations/request.ts';

/** Questions are answered by what is kept in the process; a change looks itself, under its lock. */
export function organizationDependencies(
  pool: Pool,
  entitlements: EntitlementReader,
): OrganizationDependencies {
  return {
    pool,
    async planBounds(db, customerId, now) {
      if (db !== pool) return storedPlanBounds(db, customerId, now);
      const snapshot = (await entitlements.of([customerId])).get(customerId);
      return snapshot ? boundsOf(snapshot) : noBounds;
    },
  };
}
