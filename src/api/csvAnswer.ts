/** Answers in CSV or lines of JSON: of what fits in memory, or of a query whose rows pass through and are never all here. */
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { isNativeError } from 'node:util/types';
import type { Response } from 'express';
import type { Pool } from 'pg';
import { copyOut, type Statement } from '../store/copyOut.ts';
import { toCsv, type CsvTable } from './csvTable.ts';
import { TryLaterError } from './errors.ts';
import { endRecordsInCrlf } from './recordEnds.ts';

/** `name` is that of the file, without its ending. */
export type CsvAnswer =
  { readonly name: string; readonly table: CsvTable } | { readonly name: string; readonly query: Statement };

/** A query whose one column is a line of JSON. */
export interface LinesAnswer {
  readonly name: string;
  readonly lines: Statement;
}

/** Each holds a connection for as long as its reader takes: others must find some too. */
const streamsAtOnce = 4;
/** Whoever has taken nothing for so long has stopped reading. */
const stallMs = 120_000;
let streams = 0;

/** Throws a `BillingError` 503 where too many are being read. What fails before the first row is thrown, not sent. */
export async function sendCsv(pool: Pool, answer: CsvAnswer, response: Response): Promise<void> {
  const begin = () =>
    response
      .status(200)
      .set('Content-Type', 'text/csv; charset=utf-8')
      .set('Content-Disposition', `attachment; filename="${answer.name}.csv"`);
  if ('table' in answer) {
    begin().send(toCsv(answer.table));
    return;
  }
  await stream(pool, answer.query, 'csv', response, begin);
}

/** As `sendCsv`, a line of JSON for each row. */
export async function sendLines(pool: Pool, { name, lines }: LinesAnswer, response: Response): Promise<void> {
  await stream(pool, lines, 'lines', response, () =>
    response
      .status(200)
      .set('Content-Type', 'application/x-ndjson; charset=utf-8')
      .set('Content-Disposition', `attachment; filename="${name}.ndjson"`),
  );
}

async function stream(
  pool: Pool,
  query: Statement,
  form: 'csv' | 'lines',
  response: Response,
  begin: () => Response,
): Promise<void> {
  if (streams >= streamsAtOnce) {
    throw new TryLaterError(503, 'exports_busy', 'Too many exports are being read. Try again later.', 10);
  }
  streams += 1;
  const consume = async (rows: Readable) => {
    await untilReadable(rows, response);
    begin().setTimeout(stallMs, () => response.destroy());
    await (form === 'csv' ? pipeline(rows, endRecordsInCrlf(), response) : pipeline(rows, response));
  };
  try {
    await copyOut(pool, query, consume, form);
  } catch (error) {
    // Nobody is there to be told.
    if (!isReaderGone(error)) throw error;
  } finally {
    streams -= 1;
  }
}

function isReaderGone(error: unknown): boolean {
  return (
    isNativeError(error) &&
    'code' in error &&
    (error.code === 'ERR_STREAM_PREMATURE_CLOSE' || error.code === 'ABORT_ERR')
  );
}

/** Waits for the first rows, which may take a while, but only as long as somebody waits for them. */
async function untilReadable(csv: Readable, response: Response): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  response.once('close', leave);
  try {
    await once(csv, 'readable', { signal: gone.signal });
  } finally {
    response.off('close', leave);
  }
}
