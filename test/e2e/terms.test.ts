/** What a subscription is billed by: negotiated prices, and moves to another version of its plan. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  aTestClock,
  eventually,
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

const fee = (amount: string) => ({ code: 'fee', type: 'fixed', model: 'flat', amount });
const calls = (meter: string, unitAmount: string) => ({
  code: 'calls',
  type: 'usage',
  meter,
  model: 'per_unit',
  unit_amount: unitAmount,
});
const platform = { code: 'platform', type: 'fixed', model: 'flat', amount: '500' };

async function aMeteredPlan(prices: (meter: string) => unknown[]) {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type, group_by: ['region'] });
  const plan = await aPlan(dunlin, { grace_period: 0, prices: prices(meter) });
  const send = (customer: string, time: string, count: number) =>
    sendEvents(
      dunlin,
      Array.from({ length: count }, () => ({ type, subject: customer, time })),
    );
  const addVersion = (next: unknown[], fields: object = {}) =>
    dunlin.client.post(`/v1/plans/${plan}/versions`, {
      interval: 'month',
      grace_period: 0,
      prices: next,
      ...fields,
    });
  return { clock, meter, plan, send, addVersion };
}

const lines = async (subscription: string) =>
  (await invoicesOf(dunlin, subscription)).map((invoice) =>
    invoice.lines.data.map(({ type, description, amount, period }) => [
      type,
      description.split(',')[0],
      amount,
      period.start.slice(0, 10),
    ]),
  );

test("a negotiated price takes the place of the plan's, for one subscription", async () => {
  const { clock, plan, send } = await aMeteredPlan((meter) => [fee('1000'), calls(meter, '10')]);
  const [usual, special] = [
    await aCustomer(dunlin, { test_clock: clock }),
    await aCustomer(dunlin, { test_clock: clock }),
  ];
  const one = await aSubscription(dunlin, { customer: usual, plan });
  const two = await aSubscription(dunlin, {
    customer: special,
    plan,
    price_overrides: [
      { price: 'fee', amount: '700' },
      { price: 'calls', model: 'package', amount: '25', package_size: '5' },
    ],
  });
  expect(two).toMatchObject({ price_overrides: [{ price: 'fee', amount: '700' }, { price: 'calls' }] });
  await advanceTo(dunlin.client, clock, '2026-01-31T00:00:00Z');
  await send(usual, '2026-01-10T00:00:00Z', 7);
  await send(special, '2026-01-10T00:00:00Z', 7);
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  expect((await lines(one.id)).map((all) => all.map(([, what, amount]) => [what, amount]))).toEqual([
    [['fee', 1000]],
    [
      ['fee', 1000],
      ['calls', 70],
    ],
  ]);
  expect((await lines(two.id)).map((all) => all.map(([, what, amount]) => [what, amount]))).toEqual([
    [['fee', 700]],
    [
      ['fee', 700],
      ['calls', 50],
    ],
  ]);
}, 60_000);

test("negotiated filters are in the explanation of the line, in place of the plan's", async () => {
  const { clock, plan } = await aMeteredPlan((meter) => [calls(meter, '10')]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const filters = [{ property: 'region', in: ['eu'] }];
  const { id } = await aSubscription(dunlin, {
    customer,
    plan,
    price_overrides: [{ price: 'calls', filters }],
  });
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  const invoice = (await invoicesOf(dunlin, id)).at(-1)?.id ?? '';
  const { lines: explained } = await dunlin.client.get<{ lines: unknown[] }>(
    `/v1/invoices/${invoice}/explain`,
  );
  expect(explained).toMatchObject([{ meter: { filters } }]);
}, 60_000);

test.each<[string, object[], string, string]>([
  ['of a price that there is not', [{ price: 'nothing' }], 'price_missing', 'price_overrides[0].price'],
  [
    'of one price twice',
    [
      { price: 'fee', amount: '1' },
      { price: 'fee', amount: '2' },
    ],
    'price_repeated',
    'price_overrides[1].price',
  ],
  [
    'that changes the meter',
    [{ price: 'calls', meter: 'x' }],
    'override_invalid',
    'price_overrides[0].meter',
  ],
  [
    'with a field of another model',
    [{ price: 'fee', package_size: '1' }],
    'override_invalid',
    'price_overrides[0].package_size',
  ],
  [
    'with a negative amount',
    [{ price: 'fee', amount: '-1' }],
    'amount_negative',
    'price_overrides[0].amount',
  ],
])('an override %s is refused, and named', async (_what, overrides, code, param) => {
  const { clock, plan } = await aMeteredPlan((meter) => [fee('1000'), calls(meter, '10')]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const answer = await dunlin.call('POST', '/v1/subscriptions', {
    customer,
    plan,
    price_overrides: overrides,
  });
  expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([400, code, param]);
});

test('a move at the end of the period bills the next one by the new version', async () => {
  const { clock, plan, meter, send, addVersion } = await aMeteredPlan((of) => [fee('1000'), calls(of, '10')]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id } = await aSubscription(dunlin, { customer, plan });
  await addVersion([fee('2000'), calls(meter, '20')]);
  const moved = await dunlin.client.post<{ effective_at: string }>(`/v1/subscriptions/${id}/migrate`, {});
  expect(moved).toMatchObject({ outcome: 'moved', from_version: 1, effective_at: '2026-02-01T00:00:00Z' });
  await advanceTo(dunlin.client, clock, '2026-01-31T00:00:00Z');
  await send(customer, '2026-01-10T00:00:00Z', 3);
  await advanceTo(dunlin.client, clock, '2026-02-28T00:00:00Z');
  await send(customer, '2026-02-10T00:00:00Z', 3);
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  expect(await lines(id)).toEqual([
    [['fixed', 'fee', 1000, '2026-01-01']],
    [
      ['fixed', 'fee', 2000, '2026-02-01'],
      ['usage', 'calls', 30, '2026-01-01'],
    ],
    [
      ['fixed', 'fee', 2000, '2026-03-01'],
      ['usage', 'calls', 60, '2026-02-01'],
    ],
  ]);
  expect(await dunlin.client.get(`/v1/subscriptions/${id}`)).toMatchObject({ plan_version: 2 });
  const again = await dunlin.call('POST', `/v1/subscriptions/${id}/migrate`, {});
  expect([again.status, again.body.error?.code]).toEqual([409, 'nothing_to_migrate']);
}, 60_000);

test('lesson 25: before a move a shadow bill says what the version would have billed, and after it billing goes on as that said', async () => {
  const { clock, plan, meter, send, addVersion } = await aMeteredPlan((of) => [fee('1000'), calls(of, '10')]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id } = await aSubscription(dunlin, { customer, plan });
  await advanceTo(dunlin.client, clock, '2026-01-31T00:00:00Z');
  await send(customer, '2026-01-10T00:00:00Z', 3);
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  await addVersion([fee('2000'), calls(meter, '20')]);
  const shadow = await dunlin.client.post<{
    total: number;
    billed_total: number;
    periods: { lines: { price_code: string; amount: number }[] }[];
  }>(`/v1/plans/${plan}/simulate`, {
    customer,
    version: 2,
    from: '2026-01-01T00:00:00Z',
    to: '2026-02-01T00:00:00Z',
  });
  expect(shadow).toMatchObject({ total: 2060, billed_total: 1030 });
  await dunlin.client.post(`/v1/subscriptions/${id}/migrate`, {});
  await advanceTo(dunlin.client, clock, '2026-03-31T00:00:00Z');
  await send(customer, '2026-03-10T00:00:00Z', 3);
  await advanceTo(dunlin.client, clock, '2026-05-02T00:00:00Z');
  const billed = (await lines(id)).map((all) => all.map(([, code, amount]) => [code, amount]));
  expect(billed).toHaveLength(5);
  expect(billed[3]).toEqual(shadow.periods[0]?.lines.map(({ price_code: code, amount }) => [code, amount]));
}, 60_000);

test('a move now prorates what changes, rates usage before and after by its version, and leaves the rest', async () => {
  const { clock, plan, meter, send, addVersion } = await aMeteredPlan((of) => [
    platform,
    fee('3100'),
    calls(of, '10'),
  ]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id } = await aSubscription(dunlin, { customer, plan });
  await addVersion([platform, fee('6200'), calls(meter, '20')]);
  await advanceTo(dunlin.client, clock, '2026-01-11T00:00:00Z');
  await send(customer, '2026-01-05T00:00:00Z', 3);
  const moved = await dunlin.client.post(`/v1/subscriptions/${id}/migrate`, {
    effective: 'now',
    plan_version: 2,
  });
  expect(moved).toMatchObject({ outcome: 'moved', effective_at: '2026-01-11T00:00:00Z' });
  await advanceTo(dunlin.client, clock, '2026-01-31T00:00:00Z');
  await send(customer, '2026-01-20T00:00:00Z', 4);
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  // 21 of 31 days are left: 2100 of the old fee, 4200 of the new one.
  expect((await lines(id))[1]).toEqual([
    ['proration', 'fee', -2100, '2026-01-11'],
    ['proration', 'fee', 4200, '2026-01-11'],
    ['fixed', 'platform', 500, '2026-02-01'],
    ['fixed', 'fee', 6200, '2026-02-01'],
    ['usage', 'calls', 30, '2026-01-01'],
    ['usage', 'calls', 80, '2026-01-11'],
  ]);
  // Late for the part before the change: by the price of then.
  await send(customer, '2026-01-06T00:00:00Z', 2);
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  expect((await lines(id))[2]).toEqual([
    ['fixed', 'platform', 500, '2026-03-01'],
    ['fixed', 'fee', 6200, '2026-03-01'],
    ['usage', 'calls', 0, '2026-02-01'],
    ['late_usage', 'calls', 20, '2026-01-01'],
  ]);
}, 60_000);

test('lesson 20: a migration of all lists who moved, when, and who did not; it is paused and goes on', async () => {
  const { clock, plan, addVersion } = await aMeteredPlan(() => [fee('1000')]);
  const subscriptions: string[] = [];
  for (let nth = 0; nth < 5; nth += 1) {
    const customer = await aCustomer(dunlin, { test_clock: clock });
    subscriptions.push((await aSubscription(dunlin, { customer, plan })).id);
  }
  const [ending = ''] = subscriptions;
  await dunlin.client.post(`/v1/subscriptions/${ending}/cancel`, { at: 'period_end' });
  await addVersion([fee('2000')]);
  const { id } = await dunlin.client.post<{ id: string }>(`/v1/plans/${plan}/migrate`, {});
  interface Migration {
    readonly status: string;
  }
  const done = await eventually(
    () => dunlin.client.get<Migration>(`/v1/plan_migrations/${id}`),
    ({ status }) => status === 'completed',
  );
  expect(done).toMatchObject({ moved: 4, refused: 1, version: 2 });
  const results = await dunlin.client.all<{
    subscription: string;
    outcome: string;
    code: string | null;
    effective_at: string | null;
  }>(`/v1/plan_migrations/${id}/results`);
  expect(new Set(results.map(({ subscription }) => subscription))).toEqual(new Set(subscriptions));
  expect(
    results
      .filter(({ outcome }) => outcome === 'moved')
      .every(({ effective_at: at }) => at === '2026-02-01T00:00:00Z'),
  ).toBe(true);
  expect(results.filter(({ outcome }) => outcome === 'refused')).toMatchObject([
    { subscription: ending, code: 'subscription_ending' },
  ]);
  const late = await dunlin.call('POST', `/v1/plan_migrations/${id}/pause`, {});
  expect([late.status, late.body.error?.code]).toEqual([409, 'migration_completed']);
}, 60_000);

test('a move to another interval at once ends the period there, and begins another', async () => {
  const { clock, plan, addVersion } = await aMeteredPlan(() => [fee('3100')]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id } = await aSubscription(dunlin, { customer, plan });
  await addVersion([fee('36500')], { interval: 'year' });
  await advanceTo(dunlin.client, clock, '2026-01-11T00:00:00Z');
  await dunlin.client.post(`/v1/subscriptions/${id}/migrate`, { effective: 'now' });
  expect(await lines(id)).toEqual([
    [['fixed', 'fee', 3100, '2026-01-01']],
    [
      ['proration', 'fee', -2100, '2026-01-11'],
      ['fixed', 'fee', 36500, '2026-01-11'],
    ],
  ]);
  expect(await dunlin.client.get(`/v1/subscriptions/${id}`)).toMatchObject({
    plan_version: 2,
    current_period: { start: '2026-01-11T00:00:00Z', end: '2027-01-11T00:00:00Z' },
  });
});

test('lesson 20: a move keeps nobody who is to leave the plan, and says so', async () => {
  const { clock, plan, addVersion } = await aMeteredPlan(() => [fee('1000')]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id } = await aSubscription(dunlin, { customer, plan });
  const other = await aPlan(dunlin, { grace_period: 0, prices: [fee('3000')] });
  await dunlin.client.patch(`/v1/subscriptions/${id}`, { plan: other, effective: 'period_end' });
  await addVersion([fee('2000')]);
  const moved = await dunlin.call('POST', `/v1/subscriptions/${id}/migrate`, {});
  expect([moved.status, moved.body.error?.code]).toEqual([422, 'change_pending']);
  await advanceTo(dunlin.client, clock, '2026-02-02T00:00:00Z');
  expect(await dunlin.client.get(`/v1/subscriptions/${id}`)).toMatchObject({ plan: other });
});

test('a move to a version that there is not is refused by name', async () => {
  const { clock, plan } = await aMeteredPlan(() => [fee('1000')]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id } = await aSubscription(dunlin, { customer, plan });
  const answer = await dunlin.call('POST', `/v1/subscriptions/${id}/migrate`, { plan_version: 9 });
  expect([answer.status, answer.body.error?.code]).toEqual([400, 'plan_version_missing']);
  expect(await dunlin.client.get(`/v1/subscriptions/${id}`)).toMatchObject({ plan_version: 1 });
});

test('a commitment is trued up at the end of its window, with a surcharge beyond it and late usage settled', async () => {
  const { clock, plan, send } = await aMeteredPlan((meter) => [fee('100'), calls(meter, '10')]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id } = await aSubscription(dunlin, {
    customer,
    plan,
    commitment: { amount: '1000', interval: 'quarter', overage_rate: '1.5' },
  });
  await advanceTo(dunlin.client, clock, '2026-03-31T00:00:00Z');
  await send(customer, '2026-03-10T00:00:00Z', 30);
  await advanceTo(dunlin.client, clock, '2026-04-02T00:00:00Z');
  const committed = async () =>
    (await lines(id)).map((all) => all.filter(([type]) => type === 'commitment' || type === 'overage'));
  // Three fees and 30 calls: 600 of 1000.
  expect(await committed()).toEqual([
    [],
    [],
    [],
    [['commitment', 'true-up to the commitment', 400, '2026-01-01']],
  ]);
  // 20 more calls of March: 800. Of the 400 that were billed, 200 are given back.
  await send(customer, '2026-03-11T00:00:00Z', 20);
  await advanceTo(dunlin.client, clock, '2026-04-30T00:00:00Z');
  // In April 120 calls, and the fees of April and May: 1400. 400 beyond, half of it as surcharge.
  await send(customer, '2026-04-10T00:00:00Z', 120);
  await advanceTo(dunlin.client, clock, '2026-05-02T00:00:00Z');
  expect((await committed())[4]).toEqual([
    ['commitment', 'true-up to the commitment', -200, '2026-01-01'],
    ['overage', 'surcharge beyond the commitment', 200, '2026-04-01'],
  ]);
}, 60_000);

test('a commitment of a subscription that ends early is for the part that there was', async () => {
  const { clock, plan } = await aMeteredPlan(() => [fee('100')]);
  const customer = await aCustomer(dunlin, { test_clock: clock });
  const { id } = await aSubscription(dunlin, {
    customer,
    plan,
    commitment: { amount: '36500', interval: 'year' },
    cancel_at: '2026-03-01T00:00:00Z',
  });
  await advanceTo(dunlin.client, clock, '2026-03-02T00:00:00Z');
  // Two of twelve months: 6083.33, of which 200 are paid as fees.
  expect((await lines(id)).at(-1)).toEqual([['commitment', 'true-up to the commitment', 5883, '2026-01-01']]);
}, 60_000);

test('a commitment over no whole number of periods is refused by name', async () => {
  const customer = await aCustomer(dunlin, { token: null });
  const yearly = await aPlan(dunlin, { interval: 'year' });
  const answer = await dunlin.call('POST', '/v1/subscriptions', {
    customer,
    plan: yearly,
    commitment: { amount: '1000', interval: 'month' },
  });
  expect([answer.status, answer.body.error?.code]).toEqual([422, 'commitment_interval_invalid']);
});
