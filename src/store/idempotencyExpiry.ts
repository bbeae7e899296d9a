/** Idempotency keys hold for 24 hours (api.md, Conventions). */
import type { Queryable } from './database.ts';

export async function removeExpiredIdempotencyKeys(db: Queryable): Promise<void> {
  await db.query(`DELETE FROM idempotency_keys WHERE created < now() - interval '24 hours'`);
}
