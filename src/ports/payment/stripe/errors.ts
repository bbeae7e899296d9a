/** What each error of Stripe's means for the one who asked (docs/adr/0006-payments.md). */
import Stripe from 'stripe';
import { isDeclineCode, type DeclineAdvice } from '../../../domain/decline.ts';
import { ProviderAway, ProviderRefusal } from '../providerErrors.ts';

/**
 * `declined`: the customer's method was refused. `away`: nothing is known. `key_misused`: the key was used with other
 * parameters, so that something may have been made under it. `refused`: nothing was made, and asking again as before will
 * not change that.
 */
export type Verdict =
  | { readonly kind: 'declined'; readonly code: string; readonly advice: DeclineAdvice | null }
  | { readonly kind: 'away'; readonly reason: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'key_misused'; readonly reason: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

/** By the client's name of the error. What is not here is `away`: it settles nothing. */
export const verdictKinds: Readonly<Record<string, Verdict['kind']>> = {
  StripeCardError: 'declined',
  StripeInvalidRequestError: 'refused',
  StripeIdempotencyError: 'key_misused',
  StripeRateLimitError: 'away',
  StripeAPIError: 'away',
  StripeConnectionError: 'away',
  // A key that was taken back or may too little: nothing was made, and with the right key the same attempt goes on.
  StripeAuthenticationError: 'away',
  StripePermissionError: 'away',
};

/** Invalid requests for which the keys are to blame: with the right ones the same attempt goes on. */
const misconfigured: ReadonlySet<string> = new Set([
  'api_key_expired',
  'livemode_mismatch',
  'platform_api_key_expired',
  'secret_key_required',
  'testmode_charges_only',
]);

/** How long to leave Stripe alone where it says that it is asked too often, but not for how long. */
const defaultPauseMs = 1000;

/** Sorts any error of Stripe's. What is no error of Stripe's is one of ours, and thrown on. */
export function sortError(error: unknown): Verdict {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  // The client says '' where there is no decline code.
  const code = [error.decline_code, error.code].find((given) => given !== undefined && given !== '') ?? '';
  switch (verdictKinds[error.type] ?? 'away') {
    case 'declined':
      return {
        kind: 'declined',
        code: code === '' ? 'card_declined' : code,
        advice: adviceOf(error.advice_code),
      };
    case 'key_misused':
      return { kind: 'key_misused', reason: describe(error) };
    case 'refused':
      if (misconfigured.has(code)) return { kind: 'away', reason: describe(error), retryAfterMs: null };
      // Where a method that is no card is declined, Stripe says so as an invalid request.
      return isDeclineCode(code)
        ? { kind: 'declined', code, advice: adviceOf(error.advice_code) }
        : { kind: 'refused', code: code === '' ? 'invalid_request' : code, reason: describe(error) };
    case 'away':
      return { kind: 'away', reason: describe(error), retryAfterMs: retryAfter(error) };
  }
}

export function adviceOf(advice: string | null | undefined): DeclineAdvice | null {
  return advice === 'confirm_card_data' || advice === 'do_not_try_again' || advice === 'try_again_later'
    ? advice
    : null;
}

/** For where no outcome is asked for: a verdict as an error to throw. */
export function asError(verdict: Verdict): Error {
  switch (verdict.kind) {
    case 'away':
      return new ProviderAway(verdict.reason, verdict.retryAfterMs);
    case 'key_misused':
      return new ProviderAway(verdict.reason, null);
    case 'declined':
      return new ProviderRefusal(verdict.code, `Stripe declined it: ${verdict.code}.`);
    case 'refused':
      return new ProviderRefusal(verdict.code, verdict.reason);
  }
}

/** Whether Stripe has no record of the name that was asked for; one in a parameter that is not there is a 400. */
export function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404;
}

/** Whether Stripe repeats what it answered to the first request with this key: since then it may have changed. */
export function isReplayed(headers: Readonly<Record<string, string>> | undefined): boolean {
  return headers?.['idempotent-replayed'] === 'true';
}

const advised: Readonly<Record<string, string>> = {
  StripeAuthenticationError: ' Check STRIPE_SECRET_KEY.',
  StripePermissionError: ' Give the key of STRIPE_SECRET_KEY the permission that it lacks.',
};

function describe(error: Stripe.errors.StripeError): string {
  const { type, code, message, requestId } = error;
  const what = [type, code].filter((part) => part !== undefined).join(' ');
  const request = requestId === undefined ? '' : ` (request ${requestId})`;
  return `Stripe answered ${what}: ${message}${request}${advised[type] ?? ''}`;
}

/** In milliseconds; the header has seconds. */
function retryAfter(error: Stripe.errors.StripeError): number | null {
  const seconds = Number(error.headers?.['retry-after'] ?? Number.NaN);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.ceil(seconds * 1000);
  return error.type === 'StripeRateLimitError' ? defaultPauseMs : null;
}
