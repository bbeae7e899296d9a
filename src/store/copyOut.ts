/** Answers of any size: rows leave Postgres as CSV as fast as they are read, and no faster. */
import type { Readable } from 'node:stream';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { formatInstant, type Instant } from '../domain/instant.ts';

/** A statement with numbered parameters, which are texts: it casts them itself. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (string | null)[];
}

/** Of one column of text without control characters, as it is: what would be quoted or escaped is not there. */
const linesFormat = `FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01'`;

/**
 * Gives the rows of a query to `consume` as CSV with a header row, or, of one column of text without control characters, as
 * lines; LF at the end of each, all of one snapshot. Where `consume` fails, as when nobody reads any more, the query is canceled.
 */
export async function copyOut(
  pool: pg.Pool,
  statement: Statement,
  consume: (csv: Readable) => Promise<void>,
  form: 'csv' | 'lines' = 'csv',
): Promise<void> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // It lasts as long as its reader takes: whoever consumes it sees to it that one who has stopped reading is left.
    await client.query('SET LOCAL statement_timeout = 0');
    const csv = client.query(
      copyTo(
        `COPY (${withLiterals(statement)}) TO STDOUT WITH (${form === 'csv' ? 'FORMAT csv, HEADER' : linesFormat})`,
      ),
    );
    // Of a query that is canceled nobody listens to the error.
    csv.on('error', () => undefined);
    try {
      await consume(csv);
    } catch (error) {
      await cancel(pool, client);
      throw error;
    }
    await client.query('COMMIT');
    broken = false;
  } finally {
    // Rows that nobody has read are still on their way: such a connection serves nobody else.
    client.release(broken);
  }
}

/** COPY takes no parameters: they are written into the statement, each as a quoted literal. */
function withLiterals({ text, values }: Statement): string {
  return text.replace(/\$(\d+)/g, (_parameter, number: string) => {
    const value = values[Number(number) - 1];
    if (value === undefined) throw new Error(`parameter ${number} has no value`);
    return value === null ? 'NULL' : pg.escapeLiteral(value);
  });
}

/** The backend may be busy sorting and would notice only when it writes that its client is gone. */
async function cancel(pool: pg.Pool, client: pg.PoolClient): Promise<void> {
  const { processID } = client as { readonly processID?: number | null };
  if (processID === undefined || processID === null) return;
  await pool.query('SELECT pg_cancel_backend($1)', [processID]).catch(() => undefined);
}

/** An instant as a statement's value. */
export function instantValue(at: Instant | null | undefined): string | null {
  return at === null || at === undefined ? null : formatInstant(at);
}

/** Free text of others that no spreadsheet takes for a formula: a quote stands before what would begin one. */
export function plainText(column: string): string {
  return `CASE WHEN ${column} ~ '^[=+@\\t\\r\\n-]' THEN '''' || ${column} ELSE ${column} END`;
}

/** A time as it is on the wire. */
export function isoTime(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
