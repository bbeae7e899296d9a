/** Payment methods: short workflows, so that the provider's answer is never lost. */
import type { CustomerId, PaymentMethodId } from '../../domain/ids.ts';

export const paymentMethodWorkflowId = (id: PaymentMethodId) => `payment-method/${id}`;

export interface AttachPaymentMethod {
  readonly paymentMethodId: PaymentMethodId;
  readonly customerId: CustomerId;
  /** The provider's token; never a card number. */
  readonly token: string;
  /**
   * Adds it and changes nothing else: it is no default, though the customer has none, and no invoice is tried. It is on trial:
   * where its first payment fails, it is detached.
   */
  readonly keepsDefault?: boolean;
}

export interface ChoosePaymentMethod {
  readonly paymentMethodId: PaymentMethodId;
  readonly customerId: CustomerId;
}

export interface SetBackup extends ChoosePaymentMethod {
  /** Its place in the order, the lowest first; null: it is no backup. */
  readonly priority: number | null;
}
