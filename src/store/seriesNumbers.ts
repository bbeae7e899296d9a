/** Gives numbers: gapless and in order within each run of a series. */
import type { InvoiceSeries } from '../domain/invoiceNumber.ts';
import { formatNumber, spanOf, testPrefix, type LocalDay } from '../domain/invoiceNumber.ts';
import type { Queryable } from './database.ts';

export interface Numbered {
  /** `live`, or the id of a test clock. */
  readonly book: string;
  readonly series: InvoiceSeries;
  readonly day: LocalDay;
}

export interface GivenNumber {
  readonly series: string;
  readonly span: string;
  readonly sequence: bigint;
  readonly number: string;
}

/**
 * The numbers of documents, in their order. The runs that they are of are locked until the transaction ends, in one order
 * for all: call it last.
 */
export async function takeNumbers(db: Queryable, documents: readonly Numbered[]): Promise<GivenNumber[]> {
  const keyOf = ({ book, series, day }: Numbered) => JSON.stringify([book, series.code, spanOf(series, day)]);
  const counts = new Map<string, number>();
  for (const document of documents) counts.set(keyOf(document), (counts.get(keyOf(document)) ?? 0) + 1);
  const next = new Map<string, bigint>();
  for (const key of [...counts.keys()].sort()) {
    const [book, series, span] = JSON.parse(key) as [string, string, string];
    const count = counts.get(key) ?? 0;
    const { rows } = await db.query<{ last_sequence: bigint }>(
      `INSERT INTO series_counters AS c (book, series, span, last_sequence) VALUES ($1, $2, $3, $4)
       ON CONFLICT (book, series, span) DO UPDATE SET last_sequence = c.last_sequence + $4
       RETURNING last_sequence`,
      [book, series, span, count],
    );
    next.set(key, (rows[0]?.last_sequence ?? 0n) - BigInt(count) + 1n);
  }
  return documents.map((document) => {
    const { book, series, day } = document;
    const key = keyOf(document);
    const sequence = next.get(key) ?? 0n;
    next.set(key, sequence + 1n);
    const prefix =
      book === 'live' ? series.prefix : `${testPrefix}-${book.slice(-8).toUpperCase()}-${series.prefix}`;
    return {
      series: series.code,
      span: spanOf(series, day),
      sequence,
      number: formatNumber({ prefix, pattern: series.pattern }, day, sequence),
    };
  });
}
