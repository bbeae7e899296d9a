/** Customers of the sandbox, and what they pay with. Each is made once for an idempotency key, which its id is made of. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { findTestMethod, someTokens } from './cards.ts';
import { Refusal } from './exchange.ts';

export const newCustomer = z.object({ name: z.string(), email: z.string().nullable() });

export async function createCustomer(
  pool: Pool,
  key: string,
  { name, email }: z.infer<typeof newCustomer>,
): Promise<{ id: string }> {
  const id = `sandbox_${key}`;
  await pool.query(
    `INSERT INTO sandbox.customers (id, name, email) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING`,
    [id, name, email],
  );
  return { id };
}

export const newMethod = z.object({ customer: z.string().nullable(), token: z.string().max(200) });

export interface MethodAnswer {
  readonly id: string;
  readonly type: string;
  readonly card: {
    readonly brand: string;
    readonly last4: string;
    readonly exp_month: number;
    readonly exp_year: number;
    readonly fingerprint: string;
  } | null;
}

/** Throws a `Refusal`: 400 for a token that is none, 402 where the bank refuses it, 409 for a key that has another one. */
export async function attachMethod(
  pool: Pool,
  key: string,
  { customer, token }: z.infer<typeof newMethod>,
): Promise<MethodAnswer> {
  const method = findTestMethod(token);
  if (!method) {
    throw new Refusal(
      400,
      'payment_method_unknown',
      `The sandbox does not know the token ${token}. Use one of Stripe's test names, such as ${someTokens.join(', ')}.`,
    );
  }
  if (method.refusal !== undefined)
    throw new Refusal(402, method.refusal, 'The bank refuses it: give another one.');
  const id = `sandbox_${key}`;
  const { rows } = await pool.query<{ token: string }>(
    `WITH added AS (
       INSERT INTO sandbox.payment_methods (id, customer, token) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING)
     SELECT token FROM sandbox.payment_methods WHERE id = $1`,
    [id, customer, token],
  );
  if (rows[0] && rows[0].token !== token) throw keyUsed(key);
  return {
    id,
    type: method.type,
    card:
      method.type === 'card'
        ? {
            brand: method.brand,
            last4: method.last4,
            exp_month: method.expiry?.month ?? 12,
            exp_year: method.expiry?.year ?? 2040,
            fingerprint: `sandbox_${token}`,
          }
        : null,
  };
}

export async function detachMethod(pool: Pool, id: string): Promise<void> {
  await pool.query(
    `UPDATE sandbox.payment_methods SET detached_at = now() WHERE id = $1 AND detached_at IS NULL`,
    [id],
  );
}

/** By the id of each that is there: its token, and whether it can still be charged. */
export async function findTokens(
  pool: Pool,
  ids: readonly string[],
): Promise<Map<string, { readonly token: string; readonly attached: boolean }>> {
  const { rows } = await pool.query<{ id: string; token: string; attached: boolean }>(
    `SELECT id, token, detached_at IS NULL AS attached FROM sandbox.payment_methods WHERE id = ANY($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, ...method }) => [id, method]));
}

export function keyUsed(key: string): Refusal {
  return new Refusal(
    409,
    'idempotency_key_used',
    `The key ${key} was used for something else: use another key for another request.`,
  );
}
