/** Refunds: made once for each idempotency key, never beyond their charge. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { findTestMethod } from './cards.ts';
import type { ObjectRow, Settling } from './charges.ts';

export const newRefund = z.object({
  idempotency_key: z.string().min(1),
  charge: z.string(),
  amount: z.int().positive(),
  currency: z.string().regex(/^[A-Z]{3}$/),
});
export type NewRefund = z.infer<typeof newRefund>;

export interface Refund {
  readonly id: string;
  readonly idempotency_key: string;
  readonly charge: string;
  readonly status: 'processing' | 'succeeded' | 'failed';
  readonly failure_code: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly created: string;
}

export const refundJson = (row: string): string =>
  `json_build_object('id', ${row}.id, 'idempotency_key', ${row}.idempotency_key, 'charge', ${row}.charge,
     'status', ${row}.status, 'failure_code', ${row}.failure_code, 'amount', ${row}.amount,
     'currency', ${row}.currency, 'created', ${row}.created) AS object`;

/** Of charges that are disputed: nothing was made of these, and they may be asked for again when the dispute has ended. */
function refuseDisputed(requests: readonly NewRefund[]): Refund[] {
  return requests.map((request) => ({
    ...request,
    id: `sandbox_re_${request.idempotency_key}`,
    status: 'failed',
    failure_code: 'charge_disputed',
    created: new Date().toISOString(),
  }));
}

/** What was refunded before is answered as it was; whether a new one fails, the card decides. `null`: its key was used for something else. */
export async function createRefunds(
  pool: Pool,
  requests: readonly NewRefund[],
  { settleAfterMs, tells }: Settling,
): Promise<(Refund | null)[]> {
  const tokens = await tokensOf(pool, requests);
  const asked = requests.map((request) => {
    const token = tokens.get(request.charge);
    const method = token === undefined ? undefined : findTestMethod(token);
    const failure = method?.refundFailure ?? null;
    return {
      ...request,
      id: `sandbox_re_${request.idempotency_key}`,
      status: failure !== null ? 'failed' : method?.slowRefund === true ? 'processing' : 'succeeded',
      failure_code: failure,
    };
  });
  const { rows } = await pool.query<ObjectRow<Refund>>(
    `WITH asked AS (
       SELECT * FROM json_to_recordset($1) AS r(
         idempotency_key text, id text, charge text, amount bigint, currency text, status text, failure_code text)
     ), added AS (
       INSERT INTO sandbox.refunds (idempotency_key, id, charge, amount, currency, status, failure_code, settles_at)
       SELECT idempotency_key, id, charge, amount, currency, status, failure_code,
              CASE WHEN status = 'processing' THEN now() + $2 * interval '1 millisecond' END
         FROM asked ORDER BY charge, idempotency_key
       ON CONFLICT DO NOTHING
       RETURNING *
     ), told AS (
       INSERT INTO sandbox.events (type, object, reference)
       SELECT 'refund.' || status, 'refund', id FROM added WHERE $3::boolean
     )
     SELECT ${refundJson('added')} FROM added`,
    [JSON.stringify(asked), settleAfterMs, tells],
  );
  const refunds = new Map(rows.map(({ object }) => [object.idempotency_key, object]));
  // Made before, or at the same moment by another who asked with the same key: the slower has waited, and now sees it.
  const missing = requests.filter(({ idempotency_key: key }) => !refunds.has(key));
  for (const refund of await findByKeys(pool, missing)) refunds.set(refund.idempotency_key, refund);
  for (const refused of refuseDisputed(requests.filter(({ idempotency_key: key }) => !refunds.has(key))))
    refunds.set(refused.idempotency_key, refused);
  return requests.map((request) => {
    const refund = refunds.get(request.idempotency_key);
    return refund?.charge === request.charge &&
      refund.amount === request.amount &&
      refund.currency === request.currency
      ? refund
      : null;
  });
}

async function findByKeys(pool: Pool, requests: readonly NewRefund[]): Promise<Refund[]> {
  if (requests.length === 0) return [];
  const { rows } = await pool.query<ObjectRow<Refund>>(
    `SELECT ${refundJson('r')} FROM sandbox.refunds r WHERE idempotency_key = ANY($1)`,
    [requests.map(({ idempotency_key: key }) => key)],
  );
  return rows.map(({ object }) => object);
}

/** By the charge: the token of what was charged. */
async function tokensOf(pool: Pool, requests: readonly NewRefund[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; token: string }>(
    `SELECT c.id, m.token FROM sandbox.charges c JOIN sandbox.payment_methods m ON m.id = c.payment_method
      WHERE c.id = ANY($1)`,
    [requests.map(({ charge }) => charge)],
  );
  return new Map(rows.map(({ id, token }) => [id, token]));
}

export async function findRefund(pool: Pool, id: string): Promise<Refund | undefined> {
  const { rows } = await pool.query<ObjectRow<Refund>>(
    `SELECT ${refundJson('r')} FROM sandbox.refunds r WHERE id = $1`,
    [id],
  );
  return rows[0]?.object;
}
