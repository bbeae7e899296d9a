/** What the log of events tells of a life: everything once, in order, with what was so then, and nothing of a person. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CloudEvent } from 'cloudevents';
import { eventTypes } from '../../src/domain/eventTypes.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import { aCustomer, aPlan, aSubscription, aTestClock, type Created } from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly livemode: boolean;
  readonly data: Record<string, unknown>;
}

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
});
afterAll(() => dunlin.stop());

/** The oldest first. */
const told = async (query: string) => (await dunlin.client.all<Told>(`/v1/event_log?${query}`)).reverse();
const typesOf = async (query: string) => (await told(query)).map(({ type }) => type);

test('a customer, from its first day to its last: each event once, in order, by its own clock', async () => {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const customer = await aCustomer(dunlin, { test_clock: clock, email: 'ada@example.com' });
  const subscription = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
  await dunlin.client.patch(`/v1/customers/${customer}`, { name: 'Ada L.', metadata: { a: 'b' } });
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  await dunlin.client.post(`/v1/subscriptions/${subscription.id}/cancel`, { at: 'now' });
  await dunlin.call('DELETE', `/v1/customers/${customer}`);

  const all = await told(`customer=${customer}`);
  expect(all.map(({ type }) => type)).toEqual([
    'customer.created',
    'payment_method.attached',
    'customer.updated',
    'customer.updated', // its first method becomes the default, its first subscription fixes its currency
    'subscription.created',
    'subscription.started',
    'invoice.finalized',
    'payment.succeeded',
    'invoice.paid',
    'customer.updated',
    'subscription.renewed',
    'invoice.finalized',
    'payment.succeeded',
    'invoice.paid',
    'subscription.cancel_requested',
    'subscription.ended',
    'customer.deleted',
  ]);
  expect(all.filter(({ type }) => type === 'customer.updated').map(({ data }) => data)).toEqual([
    { changed: ['default_payment_method'] },
    { changed: ['currency'] },
    { changed: ['metadata', 'name'] },
  ]);
  const renewed = all.filter(({ time }) => time === '2026-02-01T00:00:00Z').map(({ type }) => type);
  expect(renewed).toEqual(['subscription.renewed', 'invoice.finalized', 'payment.succeeded', 'invoice.paid']);
  expect(all.every(({ livemode }) => !livemode)).toBe(true);
  expect(JSON.stringify(all)).not.toMatch(/\bada|Ada|example/);
  for (const event of all) expect(new CloudEvent({ ...event }).validate()).toBe(true);
});

test('an invoice: its amounts at each moment, as integers', async () => {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const customer = await aCustomer(dunlin, { test_clock: clock, token: 'pm_card_chargeCustomerFail' });
  const { latest_invoice: invoice } = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
  await dunlin.client.post(`/v1/invoices/${invoice}/mark_uncollectible`, {});
  await dunlin.client.post(`/v1/invoices/${invoice}/void`, {});
  const events = await told(`object=${invoice}`);
  expect(
    events.map(({ type, data }) => [type, data['status'], data['total'], data['amount_remaining']]),
  ).toEqual([
    ['invoice.finalized', 'open', 1000, 1000],
    ['invoice.payment_failed', 'open', 1000, 1000],
    ['invoice.marked_uncollectible', 'uncollectible', 1000, 1000],
    ['invoice.voided', 'void', 1000, 1000],
  ]);
  expect(events[0]?.data['due_at']).toBe('2026-01-01T00:00:00Z');
  expect(events[1]?.data).toMatchObject({ attempt_count: 1, failure_code: 'card_declined' });
  const [payment] = await told(`customer=${customer}&type=payment.*`);
  expect(payment).toMatchObject({
    type: 'payment.failed',
    data: { invoice, amount: 1000, currency: 'USD', status: 'failed' },
  });
});

test('what corrects and what is prepaid is told as well', async () => {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { latest_invoice: invoice } = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
  await dunlin.client.post('/v1/credit_notes', { invoice, reason: 'other', refund_amount: 1000 });
  const bought = await dunlin.client.post<Created>('/v1/credit_grants', {
    customer,
    amount: 500,
    paid: true,
    expires_at: '2026-03-01T00:00:00Z',
  });
  const given = await dunlin.client.post<Created>('/v1/credit_grants', { customer, amount: 100 });
  await dunlin.client.post(`/v1/credit_grants/${given.id}/void`, {});
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  expect(await typesOf(`customer=${customer}&type=refund.*`)).toEqual(['refund.succeeded']);
  expect(await typesOf(`customer=${customer}&type=credit_note.issued`)).toEqual(['credit_note.issued']);
  expect(await typesOf(`object=${bought.id}`)).toEqual([
    'credit_grant.created',
    'credit_grant.granted',
    'credit_grant.expired',
  ]);
  expect(await typesOf(`object=${given.id}`)).toEqual([
    'credit_grant.created',
    'credit_grant.granted',
    'credit_grant.voided',
  ]);
});

test('a preview writes no event', async () => {
  const customer = await aCustomer(dunlin);
  const { id } = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
  const before = await typesOf(`customer=${customer}`);
  await dunlin.client.post(`/v1/subscriptions/${id}/preview`, { quantity: 2 });
  expect(await typesOf(`customer=${customer}`)).toEqual(before);
});

test('the list is filtered, paged and closed to what it does not know', async () => {
  const customer = await aCustomer(dunlin, { token: null });
  await dunlin.client.patch(`/v1/customers/${customer}`, { name: 'B' });
  await dunlin.client.patch(`/v1/customers/${customer}`, { name: 'C' });
  const page = await dunlin.client.get<{ data: Told[]; has_more: boolean; next_cursor: string }>(
    `/v1/event_log?customer=${customer}&limit=2`,
  );
  expect([page.data.length, page.has_more, page.next_cursor]).toEqual([2, true, page.data[1]?.id]);
  const [first] = await told(`customer=${customer}`);
  expect(await dunlin.client.get(`/v1/event_log/${String(first?.id)}`)).toEqual(first);
  expect(await typesOf(`customer=${customer}&to=2020-01-01T00:00:00Z`)).toEqual([]);
  expect(await typesOf(`customer=${customer}&from=2020-01-01T00:00:00Z&type=customer.created`)).toEqual([
    'customer.created',
  ]);
  const unknown = await dunlin.call('GET', '/v1/event_log?type=invoice.exploded');
  expect([unknown.status, unknown.body.error?.param]).toEqual([400, 'type']);
  expect(unknown.body.error?.message).toContain('invoice.finalized');
  expect((await dunlin.call('GET', '/v1/event_log/evt_none')).status).toBe(404);
});

test('the database writes no type of event that is not in the catalog', async () => {
  const { rows } = await dunlin.pool.query<{ source: string }>(
    `SELECT prosrc AS source FROM pg_proc WHERE prosrc LIKE '%INSERT INTO event_log%' AND pronamespace = 'public'::regnamespace`,
  );
  expect(rows.length).toBeGreaterThanOrEqual(6);
  const written = rows.flatMap(({ source }) =>
    [...source.matchAll(/'([a-z_]+\.[a-z_]+)'/g)].map(([, type]) => type),
  );
  expect(written.length).toBeGreaterThan(8);
  for (const type of written) expect(eventTypes).toContain(type);
  const { rows: logged } = await dunlin.pool.query<{ type: string }>('SELECT DISTINCT type FROM event_log');
  for (const { type } of logged) expect(eventTypes).toContain(type);
});
