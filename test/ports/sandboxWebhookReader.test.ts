/** The sandbox's webhooks are read only as they were signed, and not much later. */
import { expect, test } from '@jest/globals';
import { sandboxWebhookReader } from '../../src/ports/payment/sandbox/webhookReader.ts';
import { signatureHeaders } from '../../src/sandbox/signature.ts';

const secret = 'another secret of 16';
const at = 1_800_000_000;
const body = JSON.stringify({ id: 'evt_1', type: 'charge.failed', data: { object: 'charge', id: 'ch_1' } });
const headers = signatureHeaders(secret, { id: 'evt_1', at, body });
const reader = sandboxWebhookReader(secret, () => at * 1000);
const read = (text: string, changed: Record<string, string | undefined> = {}) =>
  reader.read(Buffer.from(text), { ...headers, ...changed });

test('a reader takes what was signed, beside signatures of other secrets', () => {
  const notice = {
    eventId: 'evt_1',
    type: 'charge.failed',
    subject: { kind: 'charge', reference: 'ch_1' },
  };
  expect(read(body)).toEqual(notice);
  const both = `v1,bm9uZQ== ${headers['webhook-signature'] ?? ''}`;
  expect(read(body, { 'webhook-signature': both })).toEqual(notice);
});

test.each([
  ['another byte', `${body} `, {}, 'webhook_signature_invalid'],
  ['another id', body, { 'webhook-id': 'evt_2' }, 'webhook_signature_invalid'],
  ['another time', body, { 'webhook-timestamp': String(at + 1) }, 'webhook_signature_invalid'],
  ['no signature', body, { 'webhook-signature': undefined }, 'webhook_signature_missing'],
  ['a signature that is none', body, { 'webhook-signature': 'v1' }, 'webhook_signature_invalid'],
  ['another version', body, { 'webhook-signature': 'v2,AAAA' }, 'webhook_signature_invalid'],
])('a reader refuses %s', (_what, text, changed, code) => {
  expect(() => read(text, changed)).toThrow(expect.objectContaining({ status: 400, code }));
});

test('a reader refuses what is older than five minutes, or from the future', () => {
  for (const seconds of [301, -301]) {
    const later = sandboxWebhookReader(secret, () => (at + seconds) * 1000);
    expect(() => later.read(Buffer.from(body), headers)).toThrow(
      expect.objectContaining({ code: 'webhook_too_old' }),
    );
  }
});

test('a reader takes what it does not know as about nothing', () => {
  const other = JSON.stringify({
    id: 'evt_1',
    type: 'payout.paid',
    data: { object: 'payout', id: 'po_1' },
  });
  const signed = signatureHeaders(secret, { id: 'evt_1', at, body: other });
  expect(reader.read(Buffer.from(other), signed).subject).toEqual({ kind: 'none' });
});
