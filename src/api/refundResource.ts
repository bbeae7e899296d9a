/** A refund as clients see it. */
import { z } from 'zod';
import { creditNoteReasons } from '../domain/creditNoteRequest.ts';
import type { RefundRow, ShownRefund } from '../store/reads/refunds.ts';
import { integer, optionalTime, resourceFields, toOptionalTime, toTime } from './fields.ts';

const status = z.enum(['pending', 'succeeded', 'failed']);
export const reason = z.enum(creditNoteReasons);
export const refundSchema = z.object({
  ...resourceFields,
  object: z.literal('refund'),
  status,
  payment: z.string(),
  invoice: z.string(),
  credit_note: z.string(),
  customer: z.string(),
  amount: integer,
  currency: z.string(),
  reason,
  /** Of one that failed: why. Its amount is the customer's, as balance; of `dispute_lost` its bank has given it back. */
  failure_code: z.string().nullable(),
  /**
   * Of one that is pending and that its provider has refused: with what. `charge_already_refunded`: it was given back there
   * by hand, and waits for `POST /v1/refunds/{id}/settle`.
   */
  pending_reason: z.string().nullable(),
  completed_at: optionalTime,
});
/** Where it is shown with its payment or its credit note. */
export const shownRefund = z.object({
  id: z.string(),
  object: z.literal('refund'),
  status,
  payment: z.string(),
  credit_note: z.string(),
  amount: integer,
  failure_code: z.string().nullable(),
});

export function toRefund(row: RefundRow) {
  return {
    id: row.id,
    object: 'refund' as const,
    status: row.status,
    payment: row.payment_id,
    invoice: row.invoice_id,
    credit_note: row.credit_note_id,
    customer: row.customer_id,
    amount: row.amount,
    currency: row.currency,
    reason: row.reason,
    failure_code: row.failure_code,
    pending_reason: row.status === 'pending' ? row.refused_code : null,
    completed_at: toOptionalTime(row.completed_at),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}

export function toShownRefund(row: ShownRefund) {
  return {
    id: row.id,
    object: 'refund' as const,
    status: row.status,
    payment: row.payment_id,
    credit_note: row.credit_note_id,
    amount: BigInt(row.amount),
    failure_code: row.failure_code,
  };
}
