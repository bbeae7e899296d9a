/** The connection to Postgres: pools, transactions, and how its types come into the code. */
import { isNativeError } from 'node:util/types';
import pg from 'pg';

export type Queryable = pg.Pool | pg.PoolClient;

const { builtins } = pg.types;
const parsers = new Map<number, (text: string) => unknown>([
  [builtins.TIMESTAMPTZ, parseTimestamp],
  [builtins.INT8, BigInt],
]);

/** timestamptz becomes an `Instant` (milliseconds), int8 a bigint; numeric stays a string: nothing becomes a float. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    parsers.get(oid) ?? (pg.types.getTypeParser(oid, format) as (text: string) => unknown),
};

export interface PoolOptions {
  /** Connections at most. */
  readonly max?: number;
}

/** A pool. Nothing is connected before the first query; a connection that breaks is replaced, the process goes on. */
export function createPool(url: string, { max = 16 }: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    types,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 120_000,
    application_name: 'dunlin',
  });
  // A connection that breaks fails the query that uses it; the event that comes beside would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Runs `work` in one transaction, which is rolled back where it throws. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  let broken = false;
  try {
    await tx.query('BEGIN');
    const result = await work(tx);
    await tx.query('COMMIT');
    return result;
  } catch (error) {
    await tx.query('ROLLBACK').catch(() => (broken = true));
    throw error;
  } finally {
    tx.release(broken);
  }
}

/** Runs `work` in a transaction that is rolled back whatever comes of it: what would be, without its being. */
export async function inUndoneTransaction<T>(
  pool: pg.Pool,
  work: (tx: pg.PoolClient) => Promise<T>,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  const undone = new Error('undone');
  await inTransaction(pool, async (tx) => {
    result = { value: await work(tx) };
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  if (!result) throw undone;
  return result.value;
}

const awayCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  // A deadlock is no fault of what was asked: Postgres has chosen one to try again.
  '40P01',
  // Shutdown, crash recovery, start-up, too many connections; connection exceptions.
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
]);

/** Whether an error says that Postgres cannot be reached, rather than that it refused what was asked. */
export function isDatabaseAway(error: unknown): boolean {
  // Not `instanceof`: a socket's errors are Node's own, and its `Error` is another one inside a VM context, as in Jest.
  if (!isNativeError(error)) return false;
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.some(isDatabaseAway);
  if ('code' in error && typeof error.code === 'string' && awayCodes.has(error.code)) return true;
  return /^(Connection terminated|timeout exceeded when trying to connect|timeout expired)/.test(
    error.message,
  );
}

function parseTimestamp(text: string): number {
  return Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
}
