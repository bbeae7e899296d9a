/** What failed for one subject: kept with its reason, tried again later, never in the way of the others. */
import type { Queryable } from './database.ts';

/** Tried again after a minute, then two, then four … up to an hour. */
export async function setAside(
  db: Queryable,
  subjectId: string,
  step: string,
  reason: string,
): Promise<void> {
  await db.query(
    `INSERT INTO set_asides AS a (subject_id, step, reason, retry_at) VALUES ($1, $2, $3, now() + interval '1 minute')
     ON CONFLICT (subject_id) DO UPDATE
       SET step = excluded.step, reason = excluded.reason, attempts = a.attempts + 1,
           retry_at = now() + least(interval '1 hour', interval '1 minute' * power(2, least(a.attempts, 6)))`,
    [subjectId, step, reason.slice(0, 2000)],
  );
}

/** They went well after all. */
export async function clearSetAsides(db: Queryable, subjectIds: readonly string[]): Promise<void> {
  await db.query(`DELETE FROM set_asides WHERE subject_id = ANY($1)`, [subjectIds]);
}
