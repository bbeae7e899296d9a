/** Money that came by itself: a short workflow records it. */
import type { InvoiceId, PaymentId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';

export const offlinePaymentWorkflowId = (id: PaymentId) => `offline-payment/${id}`;

/** Money that came by itself, for an invoice. */
export interface RecordOfflinePayment {
  /** Derives from the operation: run again, it records nothing twice. */
  readonly paymentId: PaymentId;
  readonly invoiceId: InvoiceId;
  /** In minor units, as text: payloads know no bigint. */
  readonly amount: string;
  /** What the transfer says, or a cheque's number; no personal data. */
  readonly reference: string;
  /** Null: now. */
  readonly receivedAt: Instant | null;
  readonly metadata: Readonly<Record<string, string>>;
}
