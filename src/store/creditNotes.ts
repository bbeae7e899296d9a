/** Credit notes as they are written, once. */
import type { CreditNoteReason, DecidedCreditNote } from '../domain/creditNoteRequest.ts';
import { taxCredited } from '../domain/creditNote.ts';
import type { CreditNoteId, InvoiceId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { InvoiceSeries } from '../domain/invoiceNumber.ts';
import type { CreditedInvoice } from './creditableInvoices.ts';
import type { Queryable } from './database.ts';
import { toStoredTax } from './lineSums.ts';
import { newId } from './newId.ts';
import { takeNumbers } from './seriesNumbers.ts';

/** Whether a note has been issued: a request that is run again finds its own. */
export async function isIssued(db: Queryable, id: CreditNoteId): Promise<boolean> {
  return (await db.query(`SELECT FROM credit_notes WHERE id = $1`, [id])).rowCount === 1;
}

export interface NewCreditNote {
  readonly id: CreditNoteId;
  readonly invoice: CreditedInvoice;
  readonly decided: DecidedCreditNote;
  readonly reason: CreditNoteReason;
  readonly memo: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** The day of its date, by the customer's calendar. */
  readonly day: string;
}

/** Writes a note with its number. The run of numbers is locked until the transaction ends: call it last. */
export async function insertCreditNote(db: Queryable, note: NewCreditNote, now: Instant): Promise<void> {
  const { id, invoice, decided } = note;
  const { rows } = await db.query<InvoiceSeries>(
    `SELECT code, prefix, pattern, restarts FROM invoice_series WHERE code = 'credit_notes'`,
  );
  const [series] = rows;
  if (!series) throw new Error('there is no series of credit notes');
  const [given] = await takeNumbers(db, [{ book: invoice.book, series, day: note.day }]);
  await db.query(
    `INSERT INTO credit_notes (id, invoice_id, customer_id, test_clock_id, series, span, sequence, number, currency, reason, memo,
                               subtotal, tax, tax_included, total, receivable_amount, credit_amount, refund_amount, grant_amount, returned_amount,
                               taxes, parties, metadata, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`,
    [
      id,
      invoice.id,
      invoice.customerId,
      invoice.testClockId,
      given?.series,
      given?.span,
      given?.sequence,
      given?.number,
      invoice.currency,
      note.reason,
      note.memo,
      decided.subtotal,
      decided.tax,
      decided.taxIncluded,
      decided.total,
      decided.receivable,
      decided.credit,
      decided.refund,
      decided.takenBack.reduce((sum, { amount }) => sum + amount, 0n),
      decided.returned.reduce((sum, { amount }) => sum + amount, 0n),
      JSON.stringify(decided.taxes.map(toStoredTax)),
      JSON.stringify(invoice.parties ?? {}),
      JSON.stringify(note.metadata),
      formatInstant(now),
    ],
  );
  await db.query(
    `INSERT INTO credit_note_lines (id, credit_note_id, invoice_line_id, position, amount, tax_amount, tax_included_amount, taxes)
     SELECT id, $2, invoice_line_id, position, amount, tax, tax_included, taxes
       FROM json_to_recordset($1) AS r(id text, invoice_line_id text, position int, amount bigint, tax bigint,
                                       tax_included bigint, taxes jsonb)`,
    [
      JSON.stringify(
        decided.lines.map((credit, position) => ({
          id: newId('credit_note_line'),
          invoice_line_id: credit.line.id,
          position,
          amount: String(credit.amount),
          tax: String(taxCredited(credit).added),
          tax_included: String(taxCredited(credit).included),
          taxes: credit.taxes.map(toStoredTax),
        })),
      ),
      id,
    ],
  );
}

/** Takes off what is due; an invoice of which nothing is left to be paid is paid. */
export async function saveCredited(
  db: Queryable,
  id: InvoiceId,
  { receivable, settles }: DecidedCreditNote,
  now: Instant,
): Promise<void> {
  await db.query(
    `UPDATE invoices
        SET amount_credited = amount_credited + $2,
            status = CASE WHEN $3 THEN 'paid' ELSE status END,
            paid_at = CASE WHEN $3 THEN coalesce(paid_at, $4::timestamptz) ELSE paid_at END,
            collect_at = CASE WHEN $3 THEN NULL ELSE collect_at END,
            next_attempt_at = CASE WHEN $3 THEN NULL ELSE next_attempt_at END
      WHERE id = $1`,
    [id, receivable, settles, formatInstant(now)],
  );
}
