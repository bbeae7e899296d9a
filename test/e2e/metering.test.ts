/** Metering as a client sees it: what comes in, what is told of it, and what is billed when it changes afterwards. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CloudEvent, HTTP } from 'cloudevents';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import { audit } from '../../src/audit/audit.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  aTestClock,
  invoicesOf,
  sendEvents,
  unique,
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

interface Usage {
  readonly data: readonly {
    start: string;
    end: string;
    group: Record<string, string | null>;
    value: string;
  }[];
}
const usage = (meter: string, query: Record<string, string>) =>
  dunlin.client.get<Usage>(`/v1/meters/${meter}/usage?${new URLSearchParams(query).toString()}`);

test('the CloudEvents SDK sends one event, in binary and in structured mode, and a batch', async () => {
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type, aggregation: 'sum', property: 'n' });
  const customer = await aCustomer(dunlin, { token: null });
  const event = (n: number) =>
    new CloudEvent({ source: '/sdk', type, subject: customer, time: '2026-01-05T10:00:00Z', data: { n } });
  const post = async (message: { headers: unknown; body: unknown }) => {
    const answer = await fetch(`${dunlin.url}/v1/events`, {
      method: 'POST',
      headers: { ...(message.headers as Record<string, string>), authorization: `Bearer ${dunlin.key}` },
      body: message.body as string,
    });
    const told: unknown = await answer.json();
    return [answer.status, told];
  };
  const accepted = (count: number) => [202, { accepted: count, duplicates: 0, rejected: [] }];
  expect(await post(HTTP.binary(event(1)))).toEqual(accepted(1));
  expect(await post(HTTP.structured(event(2)))).toEqual(accepted(1));
  const batch = {
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify([event(4), event(8)]),
  };
  expect(await post(batch)).toEqual(accepted(2));
  const told = await usage(meter, { customer, from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' });
  expect(told.data.map(({ value }) => value)).toEqual(['15']);
});

test('a body may be compressed with gzip', async () => {
  const type = unique('call');
  await aMeter(dunlin, { event_type: type });
  const customer = await aCustomer(dunlin, { token: null });
  const events = Array.from({ length: 500 }, () => ({
    specversion: '1.0',
    id: unique('e'),
    source: 'gzip',
    type,
    subject: customer,
  }));
  const answer = await fetch(`${dunlin.url}/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${dunlin.key}`,
      'content-type': 'application/cloudevents-batch+json',
      'content-encoding': 'gzip',
    },
    body: gzipSync(JSON.stringify(events)),
  });
  expect([answer.status, await answer.json()]).toEqual([202, { accepted: 500, duplicates: 0, rejected: [] }]);
});

test('usage is told by the hours, days and months of the timezone, through a clock change', async () => {
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type, group_by: ['region'] });
  const customer = await aCustomer(dunlin, { token: null, timezone: 'Europe/Berlin' });
  // On 29 March 2026 the clocks in Berlin go from 2 to 3.
  const times = [
    '2026-03-28T22:59:59Z',
    '2026-03-28T23:00:00Z',
    '2026-03-29T00:30:00Z',
    '2026-03-29T21:59:59Z',
  ];
  await sendEvents(dunlin, [
    ...times.map((time) => ({ type, subject: customer, time, data: { region: 'eu' } })),
    { type, subject: customer, time: '2026-03-29T22:00:00Z', data: { region: 'us' } },
  ]);
  const span = { customer, from: '2026-03-28T23:00:00Z', to: '2026-03-31T22:00:00Z' };
  const days = await usage(meter, { ...span, window: 'day' });
  expect(days.data).toEqual([
    { start: '2026-03-28T23:00:00Z', end: '2026-03-29T22:00:00Z', group: {}, value: '3' },
    { start: '2026-03-29T22:00:00Z', end: '2026-03-30T22:00:00Z', group: {}, value: '1' },
    { start: '2026-03-30T22:00:00Z', end: '2026-03-31T22:00:00Z', group: {}, value: '0' },
  ]);
  const hours = await usage(meter, { ...span, to: '2026-03-29T22:00:00Z', window: 'hour' });
  expect(hours.data).toHaveLength(23);
  expect(hours.data.filter(({ value }) => value !== '0').map(({ start }) => start)).toEqual([
    '2026-03-28T23:00:00Z',
    '2026-03-29T00:00:00Z',
    '2026-03-29T21:00:00Z',
  ]);
  const months = await usage(meter, {
    ...span,
    from: '2026-03-01T00:00:00Z',
    window: 'month',
    group_by: 'region',
    filters: JSON.stringify([{ property: 'region', in: ['eu'] }]),
  });
  expect(months.data).toEqual([
    { start: '2026-03-01T00:00:00Z', end: '2026-03-31T22:00:00Z', group: { region: 'eu' }, value: '4' },
  ]);
});

test('a definition is tried on the events that are there before a meter is made of it', async () => {
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type });
  const customer = await aCustomer(dunlin, { token: null });
  const time = '2026-01-05T10:00:00Z';
  await sendEvents(
    dunlin,
    [1.5, 2.25].map((gb) => ({ type, subject: customer, time, data: { gb, region: { name: 'eu' } } })),
  );
  const span = { customer, from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
  const preview = (changes: object) =>
    dunlin.client.post<Usage>(`/v1/meters/${meter}/preview`, { ...span, ...changes });
  expect((await preview({})).data.map(({ value }) => value)).toEqual(['2']);
  const summed = await preview({
    aggregation: 'sum',
    expression: 'data.gb * 0.1',
    group_by: ['region.name'],
  });
  expect(summed.data).toEqual([
    { start: span.from, end: span.to, group: { 'region.name': 'eu' }, value: '0.375' },
  ]);
  const made = await aMeter(dunlin, { event_type: type, aggregation: 'max', expression: 'data.gb * 0.1' });
  expect((await usage(made, span)).data.map(({ value }) => value)).toEqual(['0.225']);
});

test('events are browsed with their numbers as they were sent, page after page', async () => {
  const type = unique('call');
  await aMeter(dunlin, { event_type: type });
  const customer = await aCustomer(dunlin, { token: null });
  const source = unique('source');
  const one = (nth: number) =>
    `{"id":"${String(nth)}","source":"${source}","type":"${type}","subject":"${customer}","data":{"n":0.10000000000000000${String(nth)}}}`;
  for (const nths of [
    [1, 2, 3],
    [4, 5],
  ]) {
    await dunlin.call('POST', '/v1/events', `[${nths.map(one).join(',')}]`);
  }
  const pages: string[] = [];
  let cursor = '';
  do {
    const answer = await fetch(`${dunlin.url}/v1/events?customer=${customer}&limit=2${cursor}`, {
      headers: { authorization: `Bearer ${dunlin.key}` },
    });
    const text = await answer.text();
    pages.push(...[...text.matchAll(/"n": ?([0-9.]+)/g)].map(([, n]) => n ?? ''));
    const { next_cursor: next } = JSON.parse(text) as { next_cursor: string | null };
    cursor = next === null ? '' : `&cursor=${next}`;
  } while (cursor !== '');
  expect(pages).toEqual([4, 5, 1, 2, 3].map((nth) => `0.10000000000000000${String(nth)}`));
  const named = await dunlin.client.get<{ data: { id: string }[] }>(`/v1/events?source=${source}&id=3`);
  expect(named.data.map(({ id }) => id)).toEqual(['3']);
});

/** A customer on a clock, subscribed to a meter by a plan without grace period. */
async function aMeteredSubscription(price: Record<string, unknown>, fields: Record<string, unknown> = {}) {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type, aggregation: 'sum', property: 'n', ...fields });
  const plan = await aPlan(dunlin, {
    grace_period: 0,
    prices: [{ code: 'calls', type: 'usage', meter, ...price }],
  });
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const subscription = await aSubscription(dunlin, { customer, plan });
  // Nothing is accepted that lies more than a day ahead.
  await advanceTo(dunlin.client, clock, '2026-01-31T00:00:00Z');
  const send = async (id: string, time: string, n: string) => {
    const answer = await sendEvents(dunlin, [
      { id, source: type, type, subject: customer, time, data: { n } },
    ]);
    expect(answer).toMatchObject({ accepted: 1 });
  };
  const discard = (id: string) => dunlin.call('DELETE', `/v1/events/${type}/${id}`);
  return { clock, customer, plan, meter, subscription, send, discard };
}

const lines = async (subscription: string) =>
  (await invoicesOf(dunlin, subscription)).map((invoice) =>
    invoice.lines.data.map(({ type, amount, quantity, period }) => [
      type,
      quantity,
      amount,
      period.start.slice(0, 7),
    ]),
  );

test('lesson 22: what comes late or is voided after the invoice is corrected on the next, with its period', async () => {
  const tiers = [
    { up_to: '10', unit_amount: '100' },
    { up_to: 'inf', unit_amount: '10' },
  ];
  const { clock, customer, subscription, send, discard } = await aMeteredSubscription({
    model: 'graduated',
    tiers,
  });
  await send('a', '2026-01-10T00:00:00Z', '8');
  await send('b', '2026-01-11T00:00:00Z', '1');
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  await send('late', '2026-01-12T00:00:00Z', '4');
  await advanceTo(dunlin.client, clock, '2026-02-20T00:00:00Z');
  await send('c', '2026-02-10T00:00:00Z', '3');
  await discard('c');
  expect((await discard('c')).body).toMatchObject({ id: 'c', voided: true });
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  await discard('a');
  await advanceTo(dunlin.client, clock, '2026-04-02T00:00:00Z');
  expect((await lines(subscription.id)).slice(1)).toEqual([
    [['usage', '9', 900, '2026-01']],
    // 13 in all: ten at 100 and three at 10, of which 900 had been billed.
    [
      ['usage', '0', 0, '2026-02'],
      ['late_usage', '4', 130, '2026-01'],
    ],
    // 5 are left: 500, and 1030 had been billed. Below zero, it is credit.
    [
      ['usage', '0', 0, '2026-03'],
      ['late_usage', '-8', -530, '2026-01'],
    ],
  ]);
  const last = (await invoicesOf(dunlin, subscription.id)).at(-1);
  expect(last).toMatchObject({ total: -530, credits_applied: -530, amount_due: 0, status: 'paid' });
  expect(await dunlin.client.get(`/v1/customers/${customer}`)).toMatchObject({ balance: -530 });
  await advanceTo(dunlin.client, clock, '2026-04-20T00:00:00Z');
  await send('d', '2026-04-10T00:00:00Z', '6');
  await advanceTo(dunlin.client, clock, '2026-05-02T00:00:00Z');
  expect((await invoicesOf(dunlin, subscription.id)).at(-1)).toMatchObject({
    total: 600,
    credits_applied: 530,
    amount_due: 70,
    amount_paid: 70,
  });
  expect(await dunlin.client.get(`/v1/customers/${customer}`)).toMatchObject({ balance: 0 });
}, 60_000);

test('a late event changes every later period of what carries over', async () => {
  const { clock, subscription, send } = await aMeteredSubscription(
    { model: 'per_unit', unit_amount: '100' },
    { aggregation: 'recurring' },
  );
  await send('three', '2026-01-10T00:00:00Z', '3');
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  await send('late', '2026-01-20T00:00:00Z', '-1');
  await advanceTo(dunlin.client, clock, '2026-04-02T00:00:00Z');
  expect((await lines(subscription.id)).slice(1)).toEqual([
    [['usage', '3', 300, '2026-01']],
    [['usage', '3', 300, '2026-02']],
    [
      ['usage', '2', 200, '2026-03'],
      ['late_usage', '-1', -100, '2026-01'],
      ['late_usage', '-1', -100, '2026-02'],
    ],
  ]);
}, 60_000);

test('a subscription that has ended gets an invoice for what came late', async () => {
  const { clock, subscription, send } = await aMeteredSubscription({ model: 'per_unit', unit_amount: '100' });
  await send('a', '2026-01-10T00:00:00Z', '1');
  await dunlin.client.post(`/v1/subscriptions/${subscription.id}/cancel`, { at: 'period_end' });
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  await send('late', '2026-01-20T00:00:00Z', '2');
  await advanceTo(dunlin.client, clock, '2026-02-03T00:00:00Z');
  await advanceTo(dunlin.client, clock, '2026-02-04T00:00:00Z');
  const invoices = await invoicesOf(dunlin, subscription.id);
  expect((await lines(subscription.id)).slice(1)).toEqual([
    [['usage', '1', 100, '2026-01']],
    [['late_usage', '2', 200, '2026-01']],
  ]);
  expect(invoices.at(-1)).toMatchObject({ status: 'paid', total: 200 });
}, 60_000);

test('a percentage of each event, after a free allowance, is billed in the order of time', async () => {
  const { clock, subscription, send } = await aMeteredSubscription({
    model: 'percentage',
    rate: '1.5',
    fixed_amount: '30',
    free_events: 2,
    per_event_max: '100',
  });
  await send('fourth', '2026-01-14T00:00:00Z', '20000'); // 330, at most 100
  await send('second', '2026-01-12T00:00:00Z', '9999');
  await send('third', '2026-01-13T00:00:00Z', '1000'); // 15 + 30
  await send('first', '2026-01-11T00:00:00Z', '8888');
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  expect((await lines(subscription.id)).slice(1)).toEqual([[['usage', '39887', 145, '2026-01']]]);
}, 60_000);

test('each group of a price is a line of its own', async () => {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const type = unique('vm');
  const meter = await aMeter(dunlin, {
    event_type: type,
    aggregation: 'sum',
    property: 'hours',
    group_by: ['instance', 'region'],
  });
  const plan = await aPlan(dunlin, {
    grace_period: 0,
    prices: [
      {
        code: 'vm',
        type: 'usage',
        meter,
        model: 'dimensional',
        dimensions: ['instance', 'region'],
        unit_amounts: [
          { values: ['small', 'eu'], unit_amount: '1.25' },
          { values: ['large', 'eu'], unit_amount: '4' },
        ],
        default_unit_amount: '10',
        minimum_amount: '100',
      },
    ],
  });
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id } = await aSubscription(dunlin, { customer, plan });
  await advanceTo(dunlin.client, clock, '2026-01-31T00:00:00Z');
  const event = (instance: string, region: string, hours: number) => ({
    type,
    subject: customer,
    time: '2026-01-10T00:00:00Z',
    data: { instance, region, hours },
  });
  await sendEvents(dunlin, [
    event('small', 'eu', 3),
    event('small', 'eu', 5),
    event('large', 'eu', 7),
    event('large', 'us', 2),
  ]);
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  const invoice = (await invoicesOf(dunlin, id)).at(-1) as unknown as {
    lines: { data: { type: string; group: unknown; amount: number }[] };
    total: number;
  };
  expect(invoice.lines.data.map(({ type: kind, group, amount }) => [kind, group, amount])).toEqual([
    ['usage', { instance: 'large', region: 'eu' }, 28],
    ['usage', { instance: 'large', region: 'us' }, 20],
    ['usage', { instance: 'small', region: 'eu' }, 10],
    ['minimum', null, 42],
  ]);
  expect(invoice.total).toBe(100);
}, 60_000);

test('an invoice that cannot be finalised says why and when it is tried again, until what is wrong is mended', async () => {
  const { clock, subscription, send, discard } = await aMeteredSubscription(
    {
      model: 'dimensional',
      dimensions: ['region'],
      unit_amounts: [{ values: ['eu'], unit_amount: '100' }],
    },
    { group_by: ['region'] },
  );
  await send('nowhere', '2026-01-10T00:00:00Z', '1');
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  const draft = (await invoicesOf(dunlin, subscription.id)).at(-1);
  expect(draft).toMatchObject({
    status: 'draft',
    last_finalization_error: {
      message: expect.stringContaining('no unit amount for region = null') as unknown,
      retry_at: expect.stringMatching(/Z$/) as unknown,
    },
  });
  await discard('nowhere');
  await dunlin.pool.query(`UPDATE set_asides SET retry_at = now() WHERE subject_id = $1`, [draft?.id]);
  await advanceTo(dunlin.client, clock, '2026-02-03T00:00:00Z');
  expect(await dunlin.client.get(`/v1/invoices/${draft?.id ?? ''}`)).toMatchObject({
    status: 'paid',
    last_finalization_error: null,
  });
}, 60_000);

test('a plan is simulated over stored usage: as it is it gives what was billed, with other prices the difference', async () => {
  const tiers = [
    { up_to: '10', unit_amount: '100' },
    { up_to: 'inf', unit_amount: '10' },
  ];
  const price = { model: 'graduated', tiers };
  const { clock, customer, plan, meter, send } = await aMeteredSubscription(price);
  await send('a', '2026-01-10T00:00:00Z', '8');
  await send('b', '2026-01-20T00:00:00Z', '4');
  await advanceTo(dunlin.client, clock, '2026-02-20T00:00:00Z');
  await send('c', '2026-02-10T00:00:00Z', '3.5');
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  const span = { customer, from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' };
  const simulate = (body: object) =>
    dunlin.client.post<{
      plan_version: number | null;
      total: number;
      billed_total: number;
      difference: number;
      periods: { total: number; billed_total: number }[];
    }>(`/v1/plans/${plan}/simulate`, { ...span, ...body });
  expect(await simulate({})).toMatchObject({
    plan_version: 1,
    periods: [
      { total: 1020, billed_total: 1020 },
      { total: 350, billed_total: 350 },
    ],
    total: 1370,
    billed_total: 1370,
    difference: 0,
  });
  const dearer = {
    code: 'calls',
    type: 'usage',
    meter,
    model: 'package',
    amount: '1000',
    package_size: '10',
  };
  expect(await simulate({ prices: [dearer] })).toMatchObject({
    plan_version: null,
    periods: [{ total: 2000 }, { total: 1000 }],
    difference: 1630,
  });
  const refusal = async (body: object) => {
    const { status, body: answer } = await dunlin.call('POST', `/v1/plans/${plan}/simulate`, {
      ...span,
      ...body,
    });
    return [status, answer.error?.code, answer.error?.param];
  };
  expect(await refusal({ to: span.from })).toEqual([400, 'span_empty', 'to']);
  // Nothing that is given is ignored.
  expect(await refusal({ version: 1, prices: [dearer] })).toEqual([400, 'version_not_applicable', 'version']);
  for (const fields of [
    { interval: 'year' },
    { interval_count: 2 },
    { proration_unit: 'day' },
    { price_units: [] },
  ])
    expect(await refusal(fields)).toEqual([400, 'prices_missing', Object.keys(fields)[0]]);
}, 60_000);

test("unsaved prices are simulated in the saved version's price units, and beside no commitment", async () => {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const plan = await aPlan(dunlin, {
    grace_period: 0,
    price_units: [{ code: 'credits', rate: '2' }],
    prices: [{ code: 'fee', type: 'fixed', model: 'flat', amount: '100', price_unit: 'credits' }],
  });
  const customer = await aCustomer(dunlin, { test_clock: clock });
  await aSubscription(dunlin, { customer, plan, commitment: { amount: '5000', interval: 'month' } });
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  const simulation = await dunlin.client.post(`/v1/plans/${plan}/simulate`, {
    customer,
    from: '2026-01-01T00:00:00Z',
    to: '2026-02-01T00:00:00Z',
    prices: [{ code: 'fee', type: 'fixed', model: 'flat', amount: '150', price_unit: 'credits' }],
  });
  expect(simulation).toMatchObject({ total: 300, billed_total: 200, difference: 100 });
}, 60_000);
