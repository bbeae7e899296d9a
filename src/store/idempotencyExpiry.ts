/** What is made once holds for 24 hours: idempotency keys of HTTP (api.md, Conventions), ids of GraphQL mutations. */
import type { Queryable } from './database.ts';

export async function removeExpiredIdempotencyKeys(db: Queryable): Promise<void> {
  await db.query(`DELETE FROM idempotency_keys WHERE created < now() - interval '24 hours'`);
}

export async function removeExpiredClientMutations(db: Queryable): Promise<void> {
  await db.query(`DELETE FROM client_mutations WHERE created < now() - interval '24 hours'`);
}
