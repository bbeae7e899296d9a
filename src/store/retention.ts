/** What grows with each day is removed when it is old enough, in batches, so that nothing waits long for a lock. */
import type { Queryable } from './database.ts';

const batchSize = 1000;

/**
 * Removes what is so many days old: events with their deliveries, provider's webhooks that were applied, stored mails. What is
 * not delivered, or not applied, stays. `goOn` is called between batches, and may throw. `days` is 30 at least.
 */
export async function removeOld(db: Queryable, days: number, goOn: () => void): Promise<void> {
  let after: string | null = '0';
  while (after !== null) {
    after = await removeEvents(db, days, after);
    goOn();
  }
  for (const sql of [removeProviderEvents, removeStoredMails]) {
    let removed: number | null = batchSize;
    while (removed === batchSize) {
      removed = (await db.query(sql, [days, batchSize])).rowCount;
      goOn();
    }
  }
}

/** From the oldest on, for their order is that of their ages but for seconds. */
async function removeEvents(db: Queryable, days: number, after: string): Promise<string | null> {
  const { rows } = await db.query<{ through: string | null }>(
    `SELECT remove_old_events($1, $2, $3)::text AS through`,
    [days, after, batchSize],
  );
  return rows[0]?.through ?? null;
}

/** What was applied does not change, and no mail does: their places are theirs. */
const removeProviderEvents = `
  DELETE FROM provider_events
   WHERE ctid = ANY(ARRAY(SELECT ctid FROM provider_events
                           WHERE applied_at < now() - make_interval(days => $1) ORDER BY applied_at LIMIT $2))`;

const removeStoredMails = `
  DELETE FROM stored_mails
   WHERE ctid = ANY(ARRAY(SELECT ctid FROM stored_mails
                           WHERE created < now() - make_interval(days => $1) ORDER BY created LIMIT $2))`;
