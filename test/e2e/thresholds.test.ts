/** Invoices before the period ends, as a client sees them: what is set, what comes of it, and what it comes to in the end. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import {
  aMeter,
  eventually,
  invoicesOf,
  sendEvents,
  unique,
  aCustomer,
  aPlan,
  aSubscription,
  type Invoice,
} from '../stack/builders.ts';
import { aClockedLife } from '../stack/clockedLife.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
}, 60_000);
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
});

const threshold = (amount: number) => ({ billing_thresholds: { amount_gte: amount } });

interface EarlyInvoice extends Invoice {
  readonly billing_reason: string;
}

/** One subscription to calls at 10 each, in groups, without a grace period; a call is sent by its region and number. */
async function aMeteredLife(subscription: Record<string, unknown>, price: Record<string, unknown> = {}) {
  const type = unique('call');
  const meter = await aMeter(dunlin, {
    event_type: type,
    aggregation: 'sum',
    property: 'n',
    group_by: ['region'],
  });
  const calls = {
    code: 'calls',
    type: 'usage',
    meter,
    model: 'per_unit',
    unit_amount: '10',
    group_by: ['region'],
    ...price,
  };
  const life = await aClockedLife(dunlin, { plan: { grace_period: 0, prices: [calls] }, subscription });
  return {
    ...life,
    meter,
    type,
    use: (time: string, region: string, n: number) =>
      sendEvents(dunlin, [{ type, subject: life.customer, time, data: { n, region } }]),
    invoices: async () => (await invoicesOf(dunlin, life.id)) as EarlyInvoice[],
  };
}

test('it is set at signup, shown, changed and removed, and refused where it is no amount', async () => {
  const life = await aMeteredLife(threshold(5000));
  expect(await life.read()).toMatchObject(threshold(5000));
  expect(await life.change(threshold(700))).toMatchObject(threshold(700));
  expect(await life.change({ metadata: { of: 'nothing else' } })).toMatchObject(threshold(700));
  expect(await life.change({ billing_thresholds: null })).toMatchObject({ billing_thresholds: null });
  for (const wrong of [
    { amount_gte: 0 },
    { amount_gte: 1.5 },
    { amount_gte: '5' },
    {},
    { amount_gte: 5, usage_gte: 5 },
  ]) {
    const { status, body } = await dunlin.call('PATCH', `/v1/subscriptions/${life.id}`, {
      billing_thresholds: wrong,
    });
    expect([status, body.error?.param]).toEqual([400, expect.stringMatching(/^billing_thresholds/)]);
  }
  await dunlin.client.post(`/v1/subscriptions/${life.id}/cancel`, { at: 'now' });
  const { status, body } = await dunlin.call('PATCH', `/v1/subscriptions/${life.id}`, threshold(1));
  expect([status, body.error?.code]).toEqual([409, 'subscription_canceled']);
});

test('what passes the amount is invoiced and paid where the clock stands, explained, told of, and given back at the close', async () => {
  const life = await aMeteredLife(threshold(1000));
  await life.to('2026-01-10T00:00:00Z');
  await life.use('2026-01-10T00:00:00Z', 'eu', 90);
  await life.to('2026-01-11T00:00:00Z');
  expect(await life.invoices()).toHaveLength(1);
  await life.use('2026-01-11T00:00:00Z', 'us', 10);
  await life.to('2026-01-12T00:00:00Z');
  const [, early] = await life.invoices();
  expect(early).toMatchObject({
    billing_reason: 'threshold',
    status: 'paid',
    total: 1000,
    amount_paid: 1000,
    finalized_at: '2026-01-11T00:00:00Z',
    period: { start: '2026-01-01T00:00:00Z', end: '2026-01-11T00:00:00Z' },
  });
  expect(await life.read()).toMatchObject({ latest_invoice: early?.id });
  expect(early?.lines.data.map(({ type, description, amount }) => [type, description, amount])).toEqual([
    ['progressive', 'calls, region eu, early, 2026-01-01 to 2026-01-11', 900],
    ['progressive', 'calls, region us, early, 2026-01-01 to 2026-01-11', 100],
  ]);
  const explained = await dunlin.client.get<{ lines: unknown[] }>(`/v1/invoices/${early?.id ?? ''}/explain`);
  expect(explained.lines[0]).toMatchObject({
    type: 'progressive',
    meter: { id: life.meter },
    group: { region: 'eu' },
    quantity: { measured: '90', included: '0', billed: '90' },
    exact_amount: '900',
    before: { quantity: '0', amount: '0' },
    after: { quantity: '90', amount: '900' },
  });
  const timeline = await dunlin.client.get<{ past: { at: string; type: string; description: string }[] }>(
    `/v1/subscriptions/${life.id}/timeline`,
  );
  expect(timeline.past).toContainEqual({
    at: '2026-01-11T00:00:00Z',
    type: 'invoice.threshold_reached',
    description: expect.stringMatching(/10\.00.* invoiced early$/) as unknown,
  });
  const details = async () => {
    const described = await dunlin.temporal.workflow
      .getHandle(life.subscription.workflow_id)
      .query<string>('__temporal_workflow_metadata');
    return JSON.stringify(described);
  };
  await eventually(details, (text) => text.includes('invoiced early'));

  await life.use('2026-01-12T00:00:00Z', 'eu', 200);
  await life.to('2026-02-02T00:00:00Z');
  const invoices = await life.invoices();
  expect(invoices.map(({ billing_reason, total }) => [billing_reason, total])).toEqual([
    ['subscription', 0],
    ['threshold', 1000],
    ['threshold', 2000],
    ['subscription', 0],
  ]);
  expect((await life.lines()).at(-1)).toEqual([
    ['usage', 'calls', 2900, '2026-01-01', '2026-02-01'],
    ['usage', 'calls', 100, '2026-01-01', '2026-02-01'],
    ['progressive', 'calls', -900, '2026-01-01', '2026-01-11'],
    ['progressive', 'calls', -100, '2026-01-01', '2026-01-11'],
    ['progressive', 'calls', -2000, '2026-01-01', '2026-01-12'],
  ]);
}, 120_000);

test('tiers are those of the period as a whole, and a change of price inside is rated by both', async () => {
  const tiers = [
    { up_to: '10', unit_amount: '100' },
    { up_to: 'inf', unit_amount: '10' },
  ];
  const life = await aMeteredLife(threshold(900), {
    model: 'graduated',
    unit_amount: undefined,
    tiers,
    group_by: undefined,
  });
  await life.to('2026-01-05T00:00:00Z');
  await life.use('2026-01-05T00:00:00Z', 'eu', 12);
  await life.to('2026-01-10T00:00:00Z');
  const dearer = { code: 'calls', type: 'usage', meter: life.meter, model: 'per_unit', unit_amount: '50' };
  await life.change({
    plan: await aPlan(dunlin, { grace_period: 0, prices: [dearer] }),
    proration_behavior: 'none',
  });
  await life.to('2026-01-11T00:00:00Z');
  await life.use('2026-01-09T00:00:00Z', 'eu', 5);
  await life.use('2026-01-11T00:00:00Z', 'eu', 20);
  await life.to('2026-02-02T00:00:00Z');
  expect((await life.lines()).slice(1)).toEqual([
    [['progressive', 'calls', 1020, '2026-01-01', '2026-01-05']],
    [
      ['progressive', 'calls', 50, '2026-01-01', '2026-01-10'],
      ['progressive', 'calls', 1000, '2026-01-10', '2026-01-11'],
    ],
    [
      ['usage', 'calls', 1070, '2026-01-01', '2026-01-10'],
      ['usage', 'calls', 1000, '2026-01-10', '2026-02-01'],
      ['progressive', 'calls', -1020, '2026-01-01', '2026-01-05'],
      ['progressive', 'calls', -50, '2026-01-01', '2026-01-10'],
      ['progressive', 'calls', -1000, '2026-01-10', '2026-01-11'],
    ],
  ]);
}, 120_000);

test('what was voided after it was invoiced early becomes credit when the period is billed', async () => {
  const life = await aMeteredLife(threshold(500));
  await life.to('2026-01-10T00:00:00Z');
  await sendEvents(dunlin, [
    {
      id: 'much',
      source: life.type,
      type: life.type,
      subject: life.customer,
      time: '2026-01-09T00:00:00Z',
      data: { n: 60, region: 'eu' },
    },
  ]);
  await life.to('2026-01-11T00:00:00Z');
  await dunlin.call('DELETE', `/v1/events/${life.type}/much`);
  await life.to('2026-01-12T00:00:00Z');
  expect(await life.invoices()).toHaveLength(2);
  await life.to('2026-02-02T00:00:00Z');
  expect((await life.invoices()).map(({ total }) => total)).toEqual([0, 600, -600]);
  expect(await dunlin.client.get(`/v1/customers/${life.customer}`)).toMatchObject({ balance: -600 });
}, 120_000);

test('a threshold that is lowered is passed by what was used before; one that is removed, by nothing', async () => {
  const life = await aMeteredLife({});
  await life.to('2026-01-10T00:00:00Z');
  await life.use('2026-01-09T00:00:00Z', 'eu', 60);
  await life.to('2026-01-11T00:00:00Z');
  await life.change(threshold(600));
  await life.to('2026-01-12T00:00:00Z');
  expect((await life.invoices()).map(({ total }) => total)).toEqual([0, 600]);
  await life.change({ billing_thresholds: null });
  await life.use('2026-01-12T00:00:00Z', 'eu', 600);
  await life.to('2026-01-13T00:00:00Z');
  expect(await life.invoices()).toHaveLength(2);
}, 120_000);

test('in real time it is invoiced within seconds, and collected', async () => {
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type, aggregation: 'sum', property: 'n' });
  const plan = await aPlan(dunlin, {
    prices: [{ code: 'calls', type: 'usage', meter, model: 'per_unit', unit_amount: '10' }],
  });
  const customer = await aCustomer(dunlin);
  const { id } = await aSubscription(dunlin, { customer, plan, ...threshold(100) });
  await sendEvents(dunlin, [{ type, subject: customer, data: { n: 10 } }]);
  const invoices = await eventually(
    async () => (await invoicesOf(dunlin, id)) as EarlyInvoice[],
    (all) => all.some(({ status, billing_reason }) => billing_reason === 'threshold' && status === 'paid'),
    90_000,
  );
  expect(invoices.at(-1)).toMatchObject({ total: 100, amount_paid: 100 });
}, 120_000);
