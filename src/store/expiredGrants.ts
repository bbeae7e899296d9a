/** Grants whose time is over. */
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';
import { claimedGrants, scopeSql, type DueScope } from './dueScope.ts';
import { endingColumns, type EndingGrant } from './grantChanges.ts';

/**
 * Claims, for this transaction, up to `limit` grants that have expired, and their customers with them: whoever tops up
 * holds the customer before its grants, and here nobody waits for anybody.
 */
export async function claimExpiredGrants(
  db: Queryable,
  scope: DueScope,
  now: Instant,
  limit: number,
): Promise<(EndingGrant & { readonly expires_at: Instant })[]> {
  const { condition, values, lock } = scopeSql(scope, claimedGrants, 3);
  const { rows } = await db.query<EndingGrant & { readonly expires_at: Instant }>(
    `SELECT ${endingColumns}
       FROM credit_grants g JOIN customers c ON c.id = g.customer_id
      WHERE g.status = 'granted' AND g.expires_at <= $1 AND ${condition}
      ORDER BY g.expires_at, g.id
      LIMIT $2
        ${lock}`,
    [formatInstant(now), limit, ...values],
  );
  return rows;
}
