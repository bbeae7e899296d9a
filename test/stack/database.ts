/** A database of its own for each test file, migrated. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createPool } from '../../src/store/database.ts';

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  drop(): Promise<void>;
}

export async function freshDatabase(): Promise<TestDatabase> {
  const template = environment('TEST_POSTGRES_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = async (statement: string) => {
    const client = new pg.Client({ connectionString: template.replace(/\/dunlin$/, '/postgres') });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await admin(`CREATE DATABASE ${name} TEMPLATE dunlin`);
  const url = template.replace(/\/dunlin$/, `/${name}`);
  const pool = createPool(url);
  return {
    url,
    pool,
    async drop() {
      await pool.end();
      await admin(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

export function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: tests run through \`npm test\``);
  return value;
}
