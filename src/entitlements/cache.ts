/**
 * Entitlements kept in this process, so that a check costs no question to Postgres, and right within a moment of each
 * change: what has changed is dropped by event, what time alone changes is kept until then, and while nothing is heard
 * nothing is kept (docs/adr/0010-entitlements.md).
 */
import type { Pool } from 'pg';
import type { EntitlementSnapshot } from '../domain/entitlements/snapshot.ts';
import type { CustomerId } from '../domain/ids.ts';
import { findCustomersByExternalId } from '../store/entitlements/externalIds.ts';
import { readEntitlements } from '../store/entitlements/readEntitlements.ts';
import { listenForChanges } from './listener.ts';
import { byName, isExternal, now, type EntitlementReader } from './reader.ts';

export interface EntitlementCache extends EntitlementReader {
  /** Whether changes are heard, so that anything is kept. */
  isListening(): boolean;
  readonly size: number;
  /** How many questions to Postgres it took so far. */
  readonly loads: number;
  stop(): Promise<void>;
}

export interface CacheOptions {
  readonly pool: Pool;
  /** For a connection of its own. */
  readonly databaseUrl: string;
  /** Customers that are kept at most; those that were asked for longest ago go first. */
  readonly maximum?: number;
  /** How old metered use may be where no folding of rollups tells of it, as while the worker is away. */
  readonly meteredMs?: number;
}

/** Customers that are read in one go. */
const batchSize = 1_000;

interface Load {
  readonly id: CustomerId;
  readonly snapshot: Promise<EntitlementSnapshot | undefined>;
  resolve(found: EntitlementSnapshot | undefined): void;
  reject(error: unknown): void;
  /** Something has changed since it began: what it finds may be what was before. */
  isStale: boolean;
}

interface Kept {
  readonly snapshot: EntitlementSnapshot;
  readonly until: number;
}

function startLoad(id: CustomerId): Load {
  let resolve: Load['resolve'] = () => undefined;
  let reject: Load['reject'] = () => undefined;
  const snapshot = new Promise<EntitlementSnapshot | undefined>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { id, snapshot, resolve, reject, isStale: false };
}

export function startEntitlementCache({
  pool,
  databaseUrl,
  maximum = 50_000,
  meteredMs = 10_000,
}: CacheOptions): EntitlementCache {
  const kept = new Map<CustomerId, Kept>();
  const loading = new Map<CustomerId, Load>();
  /** By external id, and the other way round; of customers that are not kept as well. */
  const aliases = new Map<string, CustomerId>();
  const externals = new Map<CustomerId, string>();
  /** Of reads of external ids that are under way: whose may have changed since. */
  const renamed = new Set<Set<CustomerId>>();
  let waiting: Load[] = [];
  let isListening = false;
  let loads = 0;
  /** Moves on whenever all that is known is void. */
  let generation = 0;

  function forget(id: CustomerId): void {
    kept.delete(id);
    const load = loading.get(id);
    if (load) load.isStale = true;
    loading.delete(id); // who asks from now on starts another one
    for (const changed of renamed) changed.add(id);
    const external = externals.get(id);
    if (external !== undefined) aliases.delete(external);
    externals.delete(id);
  }

  function forgetAll(): void {
    generation += 1;
    kept.clear();
    aliases.clear();
    externals.clear();
    for (const load of loading.values()) load.isStale = true;
    loading.clear();
  }

  const listener = listenForChanges(databaseUrl, {
    listening() {
      forgetAll();
      isListening = true;
    },
    lost() {
      isListening = false;
      forgetAll();
    },
    changed(customer) {
      if (customer === '*') forgetAll();
      else forget(customer as CustomerId);
    },
  });

  function keep(snapshot: EntitlementSnapshot): void {
    // Who lives by a test clock changes whenever that moves.
    if (snapshot.testClockId !== null) return;
    const isMetered = [...snapshot.entitlements.values()].some(({ type }) => type === 'metered');
    const until = Math.min(snapshot.validUntil ?? Infinity, isMetered ? snapshot.at + meteredMs : Infinity);
    kept.set(snapshot.customerId, { snapshot, until });
    for (const oldest of kept.keys()) {
      if (kept.size <= maximum) break;
      forget(oldest);
    }
  }

  function find(id: CustomerId, at: number): EntitlementSnapshot | undefined {
    const found = kept.get(id);
    if (!found) return undefined;
    kept.delete(id);
    if (found.until <= at) return undefined;
    kept.set(id, found); // the last to go
    return found.snapshot;
  }

  /** Joins the load of a customer that has begun, or one that begins with all others that are asked for in this turn. */
  function load(id: CustomerId): Promise<EntitlementSnapshot | undefined> {
    const begun = loading.get(id);
    if (begun) return begun.snapshot;
    const started = startLoad(id);
    loading.set(id, started);
    if (waiting.push(started) === 1) setImmediate(flush);
    return started.snapshot;
  }

  function flush(): void {
    const all = waiting;
    waiting = [];
    for (let first = 0; first < all.length; first += batchSize) {
      void loadBatch(all.slice(first, first + batchSize));
    }
  }

  async function loadBatch(batch: readonly Load[]): Promise<void> {
    loads += 1;
    try {
      const read = await readEntitlements(pool, [...new Set(batch.map(({ id }) => id))], now());
      for (const own of batch) {
        const snapshot = read.get(own.id);
        if (snapshot && isListening && !own.isStale) keep(snapshot);
        own.resolve(snapshot);
      }
    } catch (error) {
      for (const own of batch) own.reject(error);
    } finally {
      for (const own of batch) if (loading.get(own.id) === own) loading.delete(own.id);
    }
  }

  async function of(ids: readonly CustomerId[]): Promise<ReadonlyMap<CustomerId, EntitlementSnapshot>> {
    const at = Date.now();
    const found = new Map<CustomerId, EntitlementSnapshot>();
    const missing: Promise<unknown>[] = [];
    for (const id of new Set(ids)) {
      const known = find(id, at);
      if (known) found.set(id, known);
      else missing.push(load(id).then((read) => read && found.set(id, read)));
    }
    if (missing.length > 0) await Promise.all(missing);
    return found;
  }

  async function named(names: readonly string[]): Promise<ReadonlyMap<string, EntitlementSnapshot>> {
    const unknown = [...new Set(names.filter((name) => isExternal(name) && !aliases.has(name)))];
    const read = unknown.length === 0 ? undefined : await readAliases(unknown);
    return byName(names, (external) => read?.get(external) ?? aliases.get(external), of);
  }

  async function readAliases(unknown: readonly string[]): Promise<ReadonlyMap<string, CustomerId>> {
    const before = generation;
    const changed = new Set<CustomerId>();
    renamed.add(changed);
    try {
      const read = await findCustomersByExternalId(pool, unknown);
      if (!isListening || before !== generation) return read;
      for (const [external, id] of read) if (!changed.has(id)) keepAlias(external, id);
      return read;
    } finally {
      renamed.delete(changed);
    }
  }

  function keepAlias(external: string, id: CustomerId): void {
    aliases.set(external, id);
    externals.set(id, external);
    for (const [oldest, of] of aliases) {
      if (aliases.size <= maximum) break;
      aliases.delete(oldest);
      externals.delete(of);
    }
  }

  return {
    of,
    named,
    isListening: () => isListening,
    get size() {
      return kept.size;
    },
    get loads() {
      return loads;
    },
    stop: () => listener.stop(),
  };
}
