/** Relay's connections: which page is asked for, and the page as it is answered. */
import { BillingError } from '../domain/errors.ts';
import type { PageOf, Source } from '../store/reads/connections.ts';
import type { Loaders } from './loaders.ts';
import type { Connection } from './models.ts';

export interface ConnectionArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Without `first` and `last`. */
export const defaultPageSize = 20;
export const maximumPageSize = 100;

/** What cursors stand for: the id of a thing, or its number where a list is in the order of numbers. */
const ids = /^[a-z]+_[0-9a-z]+$/;
const numbers = /^\d{1,18}$/;

/**
 * The page that is asked for. Throws a `BillingError` 400 for both directions at once, a size below 1 or above 100, or a
 * cursor that is none of ours.
 */
export function pageOf({ first, after, last, before }: ConnectionArguments, keys: RegExp = ids): PageOf {
  const backwards = given(last) || given(before);
  if (backwards && (given(first) || given(after))) {
    throw new BillingError(
      400,
      'page_ambiguous',
      'Give either `first` and `after`, or `last` and `before`.',
      given(first) ? 'first' : 'after',
    );
  }
  const [size, cursor] = backwards ? [last, before] : [first, after];
  const param = backwards ? 'last' : 'first';
  const limit = size ?? defaultPageSize;
  if (limit < 1 || limit > maximumPageSize) {
    throw new BillingError(
      400,
      'page_size_invalid',
      `${param} is between 1 and ${String(maximumPageSize)}.`,
      param,
    );
  }
  return {
    limit,
    backwards,
    cursor: given(cursor) ? keyOf(cursor, backwards ? 'before' : 'after', keys) : null,
  };
}

function given<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

export const cursorOf = (id: string): string => Buffer.from(id).toString('base64url');

function keyOf(cursor: string, param: string, keys: RegExp): string {
  const key = Buffer.from(cursor, 'base64url').toString();
  if (keys.test(key)) return key;
  throw new BillingError(400, 'cursor_unknown', 'This cursor is none of ours: give one of an answer.', param);
}

/** A page of what a source has for a parent. `keyOfRow`: what the source is ordered by. */
export async function readConnection<Row extends { readonly id: string }>(
  loaders: Loaders,
  source: Source<Row>,
  parent: string,
  args: ConnectionArguments,
  keyOfRow: (row: Row) => string = ({ id }) => id,
): Promise<Connection<Row>> {
  const page = pageOf(args, source.key ? numbers : ids);
  const rows = await loaders.page(source, parent, { ...page, limit: page.limit + 1 });
  return toConnection(rows, page, keyOfRow, () => loaders.count(source, parent));
}

/** A page of a list that is known as a whole, as one of which the caller sees only some. */
export function pageOfList<Row extends { readonly id: string }>(
  list: readonly Row[],
  args: ConnectionArguments,
): Connection<Row> {
  const page = pageOf(args);
  const ordered = page.backwards ? [...list].reverse() : list;
  const { cursor } = page;
  const beyond =
    cursor === null ? ordered : ordered.filter(({ id }) => (page.backwards ? id < cursor : id > cursor));
  return toConnection(
    beyond.slice(0, page.limit + 1),
    page,
    ({ id }) => id,
    () => list.length,
  );
}

/** `rows` in the direction in which they were read, and one more where there is one. */
function toConnection<Row>(
  rows: readonly Row[],
  { limit, backwards, cursor }: PageOf,
  keyOf: (row: Row) => string,
  count: () => number | Promise<number>,
): Connection<Row> {
  const page = rows.slice(0, limit);
  if (backwards) page.reverse();
  const more = rows.length > limit;
  const edges = page.map((node) => ({ node, cursor: cursorOf(keyOf(node)) }));
  return {
    edges,
    nodes: page,
    pageInfo: {
      hasNextPage: backwards ? cursor !== null : more,
      hasPreviousPage: backwards ? more : cursor !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: count,
  };
}
