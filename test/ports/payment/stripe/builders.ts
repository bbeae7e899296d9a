/** Requests of ours and records of Stripe's, as its API gives them. */
import type {
  AttachRequest,
  AttemptName,
  ChargeRequest,
  RefundRequest,
} from '../../../../src/ports/payment/provider.ts';
import type { CustomerId, PaymentId } from '../../../../src/domain/ids.ts';
import type { Instant } from '../../../../src/domain/instant.ts';
import type { Amount } from '../../../../src/domain/money.ts';
import { newId } from '../../../../src/store/newId.ts';

export const aPaymentId = (): PaymentId => newId('payment');
export const aCustomerId = (): CustomerId => newId('customer');

export function aCharge(given: Partial<ChargeRequest> = {}): ChargeRequest {
  return {
    paymentId: aPaymentId(),
    invoiceId: newId('invoice'),
    customerId: aCustomerId(),
    customerReference: 'cus_stripe',
    methodReference: 'pm_stripe',
    amount: 1999n as Amount,
    currency: 'USD',
    onSession: false,
    reference: null,
    createdAt: Date.now() as Instant,
    ...given,
  };
}

export function anAttempt(given: Partial<AttemptName> = {}): AttemptName {
  return { paymentId: aPaymentId(), customerReference: 'cus_stripe', reference: null, ...given };
}

export function aRefund(given: Partial<RefundRequest> = {}): RefundRequest {
  return {
    refundId: newId('refund'),
    chargeReference: 'pi_1',
    amount: 500n as Amount,
    currency: 'USD',
    ...given,
  };
}

export function anAttachment(given: Partial<AttachRequest> = {}): AttachRequest {
  return {
    paymentMethodId: newId('payment_method'),
    customerId: aCustomerId(),
    customerReference: 'cus_stripe',
    token: 'pm_card_visa',
    ...given,
  };
}

/** A PaymentIntent with the fields that matter. */
export function anIntent(given: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: 'pi_1',
    object: 'payment_intent',
    status: 'succeeded',
    amount: 1999,
    amount_received: given['status'] === undefined || given['status'] === 'succeeded' ? 1999 : 0,
    currency: 'usd',
    created: 1_767_225_600,
    client_secret: 'pi_1_secret_2',
    cancellation_reason: null,
    metadata: {},
    next_action: null,
    last_payment_error: null,
    latest_charge: null,
    ...given,
  };
}

export const listOf = (data: readonly unknown[], hasMore = false) => ({
  body: { object: 'list', url: '/v1/list', has_more: hasMore, data },
});

/** The body of a 402, as Stripe answers an off-session payment that was declined. */
export function aDecline(
  decline: { readonly code: string; readonly decline_code?: string; readonly advice_code?: string },
  intent: Readonly<Record<string, unknown>> = {},
) {
  const error = { type: 'card_error', message: 'Your card was declined.', charge: 'ch_1', ...decline };
  return {
    status: 402,
    body: {
      error: {
        ...error,
        payment_intent: anIntent({ status: 'requires_payment_method', last_payment_error: error, ...intent }),
      },
    },
  };
}

export function aRefusal(code: string | undefined, param?: string, message = 'It cannot be done.') {
  return { status: 400, body: { error: { type: 'invalid_request_error', code, param, message } } };
}
