/** One subscription from signup to end, by a test clock, through HTTP on the real stack. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  aTestClock,
  eventually,
  flatFee,
  invoicesOf,
  sendEvents,
  unique,
  type Subscription,
} from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
}, 60_000);
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
});

const read = (id: string) => dunlin.client.get<Subscription>(`/v1/subscriptions/${id}`);

describe('signup', () => {
  test('is active, with a first invoice that is final and paid', async () => {
    const subscription = await aSubscription(dunlin, {
      customer: await aCustomer(dunlin),
      plan: await aPlan(dunlin),
    });
    expect(subscription.status).toBe('active');
    const [invoice] = await invoicesOf(dunlin, subscription.id);
    expect(invoice).toMatchObject({
      id: subscription.latest_invoice,
      status: 'paid',
      total: 1000,
      amount_paid: 1000,
    });
    expect(invoice?.number).toMatch(/^INV-\d{6}$/);
  });

  test('sent twice with one Idempotency-Key makes one subscription and the same answer', async () => {
    const body = { customer: await aCustomer(dunlin), plan: await aPlan(dunlin) };
    const headers = { 'idempotency-key': unique('key') };
    const first = await dunlin.call('POST', '/v1/subscriptions', body, headers);
    const second = await dunlin.call('POST', '/v1/subscriptions', body, headers);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    const { rows } = await dunlin.pool.query('SELECT id FROM subscriptions WHERE customer_id = $1', [
      body.customer,
    ]);
    expect(rows).toHaveLength(1);
    const other = await dunlin.call('POST', '/v1/subscriptions', { ...body, quantity: 2 }, headers);
    expect([other.status, other.body.error?.code]).toEqual([409, 'idempotency_key_reused']);
  });

  test('is refused by name where another subscription bills the same meter', async () => {
    const meter = await aMeter(dunlin);
    const plan = await aPlan(dunlin, {
      prices: [{ code: 'calls', type: 'usage', model: 'per_unit', unit_amount: '1', meter }],
    });
    const customer = await aCustomer(dunlin);
    await aSubscription(dunlin, { customer, plan });
    const second = await dunlin.call('POST', '/v1/subscriptions', { customer, plan });
    expect([second.status, second.body.error?.code, second.body.error?.param]).toEqual([
      422,
      'meter_already_billed',
      'plan',
    ]);
    const { rows } = await dunlin.pool.query('SELECT id FROM subscriptions WHERE customer_id = $1', [
      customer,
    ]);
    expect(rows).toHaveLength(1);
  });

  test('is refused with an anchor that its plan has no use for', async () => {
    const plan = await aPlan(dunlin, { interval: 'week' });
    const answer = await dunlin.call('POST', '/v1/subscriptions', {
      customer: await aCustomer(dunlin),
      plan,
      billing_cycle_anchor: { day_of_month: 5 },
    });
    expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([
      422,
      'anchor_not_applicable',
      'billing_cycle_anchor',
    ]);
  });

  test('is refused where its first invoice would be beyond all bounds', async () => {
    const plan = await aPlan(dunlin, {
      prices: [{ code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '1000000000000000' }],
    });
    const answer = await dunlin.call('POST', '/v1/subscriptions', {
      customer: await aCustomer(dunlin),
      plan,
      quantity: 2,
    });
    expect([answer.status, answer.body.error?.code]).toEqual([422, 'amount_out_of_range']);
  });

  test('is refused in another currency than the first invoice of the customer', async () => {
    const customer = await aCustomer(dunlin);
    await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
    const other = await dunlin.call('POST', '/v1/subscriptions', {
      customer,
      plan: await aPlan(dunlin, { currency: 'EUR' }),
    });
    expect([other.status, other.body.error?.code]).toEqual([422, 'currency_mismatch']);
  });
});

describe('renewal', () => {
  test('lesson 3: an anchor on the 31st bills on the last day of a short month, and on the 31st after it', async () => {
    const clock = await aTestClock(dunlin, '2026-01-31T10:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock, timezone: 'Europe/Berlin' });
    const subscription = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
    await advanceTo(dunlin.client, clock, '2026-06-01T00:00:00Z');
    const starts = (await invoicesOf(dunlin, subscription.id)).map(
      ({ lines }) => lines.data[0]?.period.start,
    );
    expect(starts).toEqual([
      '2026-01-31T10:00:00Z',
      '2026-02-28T10:00:00Z',
      '2026-03-31T09:00:00Z', // 11 o'clock in Berlin, in summer time
      '2026-04-30T09:00:00Z',
      '2026-05-31T09:00:00Z',
    ]);
  });

  test('usage is billed in arrears, after the grace period, with the fee of the next period on one invoice', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const event_type = unique('call');
    const meter = await aMeter(dunlin, { event_type, aggregation: 'sum', property: 'seconds' });
    const plan = await aPlan(dunlin, {
      prices: [flatFee, { code: 'seconds', type: 'usage', model: 'per_unit', unit_amount: '0.0025', meter }],
    });
    const subscription = await aSubscription(dunlin, { customer, plan });
    await advanceTo(dunlin.client, clock, '2026-01-31T12:00:00Z');
    const send = (time: string, seconds: unknown) =>
      sendEvents(dunlin, [{ type: event_type, subject: customer, time, data: { seconds } }]);
    await send('2026-01-10T00:00:00Z', 100_000);
    await advanceTo(dunlin.client, clock, '2026-02-01T00:30:00Z');
    const draft = (await invoicesOf(dunlin, subscription.id))[1];
    expect(draft).toMatchObject({ status: 'draft', number: null, total: 1250 });
    await send('2026-01-31T23:59:59.999Z', '20000.2'); // in its grace period: the draft gains it
    await send('2026-02-01T00:00:00Z', 4); // the first instant of the next period
    await advanceTo(dunlin.client, clock, '2026-02-01T01:00:00Z');
    const invoice = (await invoicesOf(dunlin, subscription.id))[1];
    expect(invoice).toMatchObject({ status: 'paid', total: 1300, finalized_at: '2026-02-01T01:00:00Z' });
    expect(invoice?.lines.data.map(({ type, quantity, amount }) => [type, quantity, amount])).toEqual([
      ['fixed', '1', 1000],
      ['usage', '120000.2', 300], // 300.0005
    ]);
  });

  test('lesson 22: an event after its invoice is final is billed as the difference, on the next invoice', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const event_type = unique('call');
    const meter = await aMeter(dunlin, { event_type });
    const tiers = [
      { up_to: '2', unit_amount: '10' },
      { up_to: 'inf', unit_amount: '3' },
    ];
    const plan = await aPlan(dunlin, {
      prices: [{ code: 'calls', type: 'usage', model: 'graduated', tiers, meter }],
    });
    const subscription = await aSubscription(dunlin, { customer, plan });
    await advanceTo(dunlin.client, clock, '2026-01-31T12:00:00Z');
    const call = { type: event_type, subject: customer, time: '2026-01-20T00:00:00Z' };
    await sendEvents(dunlin, [call]);
    await advanceTo(dunlin.client, clock, '2026-02-10T00:00:00Z');
    await sendEvents(dunlin, [call, call]); // two more for January: one more at 10, one at 3
    await advanceTo(dunlin.client, clock, '2026-04-02T00:00:00Z');
    const lines = (await invoicesOf(dunlin, subscription.id)).map(({ lines: { data } }) =>
      data.map(({ type, quantity, amount, period }) => [type, quantity, amount, period.start.slice(0, 7)]),
    );
    expect(lines).toEqual([
      [],
      [['usage', '1', 10, '2026-01']],
      [
        ['usage', '0', 0, '2026-02'],
        ['late_usage', '2', 13, '2026-01'],
      ],
      [['usage', '0', 0, '2026-03']],
    ]);
  });

  test('a first period that is shorter than its interval is prorated', async () => {
    const clock = await aTestClock(dunlin, '2026-01-16T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const plan = await aPlan(dunlin, { prices: [{ ...flatFee, amount: '3100' }] });
    const subscription = await aSubscription(dunlin, { customer, plan, billing_cycle_anchor: 'calendar' });
    await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
    expect((await invoicesOf(dunlin, subscription.id)).map(({ total }) => total)).toEqual([1600, 3100]);
  });
});

describe('cancellation', () => {
  test('now ends it and bills the usage so far; it cannot be canceled again', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const event_type = unique('call');
    const meter = await aMeter(dunlin, { event_type });
    const plan = await aPlan(dunlin, {
      prices: [flatFee, { code: 'calls', type: 'usage', model: 'per_unit', unit_amount: '7', meter }],
    });
    const subscription = await aSubscription(dunlin, { customer, plan });
    await advanceTo(dunlin.client, clock, '2026-01-10T00:00:00Z');
    await sendEvents(dunlin, [{ type: event_type, subject: customer, time: '2026-01-05T00:00:00Z' }]);
    const canceled = await dunlin.client.post<Subscription>(`/v1/subscriptions/${subscription.id}/cancel`, {
      at: 'now',
    });
    expect(canceled).toMatchObject({ status: 'canceled', ended_at: '2026-01-10T00:00:00Z' });
    await advanceTo(dunlin.client, clock, '2026-03-10T00:00:00Z');
    const invoices = await invoicesOf(dunlin, subscription.id);
    expect(invoices.map(({ total, status }) => [total, status])).toEqual([
      [1000, 'paid'],
      [7, 'paid'],
    ]);
    const again = await dunlin.call('POST', `/v1/subscriptions/${subscription.id}/cancel`, { at: 'now' });
    expect([again.status, again.body.error?.code]).toEqual([409, 'subscription_canceled']);
    const workflow = await dunlin.temporal.workflow.getHandle(subscription.workflow_id).describe();
    expect(workflow.status.name).toBe('COMPLETED');
    // Its meters are free for another subscription.
    expect((await aSubscription(dunlin, { customer, plan })).status).toBe('active');
  });

  test('now, at the very instant of signup, bills nothing more', async () => {
    const clock = await aTestClock(dunlin);
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const subscription = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
    const canceled = await dunlin.client.post<Subscription>(`/v1/subscriptions/${subscription.id}/cancel`, {
      at: 'now',
    });
    expect(canceled.status).toBe('canceled');
    expect(await invoicesOf(dunlin, subscription.id)).toHaveLength(1);
  });

  test('at the period end lets it run until then, and no longer', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const subscription = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
    const canceled = await dunlin.client.post<Subscription>(`/v1/subscriptions/${subscription.id}/cancel`, {
      at: 'period_end',
    });
    expect(canceled).toMatchObject({ status: 'active', cancel_at: '2026-02-01T00:00:00Z' });
    await advanceTo(dunlin.client, clock, '2026-05-01T00:00:00Z');
    expect(await read(subscription.id)).toMatchObject({
      status: 'canceled',
      ended_at: '2026-02-01T00:00:00Z',
    });
    expect(await invoicesOf(dunlin, subscription.id)).toHaveLength(1);
  });

  test('at an instant ends it then; a known end prorates the last period', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const plan = await aPlan(dunlin, { prices: [{ ...flatFee, amount: '2800' }] });
    const subscription = await aSubscription(dunlin, { customer, plan, cancel_at: '2026-02-15T00:00:00Z' });
    await advanceTo(dunlin.client, clock, '2026-05-01T00:00:00Z');
    expect(await read(subscription.id)).toMatchObject({
      status: 'canceled',
      ended_at: '2026-02-15T00:00:00Z',
    });
    expect((await invoicesOf(dunlin, subscription.id)).map(({ total }) => total)).toEqual([2800, 1400]);
  });
});

describe('collection', () => {
  test('a soft decline is tried again after 1, 3, 5 and 7 days, then no more; meanwhile it is past due', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const customer = await aCustomer(dunlin, {
      test_clock: clock,
      token: 'pm_card_visa_chargeDeclinedInsufficientFunds',
    });
    const subscription = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
    expect(subscription.status).toBe('past_due');
    await advanceTo(dunlin.client, clock, '2026-01-20T00:00:00Z');
    const payments = await dunlin.client.all<{ created: string; status: string }>(
      `/v1/payments?customer=${customer}`,
    );
    expect(payments.reverse().map(({ created }) => created.slice(0, 10))).toEqual([
      '2026-01-01',
      '2026-01-02',
      '2026-01-04',
      '2026-01-06',
      '2026-01-08',
    ]);
    const [invoice] = await invoicesOf(dunlin, subscription.id);
    expect(invoice).toMatchObject({ status: 'open', attempt_count: 5, next_attempt_at: null });
  });

  test('a hard decline is not tried again until the payment method changes, and then at once', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const customer = await aCustomer(dunlin, {
      test_clock: clock,
      token: 'pm_card_visa_chargeDeclinedLostCard',
    });
    const subscription = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
    await advanceTo(dunlin.client, clock, '2026-01-15T00:00:00Z');
    expect((await invoicesOf(dunlin, subscription.id))[0]).toMatchObject({
      status: 'open',
      attempt_count: 1,
    });
    const card = await dunlin.client.post<{ id: string }>(`/v1/customers/${customer}/payment_methods`, {
      token: 'pm_card_mastercard',
    });
    await dunlin.client.post(`/v1/customers/${customer}/payment_methods/${card.id}/default`, {});
    const [invoice] = await eventually(
      () => invoicesOf(dunlin, subscription.id),
      ([first]) => first?.status === 'paid',
    );
    expect(invoice).toMatchObject({ attempt_count: 2, amount_paid: 1000 });
    expect((await read(subscription.id)).status).toBe('active');
  });

  test('a token that the sandbox does not know is refused', async () => {
    const customer = await aCustomer(dunlin, { token: null });
    for (const token of ['pm_card_unknown', 'constructor', '__proto__']) {
      const answer = await dunlin.call('POST', `/v1/customers/${customer}/payment_methods`, { token });
      expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([
        400,
        'payment_method_unknown',
        'token',
      ]);
    }
  });

  test('without a payment method it waits for the first one', async () => {
    const customer = await aCustomer(dunlin, { token: null });
    const subscription = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
    expect(subscription.status).toBe('past_due');
    await dunlin.client.post(`/v1/customers/${customer}/payment_methods`, { token: 'pm_card_visa' });
    await eventually(
      () => read(subscription.id),
      ({ status }) => status === 'active',
    );
  });
});

test('a deleted test clock takes its customers with it and leaves its invoices', async () => {
  const clock = await aTestClock(dunlin);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const subscription = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
  expect((await dunlin.call('DELETE', `/v1/test_clocks/${clock}`)).status).toBe(200);
  expect((await dunlin.call('GET', `/v1/test_clocks/${clock}`)).status).toBe(404);
  expect((await dunlin.call('GET', `/v1/customers/${customer}`)).status).toBe(404);
  expect(await invoicesOf(dunlin, subscription.id)).toHaveLength(1);
});
