/** Invoices: what is asked of one, each a short workflow, so that what has begun is finished. */
import type { CustomerId, InvoiceId, PaymentId, PaymentMethodId, TaxRateId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Period } from '../../domain/period.ts';

export const invoiceWorkflowId = (id: InvoiceId, operationId: string) => `invoice/${id}/${operationId}`;

/** `estimate`: what coupons and taxes come to so far is shown on the draft. */
export type InvoiceOperation = 'estimate' | 'finalize' | 'pay' | 'send';

export interface InvoiceRequest {
  readonly invoiceId: InvoiceId;
  readonly operation: InvoiceOperation;
  /** Whose request it is: run again, it tells the customer nothing twice. */
  readonly operationId?: string;
  /** Of `pay`. */
  readonly pay?: PayDetails;
}

export interface PayDetails {
  /** The attempt's, where one is made: it derives from the operation. */
  readonly paymentId: PaymentId;
  /** For this attempt alone; null: whatever the customer pays with. */
  readonly paymentMethodId: PaymentMethodId | null;
  readonly source: 'api' | 'pay_page';
  /** Whether its method becomes the default once it has paid; kept with the attempt. */
  readonly makeDefault?: boolean;
  /** By the database's clock: an attempt that was made since is the one that is asked for. */
  readonly askedAt: Instant;
}

/** A draft that somebody would make; its texts are those of its lines. */
export interface InvoicePreview {
  readonly customerId: CustomerId;
  readonly currency: string;
  readonly items: readonly PreviewedItem[];
  readonly includesWaiting: boolean;
}

export interface PreviewedItem {
  readonly description: string;
  /** In minor units, or decimals of a quantity and a unit amount. */
  readonly amount: string | null;
  readonly quantity: string | null;
  readonly unitAmount: string | null;
  readonly period: Period | null;
  readonly taxable: boolean;
  readonly discountable: boolean;
  readonly taxRates: readonly TaxRateId[] | null;
}

export const endInvoiceWorkflowId = (operationId: string) => `invoice-end/${operationId}`;

export interface EndInvoice {
  readonly operationId: string;
  readonly invoiceId: InvoiceId;
}
