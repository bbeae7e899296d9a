/** What each status of Stripe's records means for ours. */
import { expect, test } from '@jest/globals';
import { disputeStatuses, readDispute } from '../../../../src/ports/payment/stripe/disputes.ts';
import {
  chargeOfIntent,
  intentStatuses,
  outcomeOfIntent,
  readIntent,
} from '../../../../src/ports/payment/stripe/intents.ts';
import { readRefund, refundStatuses } from '../../../../src/ports/payment/stripe/refunds.ts';
import { aPaymentId, anIntent } from './builders.ts';

const error = {
  type: 'card_error',
  code: 'card_declined',
  decline_code: 'lost_card',
  advice_code: 'do_not_try_again',
};
const failed = { status: 'failed', reference: 'pi_1', code: 'lost_card', advice: 'do_not_try_again' };
const unknown = (reason: string): unknown => ({
  status: 'unknown',
  reason: expect.stringContaining(reason),
  retryAfterMs: null,
});

const statuses: readonly (readonly [string, Record<string, unknown>, unknown])[] = [
  ['requires_payment_method', { last_payment_error: error }, failed],
  ['requires_confirmation', {}, unknown('not confirmed')],
  [
    'requires_action',
    { next_action: { type: 'use_stripe_sdk', use_stripe_sdk: {} } },
    { status: 'requires_action', reference: 'pi_1', action: { url: null, clientSecret: 'pi_1_secret_2' } },
  ],
  ['processing', {}, { status: 'processing', reference: 'pi_1' }],
  ['requires_capture', {}, unknown('authorised only')],
  ['canceled', {}, { status: 'canceled', reference: 'pi_1' }],
  ['succeeded', {}, { status: 'succeeded', reference: 'pi_1' }],
];

test.each(statuses)('a PaymentIntent that is %s', (status, fields, outcome) => {
  expect(outcomeOfIntent(readIntent(anIntent({ status, ...fields })))).toEqual(outcome);
});

test('each status of a PaymentIntent is named', () => {
  expect(statuses.map(([status]) => status).sort()).toEqual(Object.keys(intentStatuses).sort());
});

test('a status that is new settles nothing', () => {
  expect(outcomeOfIntent(readIntent(anIntent({ status: 'dreaming' })))).toEqual(unknown('dreaming'));
});

test.each([
  ['its last error', { last_payment_error: error }, 'lost_card', 'do_not_try_again'],
  [
    'its charge',
    { latest_charge: { failure_code: 'card_declined', outcome: { reason: 'do_not_honor' } } },
    'do_not_honor',
    null,
  ],
  ['no charge at all', {}, 'payment_intent_authentication_failure', null],
])('one that was closed as failed says why by %s', (_what, fields, code, advice) => {
  const intent = readIntent(anIntent({ status: 'canceled', cancellation_reason: 'abandoned', ...fields }));
  expect(outcomeOfIntent(intent)).toEqual({ status: 'failed', reference: 'pi_1', code, advice });
});

test('a page that leads away is given as its address', () => {
  const next = { type: 'redirect_to_url', redirect_to_url: { url: 'https://bank.example/3ds' } };
  expect(
    outcomeOfIntent(readIntent(anIntent({ status: 'requires_action', next_action: next }))),
  ).toMatchObject({
    action: { url: 'https://bank.example/3ds' },
  });
});

test('a payment that is not ours has no id of ours, and what it took in our units', () => {
  const intent = readIntent(
    anIntent({ currency: 'isk', amount_received: 500, metadata: { payment: 'theirs' } }),
  );
  expect(chargeOfIntent(intent)).toEqual({
    reference: 'pi_1',
    paymentId: null,
    outcome: { status: 'succeeded', reference: 'pi_1' },
    amountCaptured: 5n,
    currency: 'ISK',
    createdAt: 1_767_225_600_000,
  });
  const payment = aPaymentId();
  expect(chargeOfIntent(readIntent(anIntent({ metadata: { payment } })))?.paymentId).toBe(payment);
  expect(chargeOfIntent(readIntent(anIntent({ currency: 'usdc' })))).toBeNull();
});

test.each([
  ['pending', { status: 'processing', reference: 're_1' }],
  ['requires_action', { status: 'processing', reference: 're_1' }],
  ['succeeded', { status: 'succeeded', reference: 're_1' }],
  ['failed', { status: 'failed', reference: 're_1', code: 'lost_or_stolen_card' }],
  ['canceled', { status: 'failed', reference: 're_1', code: 'canceled' }],
])('a refund that is %s', (status, outcome) => {
  const record = {
    id: 're_1',
    amount: 500,
    currency: 'usd',
    created: 1,
    payment_intent: 'pi_1',
    metadata: {},
  };
  const failure = status === 'failed' ? { failure_reason: 'lost_or_stolen_card' } : {};
  expect(readRefund({ ...record, status, ...failure })).toEqual({
    reference: 're_1',
    refundId: null,
    chargeReference: 'pi_1',
    outcome,
    amount: 500n,
    currency: 'USD',
    createdAt: 1000,
  });
  expect(Object.keys(refundStatuses)).toContain(status);
});

test.each([
  ['warning_needs_response', null],
  ['warning_under_review', null],
  ['warning_closed', null],
  ['prevented', null],
  ['needs_response', 'open'],
  ['under_review', 'open'],
  ['appeal_needs_response', 'open'],
  ['appeal_under_review', 'open'],
  ['won', 'won'],
  ['lost', 'lost'],
  ['something_new', 'open'],
])('a dispute that is %s is %s', (status, meaning) => {
  const record = {
    id: 'du_1',
    reason: 'fraudulent',
    amount: 1999,
    currency: 'usd',
    created: 1,
    payment_intent: 'pi_1',
    charge: 'ch_1',
  };
  const dispute = readDispute({ ...record, status });
  expect(dispute?.status ?? null).toBe(meaning);
  if (dispute)
    expect(dispute).toMatchObject({ chargeReference: 'pi_1', amount: 1999n, reason: 'fraudulent' });
  expect(status === 'something_new' || status in disputeStatuses).toBe(true);
});
