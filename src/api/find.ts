/** Reads that must find something: what is named in a path answers 404, what is named in a body 400. */
import { BillingError, notFound } from '../domain/errors.ts';
import type { Queryable } from '../store/database.ts';
import { readOne } from '../store/reads/page.ts';

/** The row with an id; throws a `BillingError` 404. `select` is one of the store's, whose table is called `t`. */
export async function findOne<Row>(
  db: Queryable,
  select: string,
  resource: string,
  id: string,
): Promise<Row> {
  // Whatever else a path may hold is no id, and not for the database to see.
  const row = /^[\w]{1,64}$/.test(id) ? await readOne<Row>(db, select, id) : undefined;
  if (!row) throw notFound(resource, id.slice(0, 64));
  return row;
}

/** The row that a field names; throws a `BillingError` 400 with the field's name. */
export async function findNamed<Row>(
  db: Queryable,
  select: string,
  resource: string,
  id: string,
  param: string,
): Promise<Row> {
  const row = await readOne<Row>(db, select, id);
  if (row) return row;
  throw new BillingError(
    400,
    `${param}_missing`,
    `There is no ${resource} ${id}. Check the id, or create it first.`,
    param,
  );
}
