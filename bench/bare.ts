/** The limit that each bench is a ratio to: bare statements that write as many rows into equally indexed tables. */
import type { Pool } from 'pg';

/** The tables that a renewal writes to, and how many rows it writes into each. */
const renewalTables: readonly (readonly [table: string, rows: number])[] = [
  ['subscription_periods', 1],
  ['invoices', 1],
  ['invoice_lines', 2],
  ['payments', 1],
  ['ledger_transactions', 2],
  ['ledger_postings', 3],
  ['revenue_schedules', 1],
  ['sandbox.charges', 1],
];

/** Seconds to copy the rows of the last `count` renewals set-based, a statement a table, into tables with the same indexes. */
export async function timeBareRenewals(pool: Pool, count: number): Promise<number> {
  const copies: string[] = [];
  for (const [table, rows] of renewalTables) {
    const bare = `bare_${table.replace('.', '_')}`;
    const limit = count * rows;
    await pool.query(`DROP TABLE IF EXISTS ${bare}, ${bare}_rows`);
    await pool.query(
      `CREATE TABLE ${bare} (LIKE ${table} INCLUDING DEFAULTS INCLUDING INDEXES INCLUDING CONSTRAINTS INCLUDING GENERATED)`,
    );
    await pool.query(`CREATE TABLE ${bare}_rows AS SELECT * FROM ${table} LIMIT ${String(limit)}`);
    const { rows: columns } = await pool.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
        WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
      [bare],
    );
    const list = columns.map(({ name }) => `"${name}"`).join(', ');
    copies.push(`INSERT INTO ${bare} (${list}) SELECT ${list} FROM ${bare}_rows`);
  }
  await pool.query('VACUUM ANALYZE');
  const started = performance.now();
  for (const copy of copies) await pool.query(copy);
  return (performance.now() - started) / 1000;
}

/**
 * Seconds to insert as many events, a batch of 1,000 a statement, into one table that has the indexes of the two that
 * events are really written to: their identity, and three on the events.
 */
export async function timeBareEvents(pool: Pool, batches: number, concurrency: number): Promise<number> {
  await pool.query(`DROP TABLE IF EXISTS bare_usage_events`);
  await pool.query(`CREATE TABLE bare_usage_events (LIKE usage_events INCLUDING DEFAULTS INCLUDING INDEXES)`);
  await pool.query(`ALTER TABLE bare_usage_events ADD PRIMARY KEY (source, id)`);
  const time = new Date().toISOString();
  const column = (value: (nth: number) => string) => Array.from({ length: 1000 }, (_, nth) => value(nth));
  const bodies = Array.from({ length: batches }, (_, batch) => [
    column((nth) => `ingestion-${String(batch)}-${String(nth)}`),
    column((nth) => `cus_ingestion${String(nth % 100)}`),
    column(() => time),
    column(() => '{"n": 12.5, "region": "eu"}'),
  ]);
  const started = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let body = bodies[next++]; body; body = bodies[next++]) {
        await pool.query({
          name: 'bareEvents',
          text: `INSERT INTO bare_usage_events (source, id, type, customer_id, time, data)
                 SELECT 'bench', id, 'ingestion', customer_id, time, data
                   FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::jsonb[]) AS e(id, customer_id, time, data)
                 ON CONFLICT (source, id) DO NOTHING`,
          values: body,
        });
      }
    }),
  );
  return (performance.now() - started) / 1000;
}
