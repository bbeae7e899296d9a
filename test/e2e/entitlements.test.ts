/** Entitlements as a client sees them: features, plans that give them, overrides, checks, and a whole life on a test clock. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  eventually,
  sendEvents,
  unique,
  type Created,
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

interface Check {
  readonly allowed: boolean;
  readonly reason: string;
  readonly [field: string]: unknown;
}
interface Entitlements {
  readonly standing: string;
  readonly data: readonly { readonly feature: string; readonly [field: string]: unknown }[];
}

const aFeature = async (fields: Record<string, unknown>) => {
  const code = unique('feature');
  await dunlin.client.post<Created>('/v1/features', { code, ...fields });
  return code;
};
const check = (customer: string, feature: string, quantity?: number | string) =>
  dunlin.client.post<Check>('/v1/entitlements/check', {
    customer,
    feature,
    ...(quantity !== undefined && { quantity }),
  });
const entitlementsOf = (customer: string) =>
  dunlin.client.get<Entitlements>(`/v1/customers/${customer}/entitlements`);

test('a feature is created, found by its code, renamed, and refused where it makes no sense', async () => {
  const meter = await aMeter(dunlin);
  const code = unique('calls');
  const feature = await dunlin.client.post<Created>('/v1/features', {
    code,
    type: 'metered',
    meter,
    unit: 'calls',
  });
  expect(feature).toMatchObject({
    object: 'feature',
    code,
    name: code,
    type: 'metered',
    meter,
    unit: 'calls',
  });
  expect(
    await dunlin.client.patch(`/v1/features/${feature.id}`, { name: 'Calls', unit: null }),
  ).toMatchObject({ name: 'Calls', unit: null });
  expect(await dunlin.client.all(`/v1/features?code=${code}`)).toHaveLength(1);
  for (const [wrong, status, refusal] of [
    [{ code, type: 'boolean' }, 409, 'code_taken'],
    [{ code: unique('x'), type: 'metered' }, 400, 'feature_meter_invalid'],
    [{ code: unique('x'), type: 'boolean', meter }, 400, 'feature_meter_invalid'],
    [{ code: 'sso', type: 'limit' }, 400, 'feature_type_fixed'],
  ] as const) {
    const reply = await dunlin.call('POST', '/v1/features', wrong);
    expect([reply.status, reply.body.error?.code]).toEqual([status, refusal]);
  }
});

test('a plan gives what its version says; what does not fit the type of a feature is refused by its place', async () => {
  const [graphs, colour] = [await aFeature({ type: 'limit' }), await aFeature({ type: 'config' })];
  const features = [
    { feature: graphs, limit: null },
    { feature: colour, value: { shade: 'red', deep: [1, 2] } },
  ];
  const plan = await aPlan(dunlin, { features, past_due_grace_days: 3 });
  expect(await dunlin.client.get(`/v1/plans/${plan}`)).toMatchObject({
    features: [
      { feature: graphs, type: 'limit', limit: null },
      { feature: colour, type: 'config', value: { shade: 'red', deep: [1, 2] } },
    ],
    past_due_grace_days: 3,
    fallback: false,
  });
  for (const [wrong, param] of [
    [[{ feature: 'nothing', limit: 1 }], 'features[0].feature'],
    [
      [
        { feature: graphs, limit: 1 },
        { feature: graphs, limit: 2 },
      ],
      'features[1].feature',
    ],
    [[{ feature: graphs, value: true }], 'features[0].value'],
    [[{ feature: graphs }], 'features[0].limit'],
    [[{ feature: graphs, limit: -1 }], 'features[0].limit'],
    [[{ feature: colour, value: 'nul\0' }], 'features[0].value'],
  ] as const) {
    const reply = await dunlin.call('POST', '/v1/plans', {
      code: unique('plan'),
      name: 'Wrong',
      currency: 'USD',
      interval: 'month',
      prices: [{ code: 'fee', type: 'fixed', model: 'flat', amount: '1' }],
      features: wrong,
    });
    expect([reply.status, reply.body.error?.param]).toEqual([400, param]);
  }
});

test('lesson 8: trial, active, past due, its grace over: what is given follows the clock and the payments, and ends in the fallback', async () => {
  const graphs = await aFeature({ type: 'limit' });
  const gives = (limit: number) => ({ features: [{ feature: graphs, limit }] });
  const free = await aPlan(dunlin, { ...gives(1), fallback: true });
  const life = await aClockedLife(dunlin, {
    start: '2026-01-01T00:00:00Z',
    customer: { token: 'pm_card_chargeCustomerFail' },
    plan: { ...gives(10), trial_days: 10, past_due_grace_days: 3, grace_period: 0 },
  });
  const now = async () => {
    const { standing, data } = await entitlementsOf(life.customer);
    return [
      (await life.read()).status,
      standing,
      data.find(({ feature }) => feature === graphs)?.['limit'],
      (await check(life.customer, graphs, 5)).allowed,
    ];
  };
  expect(await now()).toEqual(['trialing', 'subscription', '10', true]);
  await life.to('2026-01-11T01:00:00Z');
  expect(await now()).toEqual(['past_due', 'grace', '10', true]);
  await life.to('2026-01-13T23:59:00Z');
  expect((await now()).slice(1)).toEqual(['grace', '10', true]);
  await life.to('2026-01-14T01:00:00Z');
  expect((await now()).slice(1)).toEqual(['fallback', '1', false]);
  await dunlin.client.patch(`/v1/plans/${free}`, { fallback: false });
  expect((await entitlementsOf(life.customer)).standing).toBe('none');
});

test('an override is given with an end, replaced, and ended; on a test clock by that clock', async () => {
  const seats = await aFeature({ type: 'limit' });
  const life = await aClockedLife(dunlin, {
    start: '2026-01-01T00:00:00Z',
    plan: { features: [{ feature: seats, limit: 1 }] },
  });
  const limit = async () => (await check(life.customer, seats, 0))['limit'];
  const override = (fields: Record<string, unknown>) =>
    dunlin.client.post<Created>('/v1/entitlement_overrides', {
      customer: life.customer,
      feature: seats,
      ...fields,
    });
  const first = await override({ limit: 5, reason: 'a deal', ends_at: '2026-01-10T00:00:00Z' });
  expect(await limit()).toBe('5');
  await life.to('2026-01-09T23:59:59Z');
  expect(await limit()).toBe('5');
  await life.to('2026-01-10T00:00:00Z');
  expect(await limit()).toBe('1');
  const second = await override({ limit: 7 });
  const third = await override({ limit: 8 });
  expect(await limit()).toBe('8');
  expect(await dunlin.client.get(`/v1/entitlement_overrides/${second.id}`)).toMatchObject({
    limit: 7,
    ended_at: '2026-01-10T00:00:00Z',
  });
  await dunlin.call('DELETE', `/v1/entitlement_overrides/${third.id}`);
  expect(await limit()).toBe('1');
  expect(
    (await dunlin.client.all<Created>(`/v1/entitlement_overrides?customer=${life.customer}`)).map(
      ({ id }) => id,
    ),
  ).toEqual([third.id, second.id, first.id]);
  const late = await dunlin.call('POST', '/v1/entitlement_overrides', {
    customer: life.customer,
    feature: seats,
    limit: 1,
    ends_at: '2026-01-10T00:00:00Z',
  });
  expect([late.status, late.body.error?.param]).toEqual([400, 'ends_at']);
});

test('in real time a cancellation is a no within a second, in the process that answered yes from memory', async () => {
  const sso = await aFeature({ type: 'boolean' });
  const customer = await aCustomer(dunlin, { external_id: unique('acme') });
  const plan = await aPlan(dunlin, { features: [{ feature: sso, value: true }] });
  const { id } = await aSubscription(dunlin, { customer, plan });
  const { external_id: name } = await dunlin.client.get<{ external_id: string }>(`/v1/customers/${customer}`);
  await eventually(
    () => check(name, sso),
    ({ allowed }) => allowed,
  );
  await dunlin.client.post(`/v1/subscriptions/${id}/cancel`, { at: 'now' });
  const answered = performance.now();
  let allowed = true;
  while (allowed && performance.now() - answered < 1000) ({ allowed } = await check(name, sso));
  expect(allowed).toBe(false);
});

test('metered: from what is billed, with its balance, a hard limit, and each threshold told once', async () => {
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type });
  const calls = await aFeature({ type: 'metered', meter });
  const customer = await aCustomer(dunlin);
  const plan = await aPlan(dunlin, {
    features: [{ feature: calls, allowance: '10', soft_limit: '12', hard_limit: '15' }],
  });
  await aSubscription(dunlin, { customer, plan });
  const use = (count: number) =>
    sendEvents(
      dunlin,
      Array.from({ length: count }, () => ({ type, subject: customer })),
    );
  await use(9);
  await eventually(
    () => check(customer, calls),
    (answer) => answer['used'] === '9',
  );
  expect(await check(customer, calls, '1')).toMatchObject({
    allowed: true,
    reason: 'within_allowance',
    allowance: '10',
    balance: '1',
    limit: '15',
    remaining: '6',
    soft_limit: '12',
    resets_at: expect.any(String),
  });
  expect(await check(customer, calls, '2')).toMatchObject({ allowed: true, reason: 'over_allowance' });
  expect(await check(customer, calls, '4')).toMatchObject({ allowed: true, reason: 'over_soft_limit' });
  expect(await check(customer, calls, '7')).toMatchObject({ allowed: false, reason: 'hard_limit_reached' });
  const told = async () =>
    (
      await dunlin.client.all<{ data: { percent: number } }>(
        `/v1/event_log?customer=${customer}&type=entitlement.threshold_reached`,
      )
    ).map(({ data }) => data.percent);
  await eventually(told, ({ length }) => length === 2);
  expect((await told()).sort((a, b) => a - b)).toEqual([50, 80]);
  await use(3);
  await eventually(told, ({ length }) => length === 3);
  expect((await told()).sort((a, b) => a - b)).toEqual([50, 80, 100]);
  await eventually(
    () => check(customer, calls),
    (answer) => answer['balance'] === '-2',
  );
});

test('a bulk check answers in order, for each its own; an unknown customer is a no, and nothing of others is told', async () => {
  const sso = await aFeature({ type: 'boolean' });
  const [one, other] = [await aCustomer(dunlin), await aCustomer(dunlin)];
  await aSubscription(dunlin, {
    customer: one,
    plan: await aPlan(dunlin, { features: [{ feature: sso, value: true }] }),
  });
  const checks = [one, other, 'nobody', one].map((customer) => ({ customer, feature: sso }));
  const { data } = await dunlin.client.post<{ data: readonly Check[] }>('/v1/entitlements/check_bulk', {
    checks,
  });
  expect(data.map(({ allowed, reason }) => [allowed, reason])).toEqual([
    [true, 'granted'],
    [false, 'not_entitled'],
    [false, 'customer_unknown'],
    [true, 'granted'],
  ]);
  const tooMany = await dunlin.call('POST', '/v1/entitlements/check_bulk', {
    checks: Array.from({ length: 1001 }, () => checks[0]),
  });
  expect(tooMany.status).toBe(400);
  const unknown = await dunlin.call('POST', '/v1/entitlements/check', { customer: 'nobody', feature: sso });
  expect(unknown.status).toBe(404);
});

test('a second plan cannot be the fallback while another one is', async () => {
  const first = await aPlan(dunlin, { fallback: true });
  const second = await aPlan(dunlin);
  const reply = await dunlin.call('PATCH', `/v1/plans/${second}`, { fallback: true });
  expect([reply.status, reply.body.error?.code]).toEqual([409, 'fallback_taken']);
  await dunlin.client.patch(`/v1/plans/${first}`, { fallback: false });
  expect(await dunlin.client.patch(`/v1/plans/${second}`, { fallback: true })).toMatchObject({
    fallback: true,
  });
  await dunlin.client.patch(`/v1/plans/${second}`, { fallback: false });
});
