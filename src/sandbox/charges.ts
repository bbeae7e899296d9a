/** Charges: made once for each idempotency key, decided by the test method, ended by who asks, the customer or the bank. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { findTestMethod, type Approved } from './cards.ts';
import { findTokens } from './methods.ts';

export const newCharge = z.object({
  idempotency_key: z.string().min(1),
  customer: z.string().nullable(),
  payment_method: z.string(),
  amount: z.int().positive(),
  currency: z.string().regex(/^[A-Z]{3}$/),
});
export type NewCharge = z.infer<typeof newCharge>;

export interface Charge {
  readonly id: string;
  readonly idempotency_key: string;
  readonly status: 'processing' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
  readonly failure_code: string | null;
  readonly advice: string | null;
  readonly payment_method: string;
  readonly amount: number;
  readonly currency: string;
  /** RFC 3339. */
  readonly created: string;
}

/** Whatever the types of a pool are: a number is one in JSON. */
export const chargeJson = (row: string): string =>
  `json_build_object('id', ${row}.id, 'idempotency_key', ${row}.idempotency_key, 'status', ${row}.status,
     'failure_code', ${row}.failure_code, 'advice', ${row}.advice, 'payment_method', ${row}.payment_method,
     'amount', ${row}.amount, 'currency', ${row}.currency, 'created', ${row}.created) AS object`;

export interface ObjectRow<T> {
  readonly object: T;
}

/** Of those that have ended or wait. */
export const chargeEvents = (charges: string, told: string): string =>
  `INSERT INTO sandbox.events (type, object, reference)
   SELECT 'charge.' || status, 'charge', id FROM ${charges} WHERE ${told} ORDER BY id`;

/** When a bank has told how its debits end, in milliseconds from now; null: never by itself. */
export interface Settling {
  readonly settleAfterMs: number | null;
  /** Whether somebody listens to webhooks. */
  readonly tells: boolean;
}

/**
 * One charge for each request, in order: what was charged before is answered as it was. `null`: its key was used for
 * something else.
 */
export async function createCharges(
  pool: Pool,
  requests: readonly NewCharge[],
  { settleAfterMs, tells }: Settling,
): Promise<(Charge | null)[]> {
  const tokens = await findTokens(
    pool,
    requests.map((request) => request.payment_method),
  );
  const asked = requests.map((request) => ({
    ...request,
    id: `sandbox_ch_${request.idempotency_key}`,
    ...decide(tokens.get(request.payment_method)),
  }));
  const { rows } = await pool.query<ObjectRow<Charge>>(
    `WITH asked AS (
       SELECT * FROM json_to_recordset($1) AS r(
         idempotency_key text, id text, customer text, payment_method text, amount bigint, currency text, status text,
         failure_code text, advice text, later_status text, later_code text, dispute_reason text)
     ), added AS (
       INSERT INTO sandbox.charges (idempotency_key, id, customer, payment_method, amount, currency, status, failure_code,
                                    advice, later_status, later_code, settles_at)
       SELECT idempotency_key, id, customer, payment_method, amount, currency, status, failure_code, advice, later_status,
              later_code, CASE WHEN status = 'processing' THEN now() + $2 * interval '1 millisecond' END
         FROM asked ORDER BY idempotency_key
       ON CONFLICT DO NOTHING
       RETURNING *
     ), disputed AS (
       INSERT INTO sandbox.disputes (id, charge, amount, currency, reason)
       SELECT 'sandbox_dp_' || a.idempotency_key, a.id, a.amount, a.currency, k.dispute_reason
         FROM added a JOIN asked k USING (idempotency_key) WHERE k.dispute_reason IS NOT NULL
       RETURNING id
     ), told AS (
       ${chargeEvents('added', '$3::boolean')}
     ), told_disputes AS (
       INSERT INTO sandbox.events (type, object, reference)
       SELECT 'dispute.created', 'dispute', id FROM disputed WHERE $3::boolean
     )
     SELECT ${chargeJson('added')} FROM added
     UNION ALL
     SELECT ${chargeJson('c')} FROM sandbox.charges c JOIN asked USING (idempotency_key)`,
    [JSON.stringify(asked), settleAfterMs, tells],
  );
  const charges = new Map(rows.map(({ object }) => [object.idempotency_key, object]));
  // Two that asked with one key at the same moment: the slower has waited for the other, and now sees what it made.
  const missing = requests.filter(({ idempotency_key: key }) => !charges.has(key));
  for (const charge of await findCharges(
    pool,
    missing.map(({ idempotency_key: key }) => key),
  )) {
    if (charge) charges.set(charge.idempotency_key, charge);
  }
  return requests.map((request) => {
    const charge = charges.get(request.idempotency_key);
    return charge && isFor(charge, request) ? charge : null;
  });
}

function isFor(charge: Charge, request: NewCharge): boolean {
  return (
    charge.payment_method === request.payment_method &&
    charge.amount === request.amount &&
    charge.currency === request.currency
  );
}

interface Decision {
  readonly status: Charge['status'];
  readonly failure_code: string | null;
  readonly advice: string | null;
  readonly later_status: 'succeeded' | 'failed' | null;
  readonly later_code: string | null;
  readonly dispute_reason: string | null;
}

function decide(method: { readonly token: string; readonly attached: boolean } | undefined): Decision {
  const test = method?.attached === true ? findTestMethod(method.token) : undefined;
  const none = {
    failure_code: null,
    advice: null,
    later_status: null,
    later_code: null,
    dispute_reason: null,
  };
  if (!test) {
    const code = method?.attached === true ? 'generic_decline' : 'payment_method_detached';
    return { ...none, status: 'failed', failure_code: code };
  }
  const { outcome, disputes = null } = test;
  if (outcome === 'succeeded') return { ...none, status: 'succeeded', dispute_reason: disputes };
  if ('asks' in outcome) return { ...none, status: 'requires_action', ...later(outcome.asks) };
  if ('settles' in outcome) return { ...none, status: 'processing', ...later(outcome.settles) };
  return { ...none, status: 'failed', failure_code: outcome.decline, advice: outcome.advice ?? null };
}

function later(approved: Approved): Pick<Decision, 'later_status' | 'later_code'> {
  if (approved === 'succeeded') return { later_status: 'succeeded', later_code: null };
  return { later_status: 'failed', later_code: approved.decline };
}

/** Of each key, in order; null: there is none. */
export async function findCharges(pool: Pool, keys: readonly string[]): Promise<(Charge | null)[]> {
  if (keys.length === 0) return [];
  const { rows } = await pool.query<ObjectRow<Charge>>(
    `SELECT ${chargeJson('c')} FROM sandbox.charges c WHERE idempotency_key = ANY($1)`,
    [keys],
  );
  const charges = new Map(rows.map(({ object }) => [object.idempotency_key, object]));
  return keys.map((key) => charges.get(key) ?? null);
}

export async function findCharge(pool: Pool, id: string): Promise<Charge | undefined> {
  const { rows } = await pool.query<ObjectRow<Charge>>(
    `SELECT ${chargeJson('c')} FROM sandbox.charges c WHERE id = $1`,
    [id],
  );
  return rows[0]?.object;
}
