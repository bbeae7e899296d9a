/** Series of numbers, as they are defined. */
import type { Instant } from '../domain/instant.ts';
import type { InvoiceSeries } from '../domain/invoiceNumber.ts';
import type { Queryable } from './database.ts';

export interface InvoiceSeriesRow extends InvoiceSeries {
  /** Its code. */
  readonly id: string;
  readonly kind: 'invoice' | 'credit_note';
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectInvoiceSeries = `
  SELECT t.* FROM (SELECT code AS id, code, kind, prefix, pattern, restarts, metadata, created FROM invoice_series) t`;

/**
 * Adds a series of invoice numbers; run again by the same operation, it does nothing. Throws Postgres's unique violation
 * where the code or the prefix is taken.
 */
export async function insertInvoiceSeries(
  db: Queryable,
  series: InvoiceSeries & { readonly metadata: Record<string, string>; readonly operationId: string },
): Promise<void> {
  await db.query(
    `INSERT INTO invoice_series (code, kind, prefix, pattern, restarts, metadata, operation_id)
     VALUES ($1, 'invoice', $2, $3, $4, $5, $6) ON CONFLICT (operation_id) DO NOTHING`,
    [
      series.code,
      series.prefix,
      series.pattern,
      series.restarts,
      JSON.stringify(series.metadata),
      series.operationId,
    ],
  );
}

/** Whether no series of invoice numbers has that code. */
export async function findMissingInvoiceSeries(db: Queryable, code: string): Promise<boolean> {
  const { rowCount } = await db.query(`SELECT FROM invoice_series WHERE code = $1 AND kind = 'invoice'`, [
    code,
  ]);
  return rowCount === 0;
}
