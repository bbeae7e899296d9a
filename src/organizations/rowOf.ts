/** Rows of what a change is asked of: it was there when the change was decided, under the lock that it holds. */
import { notFound } from '../domain/errors.ts';
import type { Queryable } from '../store/database.ts';
import { readByIds } from '../store/organizations/keyset.ts';

/** Throws a `BillingError` 404 where it has gone. */
export async function rowOf<Row extends { readonly id: string }>(
  db: Queryable,
  select: string,
  id: string,
): Promise<Row> {
  const row = (await readByIds<Row>(db, select, [id])).get(id);
  if (!row) throw notFound('resource', id);
  return row;
}
