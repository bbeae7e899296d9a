/** Credit notes and refunds: short workflows, which go on until the money is given back. */
import type { CreditNoteId, InvoiceId, InvoiceLineId, PaymentId, RefundId } from '../../domain/ids.ts';
import type { CreditNoteReason } from '../../domain/creditNoteRequest.ts';

export const creditNoteWorkflowId = (id: CreditNoteId) => `credit-note/${id}`;
export const refundWorkflowId = (id: RefundId) => `refund/${id}`;

/** Amounts are text: payloads know no bigint. */
export type AskedCreditNote =
  | {
      readonly kind: 'lines';
      /** Null: all that is left of every line. */
      readonly lines: readonly { readonly invoiceLine: InvoiceLineId; readonly amount: string }[] | null;
      readonly refund: string;
      readonly credit: string | null;
    }
  | { readonly kind: 'payment'; readonly payment: PaymentId; readonly amount: string | null };

export interface IssueCreditNote {
  readonly creditNoteId: CreditNoteId;
  readonly invoiceId: InvoiceId;
  readonly asked: AskedCreditNote;
  readonly reason: CreditNoteReason;
  /** What stands on the document. */
  readonly memo: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface RefundInput {
  readonly refundId: RefundId;
}

export const settleRefundWorkflowId = (operationId: string) => `settle-refund/${operationId}`;

export interface SettleRefund {
  readonly refundId: RefundId;
  /** The provider's name of the refund that was made there by hand; null: it has failed, and its amount is balance. */
  readonly reference: string | null;
}
