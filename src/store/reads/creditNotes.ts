/** Credit notes with their lines and refunds, as clients see them. */
import type { CreditNoteReason } from '../../domain/creditNoteRequest.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';
import type { Parties } from '../billingCustomers.ts';
import type { StoredTax } from '../lineSums.ts';
import { refundsOf, type ShownRefund } from './refunds.ts';

export interface CreditNoteLineRow {
  readonly id: string;
  readonly invoice_line_id: string;
  readonly description: string;
  readonly period_start: string;
  readonly period_end: string;
  /** Amounts are text here: they come through JSON, which knows no bigint. */
  readonly amount: string;
  readonly tax_amount: string;
  readonly tax_included_amount: string;
  readonly taxes: readonly StoredTax[];
}

export interface CreditNoteRow {
  readonly id: string;
  readonly invoice_id: string;
  readonly customer_id: string;
  readonly test_clock_id: string | null;
  readonly number: string;
  readonly currency: string;
  readonly reason: CreditNoteReason;
  readonly memo: string | null;
  readonly subtotal: Amount;
  readonly tax: Amount;
  readonly tax_included: Amount;
  readonly total: Amount;
  readonly receivable_amount: Amount;
  readonly credit_amount: Amount;
  readonly refund_amount: Amount;
  readonly grant_amount: Amount;
  readonly returned_amount: Amount;
  readonly taxes: readonly StoredTax[];
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly parties: Parties | Record<string, never>;
  readonly invoice_number: string;
  readonly invoice_finalized_at: Instant;
  readonly period_start: Instant;
  readonly period_end: Instant;
  readonly lines: readonly CreditNoteLineRow[];
  readonly refunds: readonly ShownRefund[];
}

export const selectCreditNotes = `
  SELECT t.id, t.invoice_id, t.customer_id, t.test_clock_id, t.number, t.currency, t.reason, t.memo, t.subtotal, t.tax,
         t.tax_included, t.total, t.receivable_amount, t.credit_amount, t.refund_amount, t.grant_amount, t.returned_amount,
         t.taxes, t.metadata, t.created, t.parties, i.number AS invoice_number, i.finalized_at AS invoice_finalized_at, i.period_start, i.period_end,
         (SELECT coalesce(json_agg(json_build_object(
                   'id', n.id, 'invoice_line_id', n.invoice_line_id, 'description', l.description,
                   'period_start', to_char(l.period_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                   'period_end', to_char(l.period_end AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'amount', n.amount::text,
                   'tax_amount', n.tax_amount::text, 'tax_included_amount', n.tax_included_amount::text, 'taxes', n.taxes)
                   ORDER BY n.position), '[]')
            FROM credit_note_lines n JOIN invoice_lines l ON l.id = n.invoice_line_id
           WHERE n.credit_note_id = t.id) AS lines,
         ${refundsOf('credit_note_id', 't.id')} AS refunds
    FROM credit_notes t JOIN invoices i ON i.id = t.invoice_id`;
