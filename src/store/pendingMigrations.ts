/** Whether a database is up to date with the code that runs on it. */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Queryable } from './database.ts';

const directory = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The migrations that a database lacks. */
export async function pendingMigrations(db: Queryable): Promise<string[]> {
  const files = (await readdir(directory))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -4));
  const { rows } = await db.query<{ name: string }>(`SELECT name FROM migrations`);
  const ran = new Set(rows.map((row) => row.name));
  return files.filter((file) => !ran.has(file));
}
