/** Refunds at the sandbox: recorded once for each key, never beyond their charge. */
import type { Pool } from 'pg';
import type { RefundOutcome, RefundRequest } from './provider.ts';
import { sandboxTokens } from './sandboxTokens.ts';

interface RefundRow {
  readonly idempotency_key: string;
  readonly id: string;
  readonly status: 'succeeded' | 'failed';
  readonly failure_code: string | null;
}

/** What was refunded before is answered as it was; whether a new one fails, the card decides that was charged. */
export async function refundCharges(
  pool: Pool,
  requests: readonly RefundRequest[],
): Promise<RefundOutcome[]> {
  const failures = await failuresOf(pool, requests);
  const { rows } = await pool.query<RefundRow>(
    `WITH asked AS (
       SELECT * FROM json_to_recordset($1) AS r(
         idempotency_key text, id text, charge text, amount bigint, currency text, status text, failure_code text)
     ), added AS (
       INSERT INTO sandbox.refunds (idempotency_key, id, charge, amount, currency, status, failure_code)
       SELECT idempotency_key, id, charge, amount, currency, status, failure_code FROM asked
       ON CONFLICT DO NOTHING
       RETURNING idempotency_key, id, status, failure_code
     )
     SELECT * FROM added
     UNION ALL
     SELECT r.idempotency_key, r.id, r.status, r.failure_code FROM sandbox.refunds r JOIN asked USING (idempotency_key)`,
    [
      JSON.stringify(
        requests.map(({ refundId, chargeReference, amount, currency }) => ({
          idempotency_key: refundId,
          id: `sandbox_re_${refundId}`,
          charge: chargeReference,
          amount: String(amount),
          currency,
          status: failures.has(chargeReference) ? 'failed' : 'succeeded',
          failure_code: failures.get(chargeReference) ?? null,
        })),
      ),
    ],
  );
  const recorded = new Map(rows.map((row) => [row.idempotency_key, row]));
  return requests.map(({ refundId }) => outcomeOf(recorded.get(refundId)));
}

/** By the charge: what a refund to its card fails with. */
async function failuresOf(pool: Pool, requests: readonly RefundRequest[]): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; token: string }>(
    `SELECT c.id, m.token FROM sandbox.charges c JOIN sandbox.payment_methods m ON m.id = c.payment_method
      WHERE c.id = ANY($1)`,
    [requests.map(({ chargeReference }) => chargeReference)],
  );
  return new Map(
    rows.flatMap(({ id, token }) => {
      const failure = sandboxTokens.get(token)?.refundFailure;
      return failure === undefined ? [] : [[id, failure] as const];
    }),
  );
}

function outcomeOf(row: RefundRow | undefined): RefundOutcome {
  // Two that asked with one key at the same moment: the slower sees its answer when it asks again.
  if (!row)
    return { status: 'unknown', reason: 'the refund is being made by another request', retryAfterMs: null };
  if (row.status === 'succeeded') return { status: 'succeeded', reference: row.id };
  return { status: 'failed', reference: row.id, code: row.failure_code ?? 'unknown' };
}
