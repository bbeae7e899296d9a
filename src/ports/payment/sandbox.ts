/** The sandbox provider: an outside system in miniature, with its own records in its own Postgres schema. */
import type { Pool } from 'pg';
import { BillingError } from '../../domain/errors.ts';
import type { AttachedMethod, ChargeOutcome, ChargeRequest, PaymentProvider } from './provider.ts';
import { refundCharges } from './sandboxRefunds.ts';
import { sandboxTokens } from './sandboxTokens.ts';

interface ChargeRow {
  readonly idempotency_key: string;
  readonly id: string;
  readonly status: 'succeeded' | 'failed' | 'requires_action' | 'canceled';
  readonly failure_code: string | null;
}

/** `pool` is the provider's own: it commits by itself, whatever becomes of the transaction of its caller. */
export function sandboxProvider(pool: Pool): PaymentProvider {
  return {
    name: 'sandbox',

    createCustomer: ({ customerId }) => Promise.resolve(`sandbox_${customerId}`),

    async attach({ paymentMethodId, token }): Promise<AttachedMethod> {
      const card = sandboxTokens.get(token);
      if (!card) {
        const known = [...sandboxTokens.keys()].slice(0, 3).join(', ');
        throw new BillingError(
          400,
          'payment_method_unknown',
          `The sandbox does not know the token ${token}. Use one of Stripe's test names, such as ${known}.`,
          'token',
        );
      }
      const reference = `sandbox_${paymentMethodId}`;
      await pool.query(
        `INSERT INTO sandbox.payment_methods (id, token) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`,
        [reference, token],
      );
      return {
        reference,
        type: 'card',
        card: {
          brand: card.brand,
          last4: card.last4,
          exp_month: 12,
          exp_year: 2040,
          fingerprint: `sandbox_${token}`,
        },
      };
    },

    async detach(reference) {
      await pool.query(`DELETE FROM sandbox.payment_methods WHERE id = $1`, [reference]);
    },

    async charge(requests) {
      const charged = await recordCharges(pool, requests);
      return requests.map(({ paymentId }) => outcomeOf(charged.get(paymentId)));
    },

    refund: (requests) => refundCharges(pool, requests),
    beginSetup: () => Promise.resolve({ clientSecret: null }),
    async lookUp(attempts) {
      const { rows } = await pool.query<ChargeRow>(
        `SELECT idempotency_key, id, status, failure_code FROM sandbox.charges WHERE idempotency_key = ANY($1)`,
        [attempts.map(({ paymentId }) => paymentId)],
      );
      const found = new Map(rows.map((row) => [row.idempotency_key, outcomeOf(row)]));
      return attempts.map(({ paymentId }) => found.get(paymentId) ?? null);
    },
    async cancel(attempts) {
      const { rows } = await pool.query<ChargeRow>(
        `UPDATE sandbox.charges SET status = CASE status WHEN 'requires_action' THEN 'canceled' ELSE status END
          WHERE idempotency_key = ANY($1) RETURNING idempotency_key, id, status, failure_code`,
        [attempts.map(({ paymentId }) => paymentId)],
      );
      const ended = new Map(rows.map((row) => [row.idempotency_key, outcomeOf(row)]));
      return attempts.map(({ paymentId }) => ended.get(paymentId) ?? outcomeOf(undefined));
    },
    listCharges: notYet,
    listRefunds: notYet,
    listDisputes: notYet,
    findCharge: notYet,
    findRefund: notYet,
    findDispute: notYet,
  };
}

const notYet = () => Promise.reject(new Error('the sandbox does not do that yet'));

/** What was charged before is answered as it was; the rest is decided by the token that each method was made from. */
async function recordCharges(
  pool: Pool,
  requests: readonly ChargeRequest[],
): Promise<Map<string, ChargeRow>> {
  const tokens = await tokensOf(pool, requests);
  const charges = requests.map((request) => ({
    idempotency_key: request.paymentId,
    id: `sandbox_ch_${request.paymentId}`,
    payment_method: request.methodReference,
    amount: String(request.amount),
    currency: request.currency,
    ...decide(tokens.get(request.methodReference)),
  }));
  const { rows } = await pool.query<ChargeRow>(
    `WITH asked AS (
       SELECT * FROM json_to_recordset($1) AS r(
         idempotency_key text, id text, payment_method text, amount bigint, currency text, status text, failure_code text)
     ), added AS (
       INSERT INTO sandbox.charges (idempotency_key, id, payment_method, amount, currency, status, failure_code)
       SELECT idempotency_key, id, payment_method, amount, currency, status, failure_code FROM asked
       ON CONFLICT DO NOTHING
       RETURNING idempotency_key, id, status, failure_code
     )
     SELECT * FROM added
     UNION ALL
     SELECT c.idempotency_key, c.id, c.status, c.failure_code FROM sandbox.charges c JOIN asked USING (idempotency_key)`,
    [JSON.stringify(charges)],
  );
  return new Map(rows.map((row) => [row.idempotency_key, row]));
}

async function tokensOf(pool: Pool, requests: readonly ChargeRequest[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; token: string }>(
    `SELECT id, token FROM sandbox.payment_methods WHERE id = ANY($1)`,
    [requests.map((request) => request.methodReference)],
  );
  return new Map(rows.map(({ id, token }) => [id, token]));
}

function decide(token: string | undefined): { status: ChargeRow['status']; failure_code: string | null } {
  const outcome =
    token === undefined ? { decline: 'payment_method_detached' } : sandboxTokens.get(token)?.outcome;
  if (outcome === 'succeeded') return { status: 'succeeded', failure_code: null };
  if (outcome === 'requires_action')
    return { status: 'requires_action', failure_code: 'authentication_required' };
  return { status: 'failed', failure_code: outcome?.decline ?? 'generic_decline' };
}

function outcomeOf(row: ChargeRow | undefined): ChargeOutcome {
  // Two that asked with one key at the same moment: the slower sees its answer when it asks again.
  if (!row)
    return { status: 'unknown', reason: 'the charge is being made by another request', retryAfterMs: null };
  if (row.status === 'succeeded' || row.status === 'canceled')
    return { status: row.status, reference: row.id };
  if (row.status === 'requires_action') {
    return { status: row.status, reference: row.id, action: { url: null, clientSecret: null } };
  }
  return { status: row.status, reference: row.id, code: row.failure_code ?? 'generic_decline', advice: null };
}
