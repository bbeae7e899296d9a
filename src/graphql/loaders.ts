/** What one request has read, and how more is read: all that is asked for at a time by one statement. */
import DataLoader from 'dataloader';
import type { Pool } from 'pg';
import {
  countConnections,
  readByIds,
  readConnections,
  readLists,
  type PageOf,
  type Source,
} from '../store/reads/connections.ts';
import { readVariantTexts } from '../store/reads/organizations.ts';

export interface Loaders {
  /** The thing of a source with this id; null where there is none. */
  byId<Row extends { readonly id: string }>(source: Source<Row>, id: string): Promise<Row | null>;
  /** All that a parent has of a source, the oldest first. */
  list<Row>(source: Source<Row>, parent: string): Promise<readonly Row[]>;
  page<Row>(source: Source<Row>, parent: string, page: PageOf): Promise<readonly Row[]>;
  count<Row>(source: Source<Row>, parent: string): Promise<number>;
  /** Forgets what was read. */
  forget(): void;
  variantTexts: DataLoader<string, { readonly readme: string; readonly description: string }>;
}

export function createLoaders(pool: Pool): Loaders {
  const made = new Map<unknown, Map<string, DataLoader<string, unknown>>>();

  const variantTexts = new DataLoader(async (ids: readonly string[]) => {
    const texts = await readVariantTexts(pool, ids);
    return ids.map((id) => texts.get(id) ?? { readme: '', description: '' });
  });

  /** One loader for each source and way to read it. */
  function loader<Value>(
    source: Source<never>,
    way: string,
    read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
    absent: Value,
  ): DataLoader<string, Value> {
    const ofSource = made.get(source) ?? new Map<string, DataLoader<string, unknown>>();
    made.set(source, ofSource);
    const known = ofSource.get(way);
    if (known) return known as DataLoader<string, Value>;
    const created = new DataLoader<string, Value>(async (keys) => {
      const found = await read(keys);
      return keys.map((key) => found.get(key) ?? absent);
    });
    ofSource.set(way, created);
    return created;
  }

  return {
    byId: <Row extends { readonly id: string }>(source: Source<Row>, id: string) =>
      loader<Row | null>(source as Source<never>, 'id', (ids) => readByIds(pool, source, ids), null).load(id),
    list: <Row>(source: Source<Row>, parent: string) =>
      loader<readonly Row[]>(source as Source<never>, 'list', (ids) => readLists(pool, source, ids), []).load(
        parent,
      ),
    page: <Row>(source: Source<Row>, parent: string, page: PageOf) =>
      loader<readonly Row[]>(
        source as Source<never>,
        JSON.stringify(page),
        (parents) => readConnections(pool, source, parents, page),
        [],
      ).load(parent),
    count: <Row>(source: Source<Row>, parent: string) =>
      loader<number>(
        source as Source<never>,
        'count',
        (parents) => countConnections(pool, source, parents),
        0,
      ).load(parent),
    forget() {
      made.clear();
      variantTexts.clearAll();
    },
    variantTexts,
  };
}
