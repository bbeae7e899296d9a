/** Endpoints and their deliveries by HTTP: what is refused by name, what is shown once, and that nothing needs Temporal to be noted. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { relayEvents } from '../../src/store/eventRelay.ts';
import { startApiOnly, type ApiOnly } from './apiOnly.ts';

let api: ApiOnly;
beforeAll(async () => {
  api = await startApiOnly();
});
afterAll(() => api.stop());

const url = 'https://example.com/hook';
const add = (fields: object = {}, headers: Record<string, string> = {}) =>
  api.call('POST', '/v1/webhook_endpoints', { url, events: ['*'], ...fields }, headers);

test.each([
  [{ url: 'http://example.com/' }, 'url'],
  [{ url: 'https://10.0.0.1/' }, 'url'],
  [{ url: 'https://[::1]:9/' }, 'url'],
  [{ url: 'https://localhost/' }, 'url'],
  [{ url: 'https://u:p@example.com/' }, 'url'],
  [{ url: 'javascript:alert(1)' }, 'url'],
  [{ url: '' }, 'url'],
  [{ events: [] }, 'events'],
  [{ events: ['invoice.exploded'] }, 'events[0]'],
  [{ events: 'invoice.paid' }, 'events'],
  [{ secret: 'whsec_mine' }, 'secret'],
  [{ enabled: 'yes' }, 'enabled'],
])('%j is refused by name', async (fields, param) => {
  const reply = await add(fields);
  expect([reply.status, reply.body.error?.param]).toEqual([400, param]);
  expect(await api.call('GET', '/v1/webhook_endpoints')).toMatchObject({ body: { data: [] } });
});

test('the secret is shown once, however the request is repeated', async () => {
  const first = await add({}, { 'idempotency-key': 'same' });
  expect(first.status).toBe(201);
  expect(first.body['secret']).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const second = await add({}, { 'idempotency-key': 'same' });
  expect(second.body['id']).not.toBe(first.body['id']);
  const id = String(first.body['id']);
  for (const path of [`/v1/webhook_endpoints/${id}`, '/v1/webhook_endpoints'])
    expect(JSON.stringify((await api.call('GET', path)).body)).not.toContain('whsec_');
  const rotated = await api.call('POST', `/v1/webhook_endpoints/${id}/rotate_secret`);
  expect(rotated.body['secret']).not.toBe(first.body['secret']);
  expect(rotated.body['old_secret_expires_at']).not.toBeNull();
  const { rows } = await api.pool.query<{ kept: number }>(
    `SELECT count(*)::int AS kept FROM idempotency_keys WHERE response::text LIKE '%whsec_%'`,
  );
  expect(rows).toEqual([{ kept: 0 }]);
});

test('an endpoint is changed, disabled and deleted, and says so', async () => {
  const { id } = (await add()).body;
  const path = `/v1/webhook_endpoints/${String(id)}`;
  const change = (fields: object) => api.call('PATCH', path, fields);
  expect((await change({ url: 'https://192.168.0.1/' })).body.error).toMatchObject({
    code: 'webhook_url_refused',
    message: 'url: give a public address: this one is private.',
  });
  expect((await change({ events: ['invoice.*', 'invoice.*'], description: 'd' })).body).toMatchObject({
    events: ['invoice.*'],
    description: 'd',
  });
  expect((await change({ enabled: false })).body).toMatchObject({
    enabled: false,
    disabled_reason: 'request',
  });
  expect((await change({ enabled: true })).body).toMatchObject({ enabled: true, disabled_at: null });
  expect((await api.call('DELETE', path)).body).toEqual({ id, object: 'webhook_endpoint', deleted: true });
  for (const [method, where] of [
    ['GET', path],
    ['PATCH', path],
    ['DELETE', path],
    ['GET', `${path}/deliveries`],
    ['POST', `${path}/rotate_secret`],
  ] as const)
    expect((await api.call(method, where, method === 'PATCH' ? {} : undefined)).status).toBe(404);
  const { rows } = await api.pool.query(`SELECT FROM webhook_secrets WHERE endpoint_id = $1`, [id]);
  expect(rows).toEqual([]);
});

test('a retry is noted while Temporal is away: whoever finds what is due does the rest', async () => {
  const { id } = (await add({ events: ['customer.created'] })).body;
  await api.call('POST', '/v1/customers', { name: 'Ada' });
  await relayEvents(api.pool);
  const list = await api.call('GET', `/v1/webhook_endpoints/${String(id)}/deliveries?status=pending`);
  const [delivery] = list.body['data'] as { id: string; event: string }[];
  expect(delivery).toMatchObject({ event_type: 'customer.created', status: 'pending', attempt_count: 0 });
  const retried = await api.call('POST', `/v1/webhook_deliveries/${String(delivery?.id)}/retry`);
  expect([retried.status, retried.body['status']]).toEqual([200, 'pending']);
  const ofEvent = await api.call(
    'GET',
    `/v1/webhook_endpoints/${String(id)}/deliveries?event=${String(delivery?.event)}`,
  );
  expect(ofEvent.body['data']).toHaveLength(1);
  expect((await api.call('POST', '/v1/webhook_deliveries/whd_none/retry')).status).toBe(404);
  const metrics = (await api.call('GET', '/metrics')).text;
  expect(metrics).toMatch(/^dunlin_webhook_deliveries_waiting [1-9]/m);
  expect(metrics).toMatch(/^dunlin_event_relay_lag_seconds 0$/m);
});

test.each([
  ['type=%00', 'type'],
  ['type=invoice', 'type'],
  ['object=%00', 'object'],
  ['from=yesterday', 'from'],
  ['customer=cus_1', 'customer'],
  ['nothing=1', 'nothing'],
  ['limit=0', 'limit'],
])('the log of events refuses %s by name', async (query, param) => {
  const reply = await api.call('GET', `/v1/event_log?${query}`);
  expect([reply.status, reply.body.error?.param]).toEqual([400, param]);
});
