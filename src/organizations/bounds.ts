/** What the plan of an organization allows, and how much of it is taken: where entitlements meet permissions. */
import { termsOf } from '../domain/entitlements/snapshot.ts';
import type { Instant } from '../domain/instant.ts';
import type { PlanBounds } from '../domain/permissions/access.ts';
import type { Queryable } from '../store/database.ts';
import type { OrganizationFacts } from '../store/organizations/facts.ts';
import { readTerms } from '../store/entitlements/readEntitlements.ts';
import type { OrganizationDependencies } from './request.ts';

/** Of whom there is nothing to say. */
export const noBounds: PlanBounds = { features: new Set(), limits: new Map(), used: new Map() };

/** Seats count as taken by who has one and by who is invited to one, so that two cannot be promised the last. */
export async function boundsOf(
  deps: OrganizationDependencies,
  db: Queryable,
  facts: OrganizationFacts,
  now: Instant,
): Promise<PlanBounds> {
  const { features, limits } = await deps.planBounds(db, facts.customer_id, now);
  return {
    features,
    limits,
    used: new Map([
      ['seats', facts.seats + facts.invited_seats],
      ['graphs', facts.graphs],
      ['variants', facts.variants],
    ]),
  };
}

/**
 * `planBounds` as Postgres has it at this moment, in the transaction of who asks: what changes are decided by. Reads may ask
 * the entitlements that are kept in the process instead. A customer that has gone is entitled to nothing.
 */
export const storedPlanBounds: OrganizationDependencies['planBounds'] = async (db, customerId, now) => {
  const terms = await readTerms(db, customerId, now);
  return terms ? termsOf(terms) : noBounds;
};
