/** Disputes: opened by a card that is made for it or by who controls the sandbox, decided by the latter alone. */
import type { Pool } from 'pg';
import type { ObjectRow } from './charges.ts';

export interface Dispute {
  readonly id: string;
  readonly charge: string;
  readonly amount: number;
  readonly currency: string;
  readonly reason: string;
  readonly status: 'open' | 'won' | 'lost';
  readonly created: string;
}

export const disputeJson = (row: string): string =>
  `json_build_object('id', ${row}.id, 'charge', ${row}.charge, 'amount', ${row}.amount, 'currency', ${row}.currency,
     'reason', ${row}.reason, 'status', ${row}.status, 'created', ${row}.created) AS object`;

export async function findDispute(pool: Pool, id: string): Promise<Dispute | undefined> {
  const { rows } = await pool.query<ObjectRow<Dispute>>(
    `SELECT ${disputeJson('d')} FROM sandbox.disputes d WHERE id = $1`,
    [id],
  );
  return rows[0]?.object;
}

/** Of what is left of a charge that has brought money; undefined where nothing is, or it is disputed already. */
export async function openDispute(
  pool: Pool,
  chargeId: string,
  reason: string,
  tells: boolean,
): Promise<Dispute | undefined> {
  const { rows } = await pool.query<ObjectRow<Dispute>>(
    `WITH disputed AS (
       SELECT * FROM sandbox.charges WHERE id = $1 AND status = 'succeeded' FOR NO KEY UPDATE
     ), added AS (
       INSERT INTO sandbox.disputes (id, charge, amount, currency, reason)
       SELECT 'sandbox_dp_' || c.idempotency_key, c.id, c.amount - r.refunded, c.currency, $2
         FROM disputed c
        CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0)::bigint AS refunded FROM sandbox.refunds
                             WHERE charge = c.id AND status <> 'failed') r
        WHERE c.amount > r.refunded
       ON CONFLICT DO NOTHING
       RETURNING *
     ), told AS (
       INSERT INTO sandbox.events (type, object, reference)
       SELECT 'dispute.created', 'dispute', id FROM added WHERE $3::boolean
     )
     SELECT ${disputeJson('added')} FROM added`,
    [chargeId, reason, tells],
  );
  return rows[0]?.object;
}

/** One that is decided stays as it is; undefined: there is none. */
export async function closeDispute(
  pool: Pool,
  id: string,
  status: 'won' | 'lost',
  tells: boolean,
): Promise<Dispute | undefined> {
  await pool.query(
    `WITH closed AS (
       UPDATE sandbox.disputes SET status = $2, closed_at = now() WHERE id = $1 AND status = 'open' RETURNING id
     )
     INSERT INTO sandbox.events (type, object, reference)
     SELECT 'dispute.closed', 'dispute', id FROM closed WHERE $3::boolean`,
    [id, status, tells],
  );
  return findDispute(pool, id);
}
