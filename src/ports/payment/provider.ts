/** What a payment provider does for us, in batches: one request or hundreds, the same call. */
import type { CustomerId, InvoiceId, PaymentId, PaymentMethodId, RefundId } from '../../domain/ids.ts';
import type { Amount } from '../../domain/money.ts';

export interface AttachRequest {
  /** Our id, and the provider's idempotency key: attaching twice gives the same method. */
  readonly paymentMethodId: PaymentMethodId;
  readonly customerId: CustomerId;
  readonly token: string;
}

export interface AttachedMethod {
  readonly reference: string;
  readonly type: 'card';
  readonly card: { readonly brand: string; readonly last4: string };
}

export interface ChargeRequest {
  /** The attempt's id is the provider's idempotency key: asking again never charges again. */
  readonly paymentId: PaymentId;
  readonly invoiceId: InvoiceId;
  readonly methodReference: string;
  readonly amount: Amount;
  readonly currency: string;
}

/** `unknown`: no answer. Only asking again with the same key may settle it. */
export type ChargeOutcome =
  | { readonly status: 'succeeded'; readonly reference: string }
  | { readonly status: 'failed' | 'requires_action'; readonly reference: string; readonly code: string }
  | { readonly status: 'unknown'; readonly reason: string };

export interface RefundRequest {
  /** The refund's id is the provider's idempotency key: asking again never gives back again. */
  readonly refundId: RefundId;
  /** The provider's name of what it captured. */
  readonly chargeReference: string;
  readonly amount: Amount;
  readonly currency: string;
}

/** `unknown`: no answer. Only asking again with the same key may settle it. */
export type RefundOutcome =
  | { readonly status: 'succeeded'; readonly reference: string }
  | { readonly status: 'failed'; readonly reference: string; readonly code: string }
  | { readonly status: 'unknown'; readonly reason: string };

export interface PaymentProvider {
  readonly name: string;
  /** Throws a `BillingError` 400 where the provider does not know the token. */
  attach(request: AttachRequest): Promise<AttachedMethod>;
  detach(reference: string): Promise<void>;
  /** One outcome for each request, in order. */
  charge(requests: readonly ChargeRequest[]): Promise<readonly ChargeOutcome[]>;
  /** Gives back what was captured. One outcome for each request, in order. */
  refund(requests: readonly RefundRequest[]): Promise<readonly RefundOutcome[]>;
}
