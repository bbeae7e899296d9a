/** Lists, newest first: ids sort by time, so the last id of a page is where the next one goes on. */
import type { Queryable } from '../database.ts';

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

/** A column of the selected table, or a condition of one parameter, and its value; undefined leaves it out. */
export type Filter = readonly [column: string | ((parameter: string) => string), value: unknown];

/** A page of `select`, a statement without conditions, whose table is called `t`. */
export async function readPage<Row extends { readonly id: string }>(
  db: Queryable,
  select: string,
  filters: readonly Filter[],
  { limit, cursor }: PageRequest,
): Promise<Page<Row>> {
  const given = filters.filter(([, value]) => value !== undefined);
  const values = given.map(([, value]) => value);
  const conditions = given.map(([column], index) => {
    const parameter = `$${String(index + 1)}`;
    return typeof column === 'string' ? `t.${column} = ${parameter}` : column(parameter);
  });
  if (cursor !== undefined) {
    values.push(cursor);
    conditions.push(`t.id < $${String(values.length)}`);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  values.push(limit + 1);
  const { rows } = await db.query<Row>(
    `${select} ${where} ORDER BY t.id DESC LIMIT $${String(values.length)}`,
    values,
  );
  return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
}

/** The one row of `select` with an id, or undefined. */
export async function readOne<Row>(db: Queryable, select: string, id: string): Promise<Row | undefined> {
  const { rows } = await db.query<Row & object>(`${select} WHERE t.id = $1`, [id]);
  return rows[0];
}
