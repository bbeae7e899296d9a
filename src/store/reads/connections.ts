/** Pages of many lists at once: the things of each of some parents, by one statement however many parents there are. */
import type { Queryable } from '../database.ts';

/** A list that has parents, in SQL of ours: never a part of what somebody has given. */
export interface Source<Row> {
  /** Columns of `t` and what is joined to it; one of them is `id`. */
  readonly columns: string;
  /** Tables and joins. */
  readonly from: string;
  /** What a thing of the list belongs to. */
  readonly parent: string;
  /** What more must hold. */
  readonly where?: string;
  /** What it is ordered by; its id, which sorts by time, unless given. */
  readonly key?: { readonly column: string; readonly type: 'bigint' };
  readonly newestFirst?: true;
  /** Of the type alone. */
  readonly row?: Row;
}

export interface PageOf {
  readonly limit: number;
  /** Beyond this id, or what else the key is, in the direction in which it is read. */
  readonly cursor: string | null;
  /** From the end of the list to its beginning; rows come in that order. */
  readonly backwards: boolean;
}

/** For each parent up to `limit` rows. Throws nothing for a parent that does not exist: it has none. */
export async function readConnections<Row>(
  db: Queryable,
  source: Source<Row>,
  parents: readonly string[],
  { limit, cursor, backwards }: PageOf,
): Promise<Map<string, Row[]>> {
  const { column, type } = source.key ?? { column: 't.id', type: 'text' };
  const descending = (source.newestFirst === true) !== backwards;
  const { rows } = await db.query<Row & { parentOfRow: string }>(
    `SELECT asked.parent AS "parentOfRow", x.*
       FROM unnest($1::text[]) AS asked (parent)
      CROSS JOIN LATERAL (
        SELECT ${source.columns} FROM ${source.from}
         WHERE ${source.parent} = asked.parent AND ${source.where ?? 'true'}
           AND ($2::${type} IS NULL OR ${column} ${descending ? '<' : '>'} $2::${type})
         ORDER BY ${column} ${descending ? 'DESC' : 'ASC'} LIMIT $3) x`,
    [parents, cursor, limit],
  );
  const lists = new Map<string, Row[]>(parents.map((parent) => [parent, []]));
  for (const row of rows) lists.get(row.parentOfRow)?.push(row);
  return lists;
}

/** How many there are for each parent. */
export async function countConnections<Row>(
  db: Queryable,
  source: Source<Row>,
  parents: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ parent: string; count: number }>(
    `SELECT ${source.parent} AS parent, count(*)::int AS count FROM ${source.from}
      WHERE ${source.parent} = ANY($1) AND ${source.where ?? 'true'} GROUP BY 1`,
    [parents],
  );
  return new Map(rows.map(({ parent, count }) => [parent, count]));
}

/** All that each parent has, the oldest first. */
export async function readLists<Row>(
  db: Queryable,
  source: Source<Row>,
  parents: readonly string[],
): Promise<Map<string, Row[]>> {
  const { rows } = await db.query<Row & { parentOfRow: string }>(
    `SELECT ${source.parent} AS "parentOfRow", ${source.columns} FROM ${source.from}
      WHERE ${source.parent} = ANY($1) AND ${source.where ?? 'true'} ORDER BY t.id`,
    [parents],
  );
  const lists = new Map<string, Row[]>(parents.map((parent) => [parent, []]));
  for (const row of rows) lists.get(row.parentOfRow)?.push(row);
  return lists;
}

/** Those of these ids that there are. */
export async function readByIds<Row extends { readonly id: string }>(
  db: Queryable,
  source: Source<Row>,
  ids: readonly string[],
): Promise<Map<string, Row>> {
  const { rows } = await db.query<Row>(
    `SELECT ${source.columns} FROM ${source.from} WHERE t.id = ANY($1) AND ${source.where ?? 'true'}`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
