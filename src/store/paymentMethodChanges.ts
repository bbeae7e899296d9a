/** How a customer's payment methods change. */
import type { CustomerId, PaymentMethodId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import { chosenNow } from './backupMethods.ts';
import type { Queryable } from './database.ts';

export interface NewPaymentMethod {
  readonly id: PaymentMethodId;
  readonly customerId: CustomerId;
  readonly provider: ProviderName;
  readonly providerReference: string;
  readonly type: string;
  readonly card: unknown;
  /** Kept only where it pays; never so one that the customer had before, whatever it is called here. */
  readonly onTrial: boolean;
  readonly createdAt: Instant;
}

/** Adds a method, once. */
export async function insertPaymentMethod(db: Queryable, method: NewPaymentMethod): Promise<void> {
  await db.query(
    `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, card, created, on_trial)
     VALUES ($1, $2, $3, $4, $5, $6, $7,
             $8 AND NOT EXISTS (SELECT FROM payment_methods
                                 WHERE customer_id = $2 AND provider = $3 AND provider_reference = $4 AND detached_at IS NULL))
     ON CONFLICT (id) DO NOTHING`,
    [
      method.id,
      method.customerId,
      method.provider,
      method.providerReference,
      method.type,
      JSON.stringify(method.card),
      formatInstant(method.createdAt),
      method.onTrial,
    ],
  );
}

/** Makes a method the default of a customer who has none. Returns whether it is the default now. */
export async function fillDefault(
  db: Queryable,
  customerId: CustomerId,
  paymentMethodId: PaymentMethodId,
): Promise<boolean> {
  const { rows } = await db.query<{ is_default: boolean }>(
    `UPDATE customers SET default_payment_method_id = coalesce(default_payment_method_id, $2) WHERE id = $1
     RETURNING default_payment_method_id = $2 AS is_default`,
    [customerId, paymentMethodId],
  );
  return rows[0]?.is_default === true;
}

/** The customer's test clock, or null for none; undefined where the customer has no such method, or it is detached. */
export async function chooseDefaultPaymentMethod(
  db: Queryable,
  customerId: CustomerId,
  paymentMethodId: PaymentMethodId,
): Promise<TestClockId | null | undefined> {
  const { rows } = await db.query<{ test_clock_id: TestClockId | null }>(
    `WITH kept AS (
       UPDATE payment_methods SET on_trial = false, ${chosenNow}
        WHERE id = $2 AND customer_id = $1 AND detached_at IS NULL)
     UPDATE customers c SET default_payment_method_id = m.id
       FROM payment_methods m
      WHERE c.id = $1 AND m.id = $2 AND m.customer_id = c.id AND m.detached_at IS NULL
      RETURNING c.test_clock_id`,
    [customerId, paymentMethodId],
  );
  return rows[0]?.test_clock_id;
}

/** The provider's name for a method, detached or not; undefined where the customer has no such method. */
export async function findPaymentMethodReference(
  db: Queryable,
  customerId: CustomerId,
  paymentMethodId: PaymentMethodId,
): Promise<{ readonly provider: ProviderName; readonly reference: string } | undefined> {
  const { rows } = await db.query<{ provider: ProviderName; reference: string }>(
    `SELECT provider, provider_reference AS reference FROM payment_methods WHERE customer_id = $1 AND id = $2`,
    [customerId, paymentMethodId],
  );
  return rows[0];
}

export async function markDetached(
  db: Queryable,
  customerId: CustomerId,
  paymentMethodId: PaymentMethodId,
): Promise<void> {
  await db.query(
    `UPDATE customers SET default_payment_method_id = NULL WHERE id = $1 AND default_payment_method_id = $2`,
    [customerId, paymentMethodId],
  );
  await db.query(`UPDATE payment_methods SET detached_at = coalesce(detached_at, now()) WHERE id = $1`, [
    paymentMethodId,
  ]);
}
