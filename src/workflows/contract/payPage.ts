/** The pay page: what a customer asks for there. */
import type { CustomerId, InvoiceId, PaymentId, PaymentMethodId } from '../../domain/ids.ts';
import type { PayDetails } from './invoice.ts';

export const payPageWorkflowId = (id: InvoiceId) => `pay-page/${id}`;
export const payPageLookUpWorkflowId = (id: InvoiceId) => `pay-page-look-up/${id}`;

export interface LookUpFromPage {
  readonly invoiceId: InvoiceId;
  readonly customerId: CustomerId;
  /** The attempt of the page. */
  readonly paymentId: PaymentId;
}

export interface PayFromPage extends LookUpFromPage {
  readonly pay: PayDetails;
  /** Given on the page: a provider's token, never a card number. */
  readonly newMethod: { readonly paymentMethodId: PaymentMethodId; readonly token: string } | null;
}
