/** Lists of which an actor sees some: pages are filled with what it may see. */
import { readWindow, toSlice, type Slice, type Window } from '../store/organizations/keyset.ts';
import type { Filter } from '../store/reads/page.ts';
import { findVisible } from './decide.ts';
import type { OrganizationDependencies, Request } from './request.ts';

/** Rows that are looked at in one go beyond what is asked for, where few of them can be seen. */
const least = 50;

/** Reads on until the page is full or the list has ended. What cannot be seen is neither shown nor counted. */
export async function listVisible<Row extends { readonly id: string }>(
  deps: OrganizationDependencies,
  { actor, now }: Pick<Request, 'actor' | 'now'>,
  select: string,
  filters: readonly Filter[],
  window: Window,
): Promise<Slice<Row>> {
  const forward = 'first' in window;
  const wanted = (forward ? window.first : window.last) + 1;
  const seen: Row[] = [];
  let cursor = forward ? window.after : window.before;
  for (;;) {
    const size = Math.max(wanted, least);
    const slice = await readWindow<Row>(
      deps.pool,
      select,
      filters,
      forward ? { first: size, after: cursor } : { last: size, before: cursor },
    );
    const rows = forward ? slice.rows : [...slice.rows].reverse();
    const visible = await findVisible(
      deps,
      actor,
      now,
      rows.map(({ id }) => id),
    );
    seen.push(...rows.filter((_row, index) => visible[index] !== undefined));
    cursor = rows.at(-1)?.id;
    const ended = !(forward ? slice.hasNextPage : slice.hasPreviousPage);
    if (ended || seen.length >= wanted) return toSlice(seen, window);
  }
}
