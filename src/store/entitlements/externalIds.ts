/** Customers by what clients call them. */
import type { CustomerId } from '../../domain/ids.ts';
import type { Queryable } from '../database.ts';

/** The customers that have these external ids now; one that nobody has is left out. */
export async function findCustomersByExternalId(
  db: Queryable,
  externalIds: readonly string[],
): Promise<Map<string, CustomerId>> {
  if (externalIds.length === 0) return new Map();
  const { rows } = await db.query<{ id: CustomerId; external_id: string }>({
    name: 'findCustomersByExternalId',
    text: `SELECT id, external_id FROM customers WHERE external_id = ANY($1) AND deleted_at IS NULL`,
    values: [externalIds],
  });
  return new Map(rows.map(({ id, external_id: external }) => [external, id]));
}
