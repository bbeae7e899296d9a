/** Webhooks as their receivers see them, on the real stack. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { CloudEvent } from 'cloudevents';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import { aCustomer, aPlan, aSubscription, aTestClock, eventually, type Created } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { startReceiver, verify, type Receiver } from '../stack/receiver.ts';

interface Endpoint extends Created {
  readonly secret: string;
  readonly enabled: boolean;
  readonly disabled_reason: string | null;
  readonly failing_since: string | null;
}
interface Delivery extends Created {
  readonly event: string;
  readonly event_type: string;
  readonly status: string;
  readonly attempt_count: number;
  readonly response_status: number | null;
  readonly response_body: string | null;
  readonly error: string | null;
  readonly waits_for: string | null;
}

let dunlin: Dunlin;
let receiver: Receiver;
const endpoints: string[] = [];
beforeAll(async () => {
  dunlin = await startDunlin();
});
afterAll(() => dunlin.stop());
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  for (const id of endpoints.splice(0)) await dunlin.call('DELETE', `/v1/webhook_endpoints/${id}`);
  await receiver.stop();
});

async function anEndpoint(events: readonly string[] = ['*']): Promise<Endpoint> {
  const endpoint = await dunlin.client.post<Endpoint>('/v1/webhook_endpoints', { url: receiver.url, events });
  endpoints.push(endpoint.id);
  return endpoint;
}
const find = (id: string) => dunlin.client.get<Endpoint>(`/v1/webhook_endpoints/${id}`);
const deliveriesOf = (id: string) => dunlin.client.all<Delivery>(`/v1/webhook_endpoints/${id}/deliveries`);
const logOf = async (customer: string) =>
  (await dunlin.client.all<Created>(`/v1/event_log?customer=${customer}`)).reverse();

test('each event arrives once, signed, as the CloudEvent that the log has, under its id', async () => {
  const { secret } = await anEndpoint();
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const customer = await aCustomer(dunlin, { test_clock: clock });
  await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  const log = await logOf(customer);
  expect(log.length).toBeGreaterThan(12);
  await eventually(
    () => Promise.resolve(receiver.got.length),
    (count) => count >= log.length,
  );
  const byId = new Map(receiver.got.map((one) => [one.id, one]));
  expect([...byId.keys()].sort()).toEqual(log.map(({ id }) => id).sort());
  expect(receiver.got).toHaveLength(log.length);
  for (const event of log) {
    const one = byId.get(event.id);
    if (!one) throw new Error('missing');
    expect(one.event).toEqual(event);
    expect(one.headers['content-type']).toContain('application/cloudevents+json');
    verify(one, secret);
    expect(() => verify({ ...one, body: one.body.replace('1.0', '1.1') }, secret)).toThrow();
    new CloudEvent({ ...one.event }).validate();
  }
});

test('an endpoint gets what it asks for, and nothing from before it was there', async () => {
  const customer = await aCustomer(dunlin, { token: null });
  const { id } = await anEndpoint(['customer.updated', 'payment_method.*']);
  await dunlin.client.patch(`/v1/customers/${customer}`, { name: 'B' });
  await dunlin.client.post(`/v1/customers/${customer}/payment_methods`, { token: 'pm_card_visa' });
  await dunlin.call('DELETE', `/v1/customers/${customer}`);
  await eventually(
    () => Promise.resolve(receiver.received().length),
    (count) => count >= 3,
  );
  expect(receiver.got.map(({ type }) => type).sort()).toEqual([
    'customer.updated',
    'customer.updated',
    'payment_method.attached',
  ]);
  expect(await deliveriesOf(id)).toHaveLength(3);
});

test('a new secret signs beside the old one until that expires', async () => {
  const endpoint = await anEndpoint(['customer.*']);
  const rotated = await dunlin.client.post<Endpoint>(`/v1/webhook_endpoints/${endpoint.id}/rotate_secret`, {
    expires_in_seconds: 3600,
  });
  await aCustomer(dunlin, { token: null });
  await eventually(
    () => Promise.resolve(receiver.got.length),
    (count) => count === 1,
  );
  const [both] = receiver.got;
  if (!both) throw new Error('nothing came');
  verify(both, endpoint.secret);
  verify(both, rotated.secret);
  const last = await dunlin.client.post<Endpoint>(`/v1/webhook_endpoints/${endpoint.id}/rotate_secret`, {
    expires_in_seconds: 0,
  });
  await aCustomer(dunlin, { token: null });
  await eventually(
    () => Promise.resolve(receiver.got.length),
    (count) => count === 2,
  );
  const one = receiver.got[1];
  if (!one) throw new Error('nothing came');
  verify(one, last.secret);
  expect(() => verify(one, rotated.secret)).toThrow();
  expect(JSON.stringify(await find(endpoint.id))).not.toContain('whsec_');
});

test('what fails holds back its own object alone, is tried again, and shows why; a retry is at once', async () => {
  const { id } = await anEndpoint(['customer.*']);
  const [broken, fine] = [await aCustomer(dunlin, { token: null }), await aCustomer(dunlin, { token: null })];
  receiver.answer(({ subject }) => (subject === broken ? 500 : 204));
  await dunlin.client.patch(`/v1/customers/${broken}`, { name: 'B' });
  await dunlin.client.patch(`/v1/customers/${fine}`, { name: 'B' });
  await eventually(
    () => Promise.resolve(receiver.received()),
    (got) => got.filter(({ subject }) => subject === fine).length === 2,
  );
  const failed = await eventually(
    async () => (await deliveriesOf(id)).reverse().filter(({ status }) => status === 'pending'),
    (pending) => pending.length === 2 && (pending[0]?.attempt_count ?? 0) > 0,
  );
  expect(failed[0]).toMatchObject({
    event_type: 'customer.created',
    response_status: 500,
    response_body: 'as you wish',
    error: 'answered 500',
    waits_for: null,
  });
  expect(failed[1]).toMatchObject({
    event_type: 'customer.updated',
    attempt_count: 0,
    waits_for: failed[0]?.id,
  });
  receiver.answer(() => 200);
  await dunlin.client.post(`/v1/webhook_deliveries/${String(failed[0]?.id)}/retry`, {});
  await eventually(
    () => Promise.resolve(receiver.received()),
    (got) => got.filter(({ subject }) => subject === broken).length === 2,
  );
  const ofBroken = receiver.received().filter(({ subject }) => subject === broken);
  expect(ofBroken.map(({ type }) => type)).toEqual(['customer.created', 'customer.updated']);
});

test('what was received is sent again where that is asked for, under the same id', async () => {
  const { id } = await anEndpoint(['customer.*']);
  await aCustomer(dunlin, { token: null });
  const [done] = await eventually(
    () => deliveriesOf(id),
    (deliveries) => deliveries[0]?.status === 'succeeded',
  );
  await dunlin.client.post(`/v1/webhook_deliveries/${String(done?.id)}/retry`, {});
  await eventually(
    () => Promise.resolve(receiver.got.length),
    (count) => count === 2,
  );
  expect(receiver.got[1]?.id).toBe(receiver.got[0]?.id);
  expect(receiver.got[1]?.body).toBe(receiver.got[0]?.body);
});

test('410 disables the endpoint, an event tells the others, and enabled again it gets what waited', async () => {
  const gone = await anEndpoint(['customer.*']);
  const other = await startReceiver();
  const told = await dunlin.client.post<Endpoint>('/v1/webhook_endpoints', {
    url: other.url,
    events: ['webhook_endpoint.disabled'],
  });
  receiver.answer(() => 410);
  await aCustomer(dunlin, { token: null });
  const disabled = await eventually(
    () => find(gone.id),
    ({ enabled }) => !enabled,
  );
  expect(disabled.disabled_reason).toBe('gone');
  await eventually(
    () => Promise.resolve(other.got.length),
    (count) => count === 1,
  );
  expect(other.got[0]?.event).toMatchObject({ subject: gone.id, data: { reason: 'gone' } });
  const missed = await aCustomer(dunlin, { token: null });
  const [delivery] = await deliveriesOf(gone.id);
  const refused = await dunlin.call('POST', `/v1/webhook_deliveries/${String(delivery?.id)}/retry`, {});
  expect([refused.status, refused.body.error?.code]).toEqual([409, 'webhook_endpoint_disabled']);
  receiver.answer(() => 204);
  await dunlin.client.patch(`/v1/webhook_endpoints/${gone.id}`, { enabled: true });
  await eventually(
    () => Promise.resolve(receiver.received().length),
    (count) => count === 1,
  );
  expect(receiver.received().map(({ subject }) => subject)).not.toContain(missed);
  await dunlin.call('DELETE', `/v1/webhook_endpoints/${told.id}`);
  await other.stop();
});

test('redirects are not followed, and a cut connection is tried again', async () => {
  const { id } = await anEndpoint(['customer.*']);
  receiver.answer(() => 302);
  const customer = await aCustomer(dunlin, { token: null });
  const [moved] = await eventually(
    () => deliveriesOf(id),
    (deliveries) => (deliveries[0]?.attempt_count ?? 0) > 0,
  );
  expect(moved?.error).toContain('redirects are not followed');
  receiver.answer(() => 'cut');
  await dunlin.client.post(`/v1/webhook_deliveries/${String(moved?.id)}/retry`, {});
  const [cut] = await eventually(
    () => deliveriesOf(id),
    (deliveries) => (deliveries[0]?.attempt_count ?? 0) > 1,
  );
  expect(cut).toMatchObject({
    status: 'pending',
    response_status: null,
    error: expect.stringMatching(/hang up|reset/i),
  });
  expect(receiver.got.every(({ subject }) => subject === customer)).toBe(true);
  expect((await find(id)).failing_since).not.toBeNull();
});

test('an endpoint that moves gets at its new address at once what waits', async () => {
  const { id } = await anEndpoint(['customer.*']);
  receiver.answer(() => 301);
  await aCustomer(dunlin, { token: null });
  await eventually(
    () => deliveriesOf(id),
    (deliveries) => (deliveries[0]?.attempt_count ?? 0) > 0,
  );
  const other = await startReceiver();
  await dunlin.client.patch(`/v1/webhook_endpoints/${id}`, { url: other.url });
  await eventually(
    () => Promise.resolve(other.received().length),
    (count) => count === 1,
  );
  await other.stop();
});

test('a delivery whose workflow was lost is started again', async () => {
  const { id } = await anEndpoint(['customer.*']);
  receiver.answer(() => 503);
  await aCustomer(dunlin, { token: null });
  await eventually(
    () => deliveriesOf(id),
    (deliveries) => (deliveries[0]?.attempt_count ?? 0) > 0,
  );
  await dunlin.temporal.workflow.getHandle(`webhook-delivery/${id}`).terminate('lost');
  receiver.answer(() => 204);
  await dunlin.pool.query(
    `UPDATE webhook_deliveries SET next_attempt_at = now() - interval '1 minute' WHERE endpoint_id = $1`,
    [id],
  );
  await dunlin.temporal.schedule.getHandle('event-relay').trigger(ScheduleOverlapPolicy.ALLOW_ALL);
  await eventually(
    () => Promise.resolve(receiver.received().length),
    (count) => count === 1,
    90_000,
  );
}, 120_000);

test('a test clock moves the times of events, not of deliveries', async () => {
  const { id } = await anEndpoint(['subscription.renewed']);
  const clock = await aTestClock(dunlin, '2030-01-01T00:00:00Z');
  const customer = await aCustomer(dunlin, { test_clock: clock });
  await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
  await advanceTo(dunlin.client, clock, '2030-02-02T00:00:00Z');
  const [delivery] = await eventually(
    () => deliveriesOf(id),
    (deliveries) => deliveries[0]?.status === 'succeeded',
  );
  expect(receiver.got[0]?.event).toMatchObject({
    time: '2030-02-01T00:00:00Z',
    testclock: clock,
    livemode: false,
  });
  expect(delivery).toMatchObject({ livemode: false });
});
