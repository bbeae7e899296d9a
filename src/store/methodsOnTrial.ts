/** Methods that were given on the pay page: kept where they pay, and detached where the customer's bank refuses them. */
import type { CustomerId, PaymentId, PaymentMethodId } from '../domain/ids.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Queryable } from './database.ts';

export interface RefusedMethod {
  readonly id: PaymentMethodId;
  readonly customer_id: CustomerId;
  readonly provider: ProviderName;
  /** The provider's name of it. */
  readonly reference: string;
}

/**
 * Methods on trial of which the last attempt has failed, in the order of ids; also those that are detached here and, as far as
 * is known, not yet at the provider. `id`: of one attempt's method alone.
 */
export async function findRefusedMethods(
  db: Queryable,
  id: PaymentId | null,
  limit: number,
): Promise<RefusedMethod[]> {
  const { rows } = await db.query<RefusedMethod>(
    `SELECT m.id, m.customer_id, m.provider, m.provider_reference AS reference
       FROM payment_methods m
      WHERE m.on_trial AND ($1::text IS NULL OR m.id = (SELECT payment_method_id FROM payments WHERE id = $1))
        AND (SELECT p.status FROM payments p
              WHERE p.customer_id = m.customer_id AND p.payment_method_id = m.id ORDER BY p.id DESC LIMIT 1) = 'failed'
      ORDER BY m.id LIMIT $2`,
    [id, limit],
  );
  return rows;
}

/** What has paid is kept. */
export async function keepPaidMethods(db: Queryable, ids: readonly PaymentId[]): Promise<void> {
  await db.query(
    `UPDATE payment_methods m SET on_trial = false FROM payments p
      WHERE p.id = ANY($1) AND p.status = 'succeeded' AND m.id = p.payment_method_id AND m.on_trial`,
    [ids],
  );
}

/** It is detached at the provider too: nothing is left to do. */
export async function endTrial(db: Queryable, id: PaymentMethodId): Promise<void> {
  await db.query(`UPDATE payment_methods SET on_trial = false WHERE id = $1`, [id]);
}
