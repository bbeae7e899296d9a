/** What is taken back of deferred revenue: a schedule beside that of the line, which goes on in step with it. */
import type { InvoiceId, InvoiceLineId } from '../domain/ids.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';

/**
 * Takes back all schedules of an invoice that is void, as they stand: from now on each pair adds up to nothing. Returns
 * what of them had been earned.
 */
export async function reverseSchedules(db: Queryable, invoiceId: InvoiceId): Promise<Amount> {
  const { rows } = await db.query<{ recognized: Amount }>(
    `WITH own AS (
       SELECT s.* FROM revenue_schedules s
        WHERE s.invoice_line_id IN (SELECT l.id FROM invoice_lines l WHERE l.invoice_id = $1) AND s.source_id = ''
        ORDER BY s.invoice_line_id FOR UPDATE
     ), added AS (
       INSERT INTO revenue_schedules (invoice_line_id, source_id, book, currency, starts_at, ends_at, amount, recognized)
       SELECT invoice_line_id, $1, book, currency, starts_at, ends_at, -amount, -recognized FROM own
       RETURNING recognized)
     SELECT coalesce(-sum(recognized), 0)::bigint AS recognized FROM added`,
    [invoiceId],
  );
  return rows[0]?.recognized ?? (0n as Amount);
}

export interface ScheduleReversal {
  readonly invoiceLineId: InvoiceLineId;
  /** What of the line is given back, and what of that was earned by now. */
  readonly amount: Amount;
  readonly recognized: Amount;
}

/** Takes back parts of schedules. Those that it reads must be locked. */
export async function reverseParts(
  db: Queryable,
  sourceId: string,
  reversals: readonly ScheduleReversal[],
): Promise<void> {
  const rows = reversals.filter(({ amount }) => amount !== 0n);
  if (rows.length === 0) return;
  await db.query(
    `INSERT INTO revenue_schedules (invoice_line_id, source_id, book, currency, starts_at, ends_at, amount, recognized)
     SELECT s.invoice_line_id, $2, s.book, s.currency, s.starts_at, s.ends_at, -r.amount, -r.recognized
       FROM json_to_recordset($1) AS r(line text, amount bigint, recognized bigint)
       JOIN revenue_schedules s ON s.invoice_line_id = r.line AND s.source_id = ''`,
    [
      JSON.stringify(
        rows.map(({ invoiceLineId, amount, recognized }) => ({
          line: invoiceLineId,
          amount: String(amount),
          recognized: String(recognized),
        })),
      ),
      sourceId,
    ],
  );
}
