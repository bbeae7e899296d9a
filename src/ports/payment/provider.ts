/** What a payment provider does for us, in batches: one request or hundreds, the same call. Why: docs/adr/0006-payments.md. */
import type { DeclineAdvice } from '../../domain/decline.ts';
import type { CustomerId, InvoiceId, PaymentId, PaymentMethodId, RefundId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';
import type { ProviderName } from '../../domain/paymentProvider.ts';

export interface NewProviderCustomer {
  /** Our id, and the provider's idempotency key: asked twice, there is one. */
  readonly customerId: CustomerId;
  readonly name: string;
  readonly email: string | null;
}

export interface AttachRequest {
  /** Our id, and the provider's idempotency key: attaching twice gives the same method. */
  readonly paymentMethodId: PaymentMethodId;
  readonly customerId: CustomerId;
  /** The provider's name of the customer, as `createCustomer` gave it. */
  readonly customerReference: string;
  readonly token: string;
}

export interface AttachedMethod {
  readonly reference: string;
  readonly type: string;
  readonly card: AttachedCard | null;
}

export interface AttachedCard {
  readonly brand: string;
  readonly last4: string;
  readonly exp_month: number;
  readonly exp_year: number;
  /** The same for the same card, however often it is attached: the networks count its attempts. */
  readonly fingerprint: string;
}

export interface ChargeRequest {
  /** The attempt's id is the provider's idempotency key: asking again never charges again. */
  readonly paymentId: PaymentId;
  readonly invoiceId: InvoiceId;
  readonly customerId: CustomerId;
  /** Null where the provider has no customers of its own. */
  readonly customerReference: string | null;
  readonly methodReference: string;
  readonly amount: Amount;
  readonly currency: string;
  /** Whether the customer is there to answer its bank's questions. */
  readonly onSession: boolean;
  /** The provider's name of the attempt, where it has told one. */
  readonly reference: string | null;
  /** When the attempt was made: how long ago says whether its idempotency key is still known. */
  readonly createdAt: Instant;
}

/** How a customer answers its bank's questions: on the provider's page, or in ours with the provider's script. */
export interface RequiredAction {
  readonly url: string | null;
  readonly clientSecret: string | null;
}

/**
 * `unknown`: no answer, or one that says to come again (`retryAfterMs`). Only asking again with the same key, or looking
 * it up, may settle it. `processing`: made, its end will be told (bank debits). `canceled`: it will never take money.
 */
export type ChargeOutcome =
  | { readonly status: 'succeeded'; readonly reference: string }
  | {
      readonly status: 'failed';
      /** Null where it was refused before the provider made anything. */
      readonly reference: string | null;
      readonly code: string;
      readonly advice: DeclineAdvice | null;
      /** The provider will not make it as it is asked for, whoever pays: it is no use to ask again. */
      readonly refused?: true;
    }
  | { readonly status: 'requires_action'; readonly reference: string; readonly action: RequiredAction }
  | { readonly status: 'processing'; readonly reference: string }
  | { readonly status: 'canceled'; readonly reference: string }
  | { readonly status: 'unknown'; readonly reason: string; readonly retryAfterMs: number | null };

/** An attempt by our id, and by the provider's where it has told one. */
export interface AttemptName {
  readonly paymentId: PaymentId;
  readonly customerReference: string | null;
  readonly reference: string | null;
}

export interface RefundRequest {
  /** The refund's id is the provider's idempotency key: asking again never gives back again. */
  readonly refundId: RefundId;
  /** The provider's name of what it captured. */
  readonly chargeReference: string;
  readonly amount: Amount;
  readonly currency: string;
  /** What the provider is told of why; without one, that the customer asked for it. */
  readonly reason?: RefundReason;
}

export type RefundReason = 'duplicate' | 'fraudulent' | 'requested_by_customer';

/** `unknown`: no answer. Only asking again with the same key may settle it. */
export type RefundOutcome =
  | { readonly status: 'succeeded'; readonly reference: string }
  | { readonly status: 'failed'; readonly reference: string | null; readonly code: string }
  | { readonly status: 'processing'; readonly reference: string }
  | { readonly status: 'unknown'; readonly reason: string; readonly retryAfterMs: number | null };

/** A payment as the provider has it. Our ids are null where it was not we who made it. */
export interface ProviderCharge {
  readonly reference: string;
  readonly paymentId: PaymentId | null;
  readonly outcome: Exclude<ChargeOutcome, { readonly status: 'unknown' }>;
  readonly amountCaptured: Amount;
  readonly currency: string;
  readonly createdAt: Instant;
}

export interface ProviderRefund {
  readonly reference: string;
  readonly refundId: RefundId | null;
  readonly chargeReference: string;
  readonly outcome: Exclude<RefundOutcome, { readonly status: 'unknown' }>;
  readonly amount: Amount;
  readonly currency: string;
  readonly createdAt: Instant;
}

/** A customer disputes a charge at its bank; the bank has its money back until it is won. */
export interface ProviderDispute {
  readonly reference: string;
  readonly chargeReference: string;
  readonly status: 'open' | 'won' | 'lost';
  readonly reason: string;
  readonly amount: Amount;
  readonly currency: string;
  readonly createdAt: Instant;
}

export interface ProviderPage<Row> {
  readonly rows: readonly Row[];
  /** To go on from; null: that was the last page. */
  readonly cursor: string | null;
}

/** What was made in `[from, to)`, oldest or newest first as the provider likes, page by page. */
export interface ProviderPeriod {
  readonly from: Instant;
  readonly to: Instant;
  readonly cursor: string | null;
}

/** How a customer gives a new method: by the provider's script in our page, or by the provider's test names. */
export interface SetupForm {
  readonly clientSecret: string | null;
}

/**
 * Where there is no outcome to answer, a provider that is away throws a `ProviderAway`, and one that refuses what it was
 * asked, for no fault of the customer, a `ProviderRefusal`. An attempt that is refused, so that nothing was made, is an
 * outcome of `charge`: it has failed. One that fails for how the provider is configured is `unknown`, and goes on later.
 */
export interface PaymentProvider {
  readonly name: ProviderName;
  createCustomer(request: NewProviderCustomer): Promise<string>;
  /** Throws a `BillingError` 400 where the provider does not know the token, 402-like refusals as 422. */
  attach(request: AttachRequest): Promise<AttachedMethod>;
  detach(reference: string): Promise<void>;
  /** For a page on which the customer gives a new method. */
  beginSetup(customerReference: string): Promise<SetupForm>;
  /** One outcome for each request, in order. */
  charge(requests: readonly ChargeRequest[]): Promise<readonly ChargeOutcome[]>;
  /** What became of attempts, without ever making one; null: the provider has none of that name. */
  lookUp(attempts: readonly AttemptName[]): Promise<readonly (ChargeOutcome | null)[]>;
  /** Ends an attempt that waits for the customer; answers what it has become, which may be `succeeded`. None that is
   * called `failed` or `canceled`, here or elsewhere, takes money afterwards. */
  cancel(attempts: readonly AttemptName[]): Promise<readonly ChargeOutcome[]>;
  /** Gives back what was captured. One outcome for each request, in order. */
  refund(requests: readonly RefundRequest[]): Promise<readonly RefundOutcome[]>;
  listCharges(period: ProviderPeriod): Promise<ProviderPage<ProviderCharge>>;
  listRefunds(period: ProviderPeriod): Promise<ProviderPage<ProviderRefund>>;
  listDisputes(period: ProviderPeriod): Promise<ProviderPage<ProviderDispute>>;
  findCharge(reference: string): Promise<ProviderCharge | null>;
  findRefund(reference: string): Promise<ProviderRefund | null>;
  findDispute(reference: string): Promise<ProviderDispute | null>;
}
