/** Reads Stripe's PaymentIntents: what each status means for an attempt of ours (docs/adr/0006-payments.md). */
import { z } from 'zod';
import { isId, type PaymentId } from '../../../domain/ids.ts';
import type { Instant } from '../../../domain/instant.ts';
import type { ChargeOutcome, ProviderCharge } from '../provider.ts';
import { fromStripe } from './amounts.ts';
import { adviceOf } from './errors.ts';

const failure = z.object({
  code: z.string().nullish(),
  decline_code: z.string().nullish(),
  advice_code: z.string().nullish(),
});

const intentSchema = z.object({
  id: z.string(),
  status: z.string(),
  amount: z.number(),
  amount_received: z.number().optional(),
  currency: z.string(),
  created: z.number(),
  client_secret: z.string().nullish(),
  cancellation_reason: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  next_action: z.object({ redirect_to_url: z.object({ url: z.string().nullish() }).nullish() }).nullish(),
  last_payment_error: failure.nullish(),
  latest_charge: z
    .union([
      z.string(),
      z.object({
        failure_code: z.string().nullish(),
        outcome: z.object({ reason: z.string().nullish() }).nullish(),
      }),
    ])
    .nullish(),
});
export type Intent = z.infer<typeof intentSchema>;

/** Throws where the answer is not what Stripe's API says it is. */
export function readIntent(answer: unknown): Intent {
  return intentSchema.parse(answer);
}

/** The mark of one that a customer's browser can go on with. */
export const inBrowser = { session: 'on' } as const;

/** Our ids, as Stripe keeps them, and whether the customer is there. */
export function intentMetadata(
  ids: { readonly payment: string; readonly invoice: string; readonly customer: string },
  onSession: boolean,
) {
  return { ...ids, ...(onSession ? inBrowser : { session: 'off' }) };
}

export function paymentIdOf({ metadata }: Intent): PaymentId | null {
  const id = metadata?.['payment'];
  return id !== undefined && isId('payment', id) ? id : null;
}

/** Whether the customer's browser could confirm it once more after it failed: then it is closed before it is called failed. */
export function isLeftOpen({ status, metadata }: Intent): boolean {
  return status === 'requires_payment_method' && metadata?.['session'] === 'on';
}

/** Whether it was made without the customer, and waits for it now. */
export function reachesBrowser({ status, metadata }: Intent): boolean {
  return status === 'requires_action' && metadata?.['session'] === 'off';
}

/** Why we cancel what has failed; what an operator or a customer ends has another reason. */
export const closedAsFailed = 'abandoned';

type KnownStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'canceled'
  | 'succeeded';

/** Every status that a PaymentIntent may have. */
export const intentStatuses: Readonly<Record<KnownStatus, (intent: Intent) => ChargeOutcome>> = {
  // What it was confirmed with was declined. Without a reason, it was not confirmed: nothing was taken either.
  requires_payment_method: failed,
  requires_confirmation: () => unknown('it is made, but not confirmed'),
  requires_action: ({ id, client_secret: clientSecret, next_action: next }) => ({
    status: 'requires_action',
    reference: id,
    action: { url: next?.redirect_to_url?.url ?? null, clientSecret: clientSecret ?? null },
  }),
  processing: ({ id }) => ({ status: 'processing', reference: id }),
  // We ask for payments, never for authorisations.
  requires_capture: ({ id }) => unknown(`${id} is authorised only: capture or cancel it at Stripe`),
  canceled: (intent) =>
    intent.cancellation_reason === closedAsFailed
      ? failed(intent)
      : { status: 'canceled', reference: intent.id },
  succeeded: ({ id }) => ({ status: 'succeeded', reference: id }),
};

export function outcomeOfIntent(intent: Intent): ChargeOutcome {
  const { status } = intent;
  return isKnown(status)
    ? intentStatuses[status](intent)
    : unknown(`Stripe calls ${intent.id} ${status}, which has no meaning here`);
}

/** Null where it is of a currency that we do not know, so that it cannot be ours. */
export function chargeOfIntent(intent: Intent): ProviderCharge | null {
  const amountCaptured = fromStripe(intent.amount_received ?? receivedOf(intent), intent.currency);
  if (amountCaptured === null) return null;
  const outcome = outcomeOfIntent(intent);
  return {
    reference: intent.id,
    paymentId: paymentIdOf(intent),
    // What is neither paid nor over is on its way.
    outcome: outcome.status === 'unknown' ? { status: 'processing', reference: intent.id } : outcome,
    amountCaptured,
    currency: intent.currency.toUpperCase(),
    createdAt: (intent.created * 1000) as Instant,
  };
}

function receivedOf({ status, amount }: Intent): number {
  return status === 'succeeded' ? amount : 0;
}

function isKnown(status: string): status is KnownStatus {
  return Object.hasOwn(intentStatuses, status);
}

function failed(intent: Intent): ChargeOutcome {
  const { last_payment_error: error, latest_charge: charge } = intent;
  const { outcome, failure_code: failureCode } = typeof charge === 'object' && charge !== null ? charge : {};
  const code =
    error?.decline_code ??
    error?.code ??
    outcome?.reason ??
    failureCode ??
    // Closed without a charge: what it waited for was the customer.
    (intent.status === 'canceled' ? 'payment_intent_authentication_failure' : 'processing_error');
  return { status: 'failed', reference: intent.id, code, advice: adviceOf(error?.advice_code) };
}

function unknown(reason: string): ChargeOutcome {
  return { status: 'unknown', reason, retryAfterMs: null };
}
