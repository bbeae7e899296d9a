/** A subscription's metadata, which is the client's and no part of its life. */
import type { SubscriptionId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

export async function saveSubscriptionMetadata(
  db: Queryable,
  id: SubscriptionId,
  metadata: Record<string, string>,
): Promise<void> {
  await db.query(`UPDATE subscriptions SET metadata = $2 WHERE id = $1`, [id, JSON.stringify(metadata)]);
}
