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

/** Seconds to insert as many events, a batch of 1,000 a statement, into a table indexed as the real one. */
export async function timeBareEvents(pool: Pool, batches: number): Promise<number> {
  await pool.query(`DROP TABLE IF EXISTS bare_usage_events`);
  await pool.query(`CREATE TABLE bare_usage_events (LIKE usage_events INCLUDING DEFAULTS INCLUDING INDEXES)`);
  const { rows: customers } = await pool.query<{ id: string }>(`SELECT id FROM customers LIMIT 1`);
  const customer = customers[0]?.id ?? '';
  const bodies = Array.from({ length: batches }, (_, batch) => ({
    ids: Array.from({ length: 1000 }, (_value, nth) => `bare-${String(batch)}-${String(nth)}`),
    data: Array.from({ length: 1000 }, () => '{"n": 12.5, "region": "eu"}'),
  }));
  const started = performance.now();
  let next = 0;
  await Promise.all(
    [0, 1].map(async () => {
      for (let body = bodies[next++]; body; body = bodies[next++]) {
        await pool.query(
          `INSERT INTO bare_usage_events (source, id, type, customer_id, time, data)
           SELECT 'bare', id, 'call', $3, now(), data FROM unnest($1::text[], $2::jsonb[]) AS e(id, data)
           ON CONFLICT (source, id) DO NOTHING`,
          [body.ids, body.data, customer],
        );
      }
    }),
  );
  return (performance.now() - started) / 1000;
}
