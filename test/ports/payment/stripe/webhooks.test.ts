/** Webhooks are Stripe's only where their signature is, over the bytes that came. */
import { describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { stripeWebhookReader } from '../../../../src/ports/payment/stripe/webhooks.ts';

const secret = 'whsec_test';
const now = Date.UTC(2026, 0, 1);
const reader = stripeWebhookReader(secret, () => now);

function signed(body: string, given: { secret?: string; secondsAgo?: number } = {}) {
  return {
    'stripe-signature': Stripe.webhooks.generateTestHeaderString({
      payload: body,
      secret: given.secret ?? secret,
      timestamp: now / 1000 - (given.secondsAgo ?? 0),
    }),
  };
}

function anEvent(type: string, object: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ id: 'evt_1', object: 'event', type, data: { object } });
}

test.each([
  ['payment_intent.succeeded', { object: 'payment_intent', id: 'pi_1' }, 'charge', 'pi_1'],
  ['payment_intent.payment_failed', { object: 'payment_intent', id: 'pi_1' }, 'charge', 'pi_1'],
  ['charge.refunded', { object: 'charge', id: 'ch_1', payment_intent: 'pi_1' }, 'charge', 'pi_1'],
  ['refund.failed', { object: 'refund', id: 're_1', payment_intent: 'pi_1' }, 'refund', 're_1'],
  ['charge.dispute.created', { object: 'dispute', id: 'du_1', payment_intent: 'pi_1' }, 'dispute', 'du_1'],
  [
    'payment_method.automatically_updated',
    { object: 'payment_method', id: 'pm_1' },
    'payment_method',
    'pm_1',
  ],
])('%s names the record that changed', (type, object, kind, reference) => {
  const body = anEvent(type, object);
  expect(reader.read(Buffer.from(body), signed(body))).toEqual({
    eventId: 'evt_1',
    type,
    subject: { kind, reference },
  });
});

test.each([
  ['customer.created', { object: 'customer', id: 'cus_1' }],
  ['charge.succeeded', { object: 'charge', id: 'ch_1', payment_intent: null }],
  ['balance.available', { object: 'balance' }],
  ['what.ever', { object: 'constructor', id: 'x' }],
])('%s names nothing of ours', (type, object) => {
  const body = anEvent(type, object);
  expect(reader.read(Buffer.from(body), signed(body)).subject).toEqual({ kind: 'none' });
});

describe('refused is', () => {
  const body = anEvent('payment_intent.succeeded', { object: 'payment_intent', id: 'pi_1' });

  test.each([
    ['a body that was changed', body.replace('pi_1', 'pi_2'), signed(body)],
    ['a body that was written anew', JSON.stringify(JSON.parse(body), null, 1), signed(body)],
    ['a signature by another secret', body, signed(body, { secret: 'whsec_other' })],
    ['a recording from before', body, signed(body, { secondsAgo: 301 })],
    ['no signature', body, {}],
    ['a malformed one', body, { 'stripe-signature': 'v1=,t=' }],
  ])('%s', (_what, sent, headers) => {
    expect(() => reader.read(Buffer.from(sent), headers)).toThrow(
      expect.objectContaining({ status: 400, code: 'webhook_signature_invalid' }),
    );
  });

  test('a signed body that is no event', () => {
    const other = JSON.stringify({ id: 'evt_1', object: 'event', type: 'x' });
    expect(() => reader.read(Buffer.from(other), signed(other))).toThrow(
      expect.objectContaining({ code: 'webhook_malformed' }),
    );
  });
});

test('one that waited a little is read', () => {
  const body = anEvent('payment_intent.succeeded', { object: 'payment_intent', id: 'pi_1' });
  expect(reader.read(Buffer.from(body), signed(body, { secondsAgo: 299 })).eventId).toBe('evt_1');
});
