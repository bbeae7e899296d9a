/** Lists in the order in which things were made, page by page in both directions: ids sort by time. */
import type { Queryable } from '../database.ts';
import type { Filter } from '../reads/page.ts';

/** Of `first` after an id, or of `last` before one. */
export type Window =
  | { readonly first: number; readonly after?: string | undefined }
  | { readonly last: number; readonly before?: string | undefined };

export interface Slice<Row> {
  /** Oldest first, whatever the direction. */
  readonly rows: readonly Row[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** The rows of a window of `select`, a statement without conditions, whose table is called `t`. */
export async function readWindow<Row extends { readonly id: string }>(
  db: Queryable,
  select: string,
  filters: readonly Filter[],
  window: Window,
): Promise<Slice<Row>> {
  const forward = 'first' in window;
  const limit = forward ? window.first : window.last;
  const cursor = forward ? window.after : window.before;
  const given = filters.filter(([, value]) => value !== undefined);
  const values = given.map(([, value]) => value);
  const conditions = given.map(([column, value], index) => {
    const parameter = `$${String(index + 1)}`;
    if (typeof column !== 'string') return column(parameter);
    return value === null ? `t.${column} IS NOT DISTINCT FROM ${parameter}` : `t.${column} = ${parameter}`;
  });
  if (cursor !== undefined) {
    values.push(cursor);
    conditions.push(`t.id ${forward ? '>' : '<'} $${String(values.length)}`);
  }
  values.push(limit + 1);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const { rows } = await db.query<Row>(
    `${select} ${where} ORDER BY t.id ${forward ? 'ASC' : 'DESC'} LIMIT $${String(values.length)}`,
    values,
  );
  return toSlice(rows, window);
}

/** Of rows in the direction of the window, one more than asked for where there is one. */
export function toSlice<Row>(rows: readonly Row[], window: Window): Slice<Row> {
  const forward = 'first' in window;
  const limit = forward ? window.first : window.last;
  const more = rows.length > limit;
  const page = rows.slice(0, limit);
  return forward
    ? { rows: page, hasNextPage: more, hasPreviousPage: window.after !== undefined }
    : { rows: page.reverse(), hasNextPage: window.before !== undefined, hasPreviousPage: more };
}

/** The rows of `select` with those ids, by id. */
export async function readByIds<Row extends { readonly id: string }>(
  db: Queryable,
  select: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Row>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<Row>(`${select} WHERE t.id = ANY($1::text[])`, [ids]);
  return new Map(rows.map((row) => [row.id, row]));
}
