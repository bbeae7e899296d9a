/** What is taken back of deferred revenue: of an invoice that is void in step with it, by a credit note from the days to come. */
import type { InvoiceId, InvoiceLineId } from '../domain/ids.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import { earnedOf, midnightOf } from './revenue.ts';

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
  /** What of the line is given back of what it is still to earn, and of what it has earned. */
  readonly deferred: Amount;
  readonly atOnce: Amount;
}

/**
 * Takes back parts of lines' revenue. Their schedules end where they are at the last midnight, less what is taken back of
 * what was earned; what is left is earned by one in their place over the rest of the period: less each day, never less than
 * nothing. The schedules must be locked.
 */
export async function reverseParts(
  db: Queryable,
  sourceId: string,
  reversals: readonly ScheduleReversal[],
): Promise<void> {
  const rows = reversals.filter(({ deferred, atOnce }) => deferred !== 0n || atOnce !== 0n);
  if (rows.length === 0) return;
  await db.query(
    `WITH reversals AS (
       SELECT r.line, r.deferred, r.at_once, ${midnightOf('i')} AS midnight
         FROM json_to_recordset($1) AS r(line text, deferred bigint, at_once bigint)
         JOIN invoice_lines l ON l.id = r.line JOIN invoices i ON i.id = l.invoice_id
     ), before AS (
       SELECT s.*, r.deferred, r.at_once, r.midnight, ${earnedOf('s', 'r.midnight')}::bigint AS earned
         FROM reversals r JOIN revenue_schedules s ON s.invoice_line_id = r.line
     ), ended AS (
       UPDATE revenue_schedules s
          SET amount = b.earned - CASE b.source_id WHEN '' THEN b.at_once ELSE 0 END,
              recognized = b.earned - CASE b.source_id WHEN '' THEN b.at_once ELSE 0 END
         FROM before b
        WHERE s.invoice_line_id = b.invoice_line_id AND s.source_id = b.source_id
     ), rest AS (
       SELECT invoice_line_id, sum(amount - earned) - deferred AS amount FROM before
        GROUP BY invoice_line_id, deferred
     )
     INSERT INTO revenue_schedules (invoice_line_id, source_id, book, currency, starts_at, ends_at, amount, recognized)
     SELECT own.invoice_line_id, $2, own.book, own.currency, greatest(own.starts_at, own.midnight), own.ends_at, rest.amount, 0
       FROM rest JOIN before own ON own.invoice_line_id = rest.invoice_line_id AND own.source_id = ''
      WHERE rest.amount <> 0`,
    [
      JSON.stringify(
        rows.map(({ invoiceLineId, deferred, atOnce }) => ({
          line: invoiceLineId,
          deferred: String(deferred),
          at_once: String(atOnce),
        })),
      ),
      sourceId,
    ],
  );
}
