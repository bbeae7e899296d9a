/** Refunds as clients see them. */
import type { CreditNoteReason } from '../../domain/creditNoteRequest.ts';
import type { CustomerId, RefundId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';

export interface RefundRow {
  readonly id: RefundId;
  readonly payment_id: string;
  readonly credit_note_id: string;
  readonly invoice_id: string;
  readonly customer_id: CustomerId;
  readonly test_clock_id: string | null;
  readonly amount: Amount;
  readonly currency: string;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly failure_code: string | null;
  readonly refused_code: string | null;
  readonly reason: CreditNoteReason;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  readonly completed_at: Instant | null;
}

export const selectRefunds = `
  SELECT t.id, t.payment_id, t.credit_note_id, n.invoice_id, t.customer_id, t.test_clock_id, t.amount, t.currency, t.status,
         t.failure_code, t.refused_code, n.reason, t.metadata, t.created, t.completed_at
    FROM refunds t JOIN credit_notes n ON n.id = t.credit_note_id`;

/** A refund where it is shown with something else: amounts are text, as they come through JSON. */
export interface ShownRefund {
  readonly id: string;
  readonly payment_id: string;
  readonly credit_note_id: string;
  readonly status: RefundRow['status'];
  readonly amount: string;
  readonly failure_code: string | null;
}

/** The refunds of a row, by a column of theirs. */
export const refundsOf = (column: 'payment_id' | 'credit_note_id', id: string) =>
  `(SELECT coalesce(json_agg(json_build_object(
             'id', r.id, 'payment_id', r.payment_id, 'credit_note_id', r.credit_note_id, 'status', r.status,
             'amount', r.amount::text, 'failure_code', r.failure_code) ORDER BY r.id), '[]')
      FROM refunds r WHERE r.${column} = ${id})`;
