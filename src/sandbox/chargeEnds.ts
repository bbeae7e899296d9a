/** How a charge that was not decided at once ends: given up by who made it, answered by its customer, settled by its bank. */
import type { Pool } from 'pg';
import { chargeEvents, findCharge, findCharges, type Charge } from './charges.ts';

/** Ends those that wait for their customer; answers what each has become, null where there is none. */
export async function cancelCharges(
  pool: Pool,
  keys: readonly string[],
  tells: boolean,
): Promise<(Charge | null)[]> {
  await pool.query(
    `WITH ended AS (
       UPDATE sandbox.charges SET status = 'canceled'
        WHERE id IN (SELECT id FROM sandbox.charges WHERE idempotency_key = ANY($1) AND status = 'requires_action'
                      ORDER BY id FOR UPDATE)
       RETURNING id, status
     )
     ${chargeEvents('ended', '$2::boolean')}`,
    [keys, tells],
  );
  return findCharges(pool, keys);
}

/** The customer's answer. One that does not wait for it any more stays as it is; undefined: there is none. */
export async function answerAction(
  pool: Pool,
  id: string,
  approved: boolean,
  tells: boolean,
): Promise<Charge | undefined> {
  await pool.query(
    `WITH ended AS (
       UPDATE sandbox.charges
          SET status = CASE WHEN $2 THEN later_status ELSE 'failed' END,
              failure_code = CASE WHEN $2 THEN later_code ELSE 'payment_intent_authentication_failure' END
        WHERE id = $1 AND status = 'requires_action'
       RETURNING id, status
     )
     ${chargeEvents('ended', '$3::boolean')}`,
    [id, approved, tells],
  );
  return findCharge(pool, id);
}

/** What banks have settled by now, or all that they have still to settle; returns how many charges and refunds those are. */
export async function settle(pool: Pool, which: 'due' | 'all', tells: boolean): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `WITH charges AS (
       UPDATE sandbox.charges SET status = later_status, failure_code = later_code
        WHERE id IN (SELECT id FROM sandbox.charges WHERE status = 'processing' AND (settles_at <= now() OR $1)
                      ORDER BY id FOR UPDATE SKIP LOCKED)
       RETURNING id, status
     ), refunds AS (
       UPDATE sandbox.refunds SET status = 'succeeded'
        WHERE id IN (SELECT id FROM sandbox.refunds WHERE status = 'processing' AND (settles_at <= now() OR $1)
                      ORDER BY id FOR UPDATE SKIP LOCKED)
       RETURNING id, status
     ), told AS (
       INSERT INTO sandbox.events (type, object, reference)
       SELECT 'charge.' || status, 'charge', id FROM charges WHERE $2::boolean
       UNION ALL
       SELECT 'refund.' || status, 'refund', id FROM refunds WHERE $2::boolean
     )
     SELECT ((SELECT count(*) FROM charges) + (SELECT count(*) FROM refunds))::int AS count`,
    [which === 'all', tells],
  );
  return rows[0]?.count ?? 0;
}
