/** A command's way to the database: that of DATABASE_URL, the one that runs, or the embedded one, started for the while. */
import type pg from 'pg';
import { loadConfig } from '../config.ts';
import { createPool } from '../store/database.ts';
import { lockDataDirectory } from './dataLock.ts';
import { migrate } from './migrations.ts';
import { findRunningPostgres, startPostgres } from './postgres.ts';

/** Runs `work` on the database, brought up to date first. Throws a `StackError` where it cannot be reached. */
export async function withDatabase<T>(work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const { DATABASE_URL, DATA_DIRECTORY } = loadConfig(process.env);
  const running = DATABASE_URL ?? (await findRunningPostgres(DATA_DIRECTORY));
  if (running !== undefined) return withPool(running, work);
  const unlock = await lockDataDirectory(DATA_DIRECTORY);
  const server = await startPostgres(DATA_DIRECTORY);
  try {
    return await withPool(server.url, work);
  } finally {
    await server.stop();
    await unlock();
  }
}

async function withPool<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  await migrate(url);
  const pool = createPool(url);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
