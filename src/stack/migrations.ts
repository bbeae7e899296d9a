/** Migrations: plain SQL files, forward only, run under a lock so that two that start at once do not meet. */
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { isDatabaseAway } from '../store/database.ts';
import { StackError } from './stackError.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));
const lockKey = 0x64756e6c; // 'dunl'

/** Brings a database up to date; returns the names of the migrations it ran. Throws a `StackError` where it is away. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    const reason = error instanceof Error && error.message !== '' ? error.message : String(error);
    throw isDatabaseAway(error) || error instanceof pg.DatabaseError
      ? new StackError(
          `DATABASE_URL cannot be reached (${reason}): check the address, and that the server runs.`,
        )
      : error;
  }
  try {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const silent = () => undefined;
    const ran = await runner({
      dbClient: client,
      dir: directory,
      direction: 'up',
      migrationsTable: 'migrations',
      noLock: true,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
    });
    return ran.map(({ name }) => name);
  } finally {
    await client.end();
  }
}
