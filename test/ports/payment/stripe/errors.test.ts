/** What each error of Stripe's means. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import Stripe from 'stripe';
import { sortError, verdictKinds } from '../../../../src/ports/payment/stripe/errors.ts';

const { errors } = Stripe;

/** An error as the client makes it of an answer. */
function answered(statusCode: number, error: Readonly<Record<string, unknown>>, headers = {}) {
  return errors.StripeError.generate({ message: 'So it is.', ...error, statusCode, headers });
}

function fromAnswer(statusCode: number, error: Readonly<Record<string, unknown>>, headers = {}): unknown {
  return sortError(answered(statusCode, error, headers));
}

test.each([
  [
    'a decline',
    402,
    { type: 'card_error', code: 'card_declined', decline_code: 'insufficient_funds' },
    'insufficient_funds',
    null,
  ],
  ['a decline without more', 402, { type: 'card_error', code: 'expired_card' }, 'expired_card', null],
  ['a decline without a code', 402, { type: 'card_error' }, 'card_declined', null],
  [
    'a decline with advice',
    402,
    {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'do_not_honor',
      advice_code: 'do_not_try_again',
    },
    'do_not_honor',
    'do_not_try_again',
  ],
  [
    'advice that is not known',
    402,
    { type: 'card_error', code: 'card_declined', advice_code: 'dance' },
    'card_declined',
    null,
  ],
  [
    'a bank that wants the customer',
    402,
    { type: 'card_error', code: 'authentication_required', decline_code: 'authentication_required' },
    'authentication_required',
    null,
  ],
  [
    'a debit that the bank refuses',
    400,
    { type: 'invalid_request_error', code: 'account_closed' },
    'account_closed',
    null,
  ],
  [
    'a mandate that is over',
    400,
    { type: 'invalid_request_error', code: 'payment_intent_mandate_invalid' },
    'payment_intent_mandate_invalid',
    null,
  ],
])('%s is declined', (_what, status, error, code, advice) => {
  expect(fromAnswer(status, error)).toEqual({ kind: 'declined', code, advice });
});

test.each([
  [
    'too many requests',
    429,
    { type: 'invalid_request_error', code: 'rate_limit' },
    { 'retry-after': '7' },
    7000,
  ],
  ['too many requests, without a time', 429, { type: 'invalid_request_error', code: 'rate_limit' }, {}, 1000],
  [
    'a record that another request holds',
    429,
    { type: 'invalid_request_error', code: 'lock_timeout' },
    {},
    1000,
  ],
  [
    'a key that another request is using',
    409,
    { type: 'idempotency_error', code: 'idempotency_key_in_use' },
    {},
    null,
  ],
  ['an error of Stripe', 500, { type: 'api_error' }, {}, null],
  ['maintenance', 503, { type: 'api_error' }, { 'retry-after': '0.5' }, 500],
  ['a key that was taken back', 401, { type: 'invalid_request_error', code: 'api_key_expired' }, {}, null],
  ['a key that may too little', 403, { type: 'invalid_request_error' }, {}, null],
])('after %s nothing is known', (_what, status, error, headers, retryAfterMs) => {
  expect(fromAnswer(status, error, headers)).toEqual({
    kind: 'away',
    reason: expect.any(String),
    retryAfterMs,
  });
});

test('a connection that breaks settles nothing', () => {
  const error = new errors.StripeConnectionError({ message: 'ECONNRESET' });
  expect(sortError(error)).toMatchObject({ kind: 'away', retryAfterMs: null });
});

test('a key with other parameters may stand for something that was made', () => {
  expect(fromAnswer(400, { type: 'idempotency_error' })).toMatchObject({ kind: 'key_misused' });
});

test.each([
  ['amount_too_small', { code: 'amount_too_small', param: 'amount' }],
  ['resource_missing', { code: 'resource_missing', param: 'customer' }],
  ['parameter_unknown', { code: 'parameter_unknown' }],
  ['invalid_request', {}],
])('%s is a matter of configuration, and nothing was made', (code, error) => {
  expect(fromAnswer(400, { type: 'invalid_request_error', ...error })).toEqual({
    kind: 'refused',
    code,
    reason: expect.stringContaining('So it is.'),
  });
});

test('a wrong key says which variable to check', () => {
  const verdict = fromAnswer(401, { type: 'invalid_request_error', message: 'Invalid API Key.' });
  expect(verdict).toMatchObject({ reason: expect.stringContaining('Check STRIPE_SECRET_KEY.') });
});

test('an error of ours is thrown on', () => {
  const error = new TypeError('no');
  expect(() => sortError(error)).toThrow(error);
});

test('each error that the client may throw at a request has its kind', () => {
  expect(verdictKinds).toEqual({
    StripeCardError: 'declined',
    StripeInvalidRequestError: 'refused',
    StripeIdempotencyError: 'key_misused',
    StripeRateLimitError: 'away',
    StripeAPIError: 'away',
    StripeConnectionError: 'away',
    StripeAuthenticationError: 'away',
    StripePermissionError: 'away',
  });
});

test('every answer that is an error is sorted, and only 400s and 402s settle anything', () => {
  const text = fc.option(
    fc.oneof(fc.string(), fc.constantFrom('card_error', 'api_error', 'idempotency_error')),
    {
      nil: undefined,
    },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 400, max: 599 }),
      fc.record({ type: text, code: text, decline_code: text, advice_code: text, param: text }),
      fc.dictionary(fc.constantFrom('retry-after', 'request-id'), fc.string()),
      (status, error, headers) => {
        const verdict = sortError(answered(status, error, headers));
        if (![400, 402, 404].includes(status)) expect(verdict.kind).toBe('away');
        if (verdict.kind === 'away' && verdict.retryAfterMs !== null) {
          expect(verdict.retryAfterMs).toBeGreaterThanOrEqual(0);
        }
      },
    ),
  );
});
