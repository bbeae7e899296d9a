/** What providers call our customers. */
import type { CustomerId, TestClockId } from '../domain/ids.ts';
import type { ProviderName } from '../domain/paymentProvider.ts';
import type { Queryable } from './database.ts';

export interface CustomerAtProviders {
  readonly name: string;
  readonly email: string | null;
  readonly test_clock_id: TestClockId | null;
  readonly references: Readonly<Partial<Record<ProviderName, string>>>;
}

/** Undefined where there is no such customer, or it is deleted. */
export async function findProviderCustomer(
  db: Queryable,
  id: CustomerId,
): Promise<CustomerAtProviders | undefined> {
  const { rows } = await db.query<CustomerAtProviders>(
    `SELECT c.name, c.email, c.test_clock_id,
            coalesce((SELECT jsonb_object_agg(p.provider, p.reference) FROM provider_customers p
                       WHERE p.customer_id = c.id), '{}') AS references
       FROM customers c WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [id],
  );
  return rows[0];
}

/** Kept once: who asks at the same moment has had the same answer. */
export async function saveProviderCustomer(
  db: Queryable,
  customerId: CustomerId,
  provider: ProviderName,
  reference: string,
): Promise<void> {
  await db.query(
    `INSERT INTO provider_customers (customer_id, provider, reference) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    [customerId, provider, reference],
  );
}
