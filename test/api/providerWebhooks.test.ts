/** Webhooks of payment providers: what is signed is kept as it came, what is not changes nothing. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { BillingError } from '../../src/domain/errors.ts';
import type { ProviderNotice } from '../../src/domain/providerNotice.ts';
import { startApiOnly, type ApiOnly } from './apiOnly.ts';

let api: ApiOnly;
beforeAll(async () => {
  api = await startApiOnly({
    sandbox: {
      read(body, headers): ProviderNotice {
        if (headers['webhook-signature'] !== 'right') {
          throw new BillingError(400, 'webhook_signature_invalid', 'The signature is not right.');
        }
        const { id, charge } = JSON.parse(body.toString('utf8')) as { id: string; charge?: string };
        return {
          eventId: id,
          type: 'charge.changed',
          subject: charge === undefined ? { kind: 'none' } : { kind: 'charge', reference: charge },
        };
      },
    },
  });
});
afterAll(() => api.stop());
beforeEach(() => api.pool.query(`TRUNCATE provider_events`));

const send = (body: string, signature = 'right', provider = 'sandbox') =>
  fetch(`${api.url}/webhooks/${provider}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'webhook-signature': signature },
    body,
  });
const kept = async () =>
  (
    await api.pool.query<{ event_id: string; body: Buffer; subject_kind: string; applied_at: null }>(
      `SELECT event_id, body, subject_kind, applied_at FROM provider_events ORDER BY event_id`,
    )
  ).rows;

test('one that is signed is kept byte for byte, however often it comes', async () => {
  const body = '{ "id":"evt_1",  "charge":"ch_1", "näme": "☃" }';
  for (let time = 0; time < 3; time += 1) {
    const answer = await send(body);
    expect([answer.status, await answer.json()]).toEqual([200, { received: true }]);
  }
  const events = await kept();
  expect(events).toHaveLength(1);
  expect(events[0]?.body.toString('utf8')).toBe(body);
  expect(events[0]?.applied_at).toBeNull();
});

test('it is kept while the workflow service is away: nothing that was accepted is lost', async () => {
  expect((await send('{"id":"evt_2"}')).status).toBe(200);
  expect((await kept()).map(({ event_id: id, subject_kind: kind }) => [id, kind])).toEqual([
    ['evt_2', 'none'],
  ]);
});

test.each([
  ['a wrong signature', '{"id":"evt_3"}', 'wrong', 'sandbox', 400, 'webhook_signature_invalid'],
  ['a provider that is not configured', '{"id":"evt_3"}', 'right', 'stripe', 404, 'resource_missing'],
  ['a provider that nobody knows', '{"id":"evt_3"}', 'right', 'toString', 404, 'resource_missing'],
  ['a body over the limit', `{"id":"${'x'.repeat(1_100_000)}"}`, 'right', 'sandbox', 413, 'body_too_large'],
])('%s is refused and changes nothing', async (_what, body, signature, provider, status, code) => {
  const answer = await send(body, signature, provider);
  const { error } = (await answer.json()) as { error: { code: string; message: string } };
  expect([answer.status, error.code]).toEqual([status, code]);
  expect(error.message).not.toMatch(/at \w+ \(/);
  expect(await kept()).toEqual([]);
});

test('while the database is away the provider is told to come again', async () => {
  await api.line.cut();
  try {
    const answer = await send('{"id":"evt_4"}');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).not.toBeNull();
  } finally {
    await api.line.mend();
  }
});
