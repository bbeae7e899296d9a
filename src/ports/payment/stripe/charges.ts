/** Attempts at Stripe: each is one PaymentIntent, made under the attempt's id and found again by it. */
import type Stripe from 'stripe';
import type { PaymentId } from '../../../domain/ids.ts';
import type { AttemptName, ChargeOutcome, ChargeRequest } from '../provider.ts';
import { toStripe } from './amounts.ts';
import { ProviderRefusal } from '../providerErrors.ts';
import { asError, isMissing, isReplayed, sortError } from './errors.ts';
import {
  closedAsFailed,
  inBrowser,
  intentMetadata,
  isLeftOpen,
  outcomeOfIntent,
  reachesBrowser,
  readIntent,
  type Intent,
} from './intents.ts';
import { expand, findIntent, retrieveIntent } from './search.ts';

/** Stripe keeps a key for a day at least: what is older is looked for before it is made. */
const keyLifetimeMs = 20 * 3_600_000;

/**
 * Makes an attempt, or finds out what became of it: asked again with the same id it is never made again, also when Stripe
 * has forgotten the key. Where Stripe will not make it as asked, and has made nothing, it has failed.
 */
export async function chargeOnce(
  stripe: Stripe,
  request: ChargeRequest,
  clock: () => number,
): Promise<ChargeOutcome> {
  const { reference, createdAt } = request;
  if (reference !== null) return goOn(stripe, request, await retrieveIntent(stripe, reference));
  if (clock() - createdAt > keyLifetimeMs) {
    const found = await findIntent(stripe, request);
    if (found === 'not sure') return notSure(request);
    if (found !== null) return goOn(stripe, request, found);
  }
  try {
    return await goOn(stripe, request, await createIntent(stripe, request));
  } catch (error) {
    // An amount that cannot be told to Stripe: nothing was ever asked for.
    if (error instanceof ProviderRefusal) return refusedFor(error.code);
    return afterError(stripe, request, error, null);
  }
}

/** What became of an attempt, without making it; null: Stripe has none of that name. */
export async function lookUpOnce(stripe: Stripe, attempt: AttemptName): Promise<ChargeOutcome | null> {
  const found =
    attempt.reference === null
      ? await findIntent(stripe, attempt)
      : await retrieveIntent(stripe, attempt.reference).catch(nullIfMissing);
  if (found === 'not sure') return notSure(attempt);
  return found === null ? null : settledOutcome(stripe, found);
}

/** Ends an attempt, and answers what it has become: where the customer was faster, that is `succeeded`. */
export async function cancelOnce(stripe: Stripe, attempt: AttemptName): Promise<ChargeOutcome> {
  const reference = attempt.reference ?? (await referenceOf(stripe, attempt));
  if (reference === null) return notSure(attempt);
  return outcomeOfIntent(await cancelIntent(stripe, reference, 'requested_by_customer'));
}

/** The outcome of an attempt, after which none that is called failed can take money any more. */
async function settledOutcome(stripe: Stripe, intent: Intent): Promise<ChargeOutcome> {
  return outcomeOfIntent(await secureIntent(stripe, intent));
}

/**
 * A customer whose payment failed in its browser could still confirm it there with another card: that is closed before it is
 * told. One that is about to reach a browser, though it was made without the customer, is marked first.
 */
export async function secureIntent(stripe: Stripe, intent: Intent): Promise<Intent> {
  if (reachesBrowser(intent)) {
    return readIntent(await stripe.paymentIntents.update(intent.id, { metadata: inBrowser, expand }));
  }
  if (!isLeftOpen(intent)) return intent;
  const closed = await cancelIntent(stripe, intent.id, closedAsFailed);
  if (closed.status !== 'canceled') return closed;
  const error = closed.last_payment_error ?? intent.last_payment_error;
  return { ...closed, cancellation_reason: closedAsFailed, last_payment_error: error };
}

async function createIntent(stripe: Stripe, request: ChargeRequest): Promise<Intent> {
  const { paymentId, invoiceId, customerId, customerReference, methodReference, onSession } = request;
  const created = await stripe.paymentIntents.create(
    {
      ...toStripe(request.amount, request.currency),
      ...(customerReference !== null && { customer: customerReference }),
      payment_method: methodReference,
      confirm: true,
      // The customer's browser goes on with what its bank asks, in our page: nothing leads away from it.
      ...(onSession ? { use_stripe_sdk: true } : { off_session: true }),
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      metadata: intentMetadata({ payment: paymentId, invoice: invoiceId, customer: customerId }, onSession),
      expand,
    },
    { idempotencyKey: paymentId },
  );
  // A replay tells what was then.
  return isReplayed(created.lastResponse.headers) ? retrieveIntent(stripe, created.id) : readIntent(created);
}

/** One that was made and not confirmed is confirmed now: it is the same attempt. */
async function goOn(stripe: Stripe, request: ChargeRequest, intent: Intent): Promise<ChargeOutcome> {
  if (intent.status !== 'requires_confirmation') return settledOutcome(stripe, intent);
  const { methodReference, onSession, paymentId } = request;
  try {
    const confirmed = await stripe.paymentIntents.confirm(
      intent.id,
      {
        payment_method: methodReference,
        ...(onSession ? { use_stripe_sdk: true } : { off_session: true }),
        expand,
      },
      { idempotencyKey: `${paymentId}_confirm` },
    );
    return await settledOutcome(stripe, readIntent(confirmed));
  } catch (error) {
    return afterError(stripe, request, error, intent.id);
  }
}

/** `made` is what Stripe calls it where it was made before. */
async function afterError(
  stripe: Stripe,
  request: ChargeRequest,
  error: unknown,
  made: string | null,
): Promise<ChargeOutcome> {
  const verdict = sortError(error);
  const { payment_intent: intent, headers } = error as Stripe.errors.StripeError;
  switch (verdict.kind) {
    case 'declined':
      if (intent !== undefined) {
        const current = isReplayed(headers) ? await retrieveIntent(stripe, intent.id) : readIntent(intent);
        return settledOutcome(stripe, current);
      }
      return { status: 'failed', reference: null, code: verdict.code, advice: verdict.advice };
    case 'refused': {
      const failed: FailedOutcome = (await isDetached(stripe, request))
        ? { status: 'failed', reference: null, code: 'payment_method_detached', advice: null }
        : refusedFor(verdict.code);
      const reference = intent?.id ?? made;
      return reference === null ? failed : closeRefused(stripe, reference, failed);
    }
    case 'away':
      if (!isReplayed(headers)) throw asError(verdict);
      // Under a key whose first request broke, Stripe says so for a day; whether it made anything, the list tells.
      return foundOutcome(stripe, request, verdict);
    case 'key_misused':
      return foundOutcome(stripe, request, verdict);
  }
}

type FailedOutcome = Extract<ChargeOutcome, { readonly status: 'failed' }>;

function refusedFor(code: string): FailedOutcome {
  return { status: 'failed', reference: null, code, advice: null, refused: true };
}

/** One that was made, and whose confirmation was refused: closed, so that nothing confirms it later. */
async function closeRefused(
  stripe: Stripe,
  reference: string,
  failed: FailedOutcome,
): Promise<ChargeOutcome> {
  const current = await retrieveIntent(stripe, reference);
  const isOpen = current.status === 'requires_confirmation' || current.status === 'requires_payment_method';
  if (!isOpen) return settledOutcome(stripe, current);
  const closed = await cancelIntent(stripe, reference, closedAsFailed);
  return closed.status === 'canceled' ? { ...failed, reference } : outcomeOfIntent(closed);
}

async function foundOutcome(
  stripe: Stripe,
  request: ChargeRequest,
  { reason }: { readonly reason: string },
): Promise<ChargeOutcome> {
  const found = await findIntent(stripe, request);
  if (found === null || found === 'not sure') return { status: 'unknown', reason, retryAfterMs: null };
  return settledOutcome(stripe, found);
}

/** The customer removed it while the attempt was on its way. */
async function isDetached(
  stripe: Stripe,
  { methodReference, customerReference }: ChargeRequest,
): Promise<boolean> {
  try {
    const { customer } = await stripe.paymentMethods.retrieve(methodReference);
    return (typeof customer === 'string' ? customer : (customer?.id ?? null)) !== customerReference;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

async function cancelIntent(
  stripe: Stripe,
  reference: string,
  reason: 'requested_by_customer' | typeof closedAsFailed,
): Promise<Intent> {
  try {
    return readIntent(await stripe.paymentIntents.cancel(reference, { cancellation_reason: reason, expand }));
  } catch (error) {
    if (sortError(error).kind !== 'refused') throw error;
    // It has come to an end meanwhile, or is past the point where it can be ended.
    return retrieveIntent(stripe, reference);
  }
}

async function referenceOf(stripe: Stripe, attempt: AttemptName): Promise<string | null> {
  const found = await findIntent(stripe, attempt);
  return found === null || found === 'not sure' ? null : found.id;
}

function notSure({ paymentId }: { readonly paymentId: PaymentId }): ChargeOutcome {
  return {
    status: 'unknown',
    reason: `Stripe does not show ${paymentId}, which does not prove that there is none.`,
    retryAfterMs: null,
  };
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}
