/** Trials, starts at other times, and schedules of plans (semantics.md, section 6). */
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
  invoicesOf,
  linesOf,
  sendEvents,
  unique,
  type Subscription,
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

const fee = (amount: string) => ({ code: 'fee', type: 'fixed', model: 'flat', amount });

async function aLife(
  plan: Record<string, unknown>,
  fields: Record<string, unknown> = {},
  {
    token,
    start = '2026-01-20T00:00:00Z',
    timezone = 'UTC',
  }: { token?: null; start?: string; timezone?: string } = {},
) {
  const life = await aClockedLife(dunlin, {
    start,
    customer: { timezone, ...(token === null && { token }) },
    plan: { grace_period: 0, prices: [fee('3100')], ...plan },
    subscription: fields,
  });
  return {
    ...life,
    events: async () =>
      (
        await dunlin.client.get<{ past: { type: string; at: string }[] }>(
          `/v1/subscriptions/${life.id}/timeline`,
        )
      ).past
        .filter(({ type }) => type.startsWith('trial.'))
        .map(({ type, at }) => [type, at]),
  };
}

describe('a trial', () => {
  test('charges nothing, is announced three days before its end, and then begins the first period, which is the anchor', async () => {
    const life = await aLife({ trial_days: 14 });
    expect(life.subscription).toMatchObject({
      status: 'trialing',
      trial_end: '2026-02-03T00:00:00Z',
      latest_invoice: null,
      current_period: { start: '2026-01-20T00:00:00Z', end: '2026-02-03T00:00:00Z' },
    });
    await life.to('2026-03-04T00:00:00Z');
    expect(await life.lines()).toEqual([
      [['fixed', 'fee', 3100, '2026-02-03', '2026-03-03']],
      [['fixed', 'fee', 3100, '2026-03-03', '2026-04-03']],
    ]);
    expect(await life.events()).toEqual([
      ['trial.started', '2026-01-20T00:00:00Z'],
      ['trial.will_end', '2026-01-31T00:00:00Z'],
      ['trial.ended', '2026-02-03T00:00:00Z'],
    ]);
  });

  test('lesson 17: extended over the end of a month, and again, skips no month and bills no old date', async () => {
    const life = await aLife({ trial_days: 5 });
    await life.to('2026-01-24T00:00:00Z');
    await life.change({ trial_end: '2026-02-10T00:00:00Z' });
    await life.to('2026-02-09T00:00:00Z');
    await life.change({ trial_end: '2026-03-02T00:00:00Z' });
    await life.to('2026-04-03T00:00:00Z');
    expect(await life.lines()).toEqual([
      [['fixed', 'fee', 3100, '2026-03-02', '2026-04-02']],
      [['fixed', 'fee', 3100, '2026-04-02', '2026-05-02']],
    ]);
    expect((await life.events()).map(([type]) => type)).toEqual([
      'trial.started',
      'trial.will_end',
      'trial.will_end',
      'trial.will_end',
      'trial.ended',
    ]);
  });

  test('is ended early, and charged from then', async () => {
    const life = await aLife({ trial_days: 14 });
    await life.to('2026-01-25T00:00:00Z');
    expect(await life.change({ trial_end: 'now' })).toMatchObject({
      status: 'active',
      current_period: { start: '2026-01-25T00:00:00Z', end: '2026-02-25T00:00:00Z' },
    });
    expect(await life.lines()).toEqual([[['fixed', 'fee', 3100, '2026-01-25', '2026-02-25']]]);
  });

  test.each([
    ['invoice', 'past_due', 1],
    ['cancel', 'canceled', 0],
    ['pause', 'paused', 0],
  ])('that ends without a payment method, with "%s", is %s', async (behavior, status, invoices) => {
    const life = await aLife({ trial_days: 3, trial_end_behavior: behavior }, {}, { token: null });
    await life.to('2026-02-01T00:00:00Z');
    expect((await life.read()).status).toBe(status);
    expect(await life.lines()).toHaveLength(invoices);
  });

  test('that was paused for want of a payment method goes on when it has one', async () => {
    const life = await aLife({ trial_days: 3, trial_end_behavior: 'pause' }, {}, { token: null });
    await life.to('2026-02-01T00:00:00Z');
    await dunlin.client.post(`/v1/customers/${life.customer}/payment_methods`, { token: 'pm_card_visa' });
    expect(await dunlin.client.post(`/v1/subscriptions/${life.id}/resume`, {})).toMatchObject({
      status: 'active',
    });
    expect(await life.lines()).toEqual([[['fixed', 'fee', 3100, '2026-02-01', '2026-03-01']]]);
  });

  test('that was paused by the billing cycle, in real time, can be resumed as soon as it shows so', async () => {
    const customer = await aCustomer(dunlin, { token: null });
    const plan = await aPlan(dunlin, { trial_end_behavior: 'pause', prices: [fee('3100')] });
    const { id } = await aSubscription(dunlin, {
      customer,
      plan,
      trial_end: new Date(Date.now() + 2000).toISOString(),
    });
    await eventually(
      () => dunlin.client.get<Subscription>(`/v1/subscriptions/${id}`),
      ({ status }) => status === 'paused',
    );
    await dunlin.client.post(`/v1/customers/${customer}/payment_methods`, { token: 'pm_card_visa' });
    expect(await dunlin.client.post(`/v1/subscriptions/${id}/resume`, {})).toMatchObject({
      status: 'active',
    });
  });

  test.each([
    ['free', []],
    ['billed', [['usage', 'calls', 30, '2026-01-20', '2026-02-03']]],
  ])('of which usage is %s bills as it says, also what comes late', async (usage, expected) => {
    const type = unique('call');
    const meter = await aMeter(dunlin, { event_type: type });
    const calls = { code: 'calls', type: 'usage', meter, model: 'per_unit', unit_amount: '10' };
    const life = await aLife({ trial_days: 14, trial_usage: usage, prices: [fee('3100'), calls] });
    await life.to('2026-01-25T00:00:00Z');
    const send = (time: string, count: number) =>
      sendEvents(
        dunlin,
        Array.from({ length: count }, () => ({ type, subject: life.customer, time })),
      );
    await send('2026-01-24T00:00:00Z', 3);
    await life.to('2026-02-10T00:00:00Z');
    await send('2026-01-23T00:00:00Z', 2); // after the trial
    await send('2026-02-04T00:00:00Z', 1);
    await life.to('2026-03-10T00:00:00Z');
    expect(await life.lines()).toEqual([
      [['fixed', 'fee', 3100, '2026-02-03', '2026-03-03'], ...expected],
      [
        ['fixed', 'fee', 3100, '2026-03-03', '2026-04-03'],
        ['usage', 'calls', 10, '2026-02-03', '2026-03-03'],
        ...(usage === 'billed' ? [['late_usage', 'calls', 20, '2026-01-20', '2026-02-03']] : []),
      ],
    ]);
  });

  test('cannot end in the past', async () => {
    const life = await aLife({ trial_days: 14 });
    await life.to('2026-01-25T00:00:00Z');
    const answer = await dunlin.call('PATCH', `/v1/subscriptions/${life.id}`, {
      trial_end: '2026-01-24T00:00:00Z',
    });
    expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([
      400,
      'instant_in_the_past',
      'trial_end',
    ]);
    expect(await life.read()).toMatchObject({ status: 'trialing', trial_end: '2026-02-03T00:00:00Z' });
  });

  test('that is canceled at its end never charges', async () => {
    const life = await aLife({ trial_days: 14 });
    await dunlin.client.post(`/v1/subscriptions/${life.id}/cancel`, { at: 'period_end' });
    await life.to('2026-03-10T00:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'canceled', ended_at: '2026-02-03T00:00:00Z' });
    expect(await life.lines()).toEqual([]);
  });

  test('with the calendar as anchor charges the first period up to the boundary', async () => {
    const life = await aLife({ trial_days: 14, prices: [fee('2800')] }, { billing_cycle_anchor: 'calendar' });
    await life.to('2026-03-02T00:00:00Z');
    expect((await life.lines())[0]).toEqual([['fixed', 'fee', 2600, '2026-02-03', '2026-03-01']]);
  });

  test('of no plan is had by trial_end, and one of the plan is declined by "now"', async () => {
    expect((await aLife({}, { trial_end: '2026-02-01T00:00:00Z' })).subscription.status).toBe('trialing');
    expect((await aLife({ trial_days: 5 }, { trial_end: 'now' })).subscription.status).toBe('active');
  });

  test('changes of the plan in it charge nothing', async () => {
    const life = await aLife({ trial_days: 14 });
    const other = await aPlan(dunlin, { prices: [fee('6200')] });
    await life.change({ plan: other });
    await life.to('2026-02-04T00:00:00Z');
    expect(await life.lines()).toEqual([[['fixed', 'fee', 6200, '2026-02-03', '2026-03-03']]]);
  });
});

describe('a start', () => {
  test('in the past invoices what is over by now at once, a line for each period, on one invoice', async () => {
    const life = await aLife({}, { start_at: '2025-11-15T00:00:00Z' });
    const [invoice, ...others] = await invoicesOf(dunlin, life.id);
    expect(others).toEqual([]);
    expect(invoice).toMatchObject({ status: 'paid', total: 9300, period: { start: '2025-11-15T00:00:00Z' } });
    expect((await life.lines())[0]).toEqual([
      ['fixed', 'fee', 3100, '2025-11-15', '2025-12-15'],
      ['fixed', 'fee', 3100, '2025-12-15', '2026-01-15'],
      ['fixed', 'fee', 3100, '2026-01-15', '2026-02-15'],
    ]);
    await life.to('2026-02-16T00:00:00Z');
    expect((await life.lines())[1]).toEqual([['fixed', 'fee', 3100, '2026-02-15', '2026-03-15']]);
  });

  test('in the past bills what was used since, each period by its own', async () => {
    const type = unique('call');
    const meter = await aMeter(dunlin, { event_type: type });
    const clock = await aTestClock(dunlin, '2026-01-20T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock });
    await sendEvents(
      dunlin,
      ['2025-11-20', '2025-12-20', '2025-12-21'].map((day) => ({
        type,
        subject: customer,
        time: `${day}T00:00:00Z`,
      })),
    );
    const plan = await aPlan(dunlin, {
      grace_period: 0,
      prices: [{ code: 'calls', type: 'usage', meter, model: 'per_unit', unit_amount: '10' }],
    });
    const { id } = await aSubscription(dunlin, { customer, plan, start_at: '2025-11-15T00:00:00Z' });
    expect(await linesOf(dunlin, id)).toEqual([
      [
        ['usage', 'calls', 10, '2025-11-15', '2025-12-15'],
        ['usage', 'calls', 20, '2025-12-15', '2026-01-15'],
      ],
    ]);
  });

  test('in the future waits until then', async () => {
    const life = await aLife({}, { start_at: '2026-02-10T00:00:00Z' });
    expect(life.subscription).toMatchObject({ status: 'incomplete', current_period: null });
    expect(await life.lines()).toEqual([]);
    await life.change({ quantity: 2 });
    await life.to('2026-02-11T00:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'active', quantity: 2 });
    expect(await life.lines()).toEqual([[['fixed', 'fee', 3100, '2026-02-10', '2026-03-10']]]);
  });

  test.each([
    [{ start_at: '2020-01-01T00:00:00Z' }, 'start_too_early', 'start_at'],
    [{ trial_end: '2026-01-01T00:00:00Z' }, 'instant_in_the_past', 'trial_end'],
    [
      { start_at: '2026-03-01T00:00:00Z', cancel_at: '2026-02-01T00:00:00Z' },
      'instant_in_the_past',
      'cancel_at',
    ],
  ])('with %j is refused by name', async (fields, code, param) => {
    const clock = await aTestClock(dunlin, '2026-01-20T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const plan = await aPlan(dunlin);
    const answer = await dunlin.call('POST', '/v1/subscriptions', { customer, plan, ...fields });
    expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([400, code, param]);
  });
});

describe('phases', () => {
  test('are a plan for so many periods, then the next one for good; a pause counts for none', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const [intro, full] = [
      await aPlan(dunlin, { prices: [fee('100')] }),
      await aPlan(dunlin, { prices: [fee('900')] }),
    ];
    const { id, pending_changes: pending } = await aSubscription(dunlin, {
      customer,
      phases: [{ plan: intro, periods: 2 }, { plan: intro, quantity: 5, periods: 1 }, { plan: full }],
    });
    expect(pending).toHaveLength(2);
    await advanceTo(dunlin.client, clock, '2026-01-16T00:00:00Z');
    await dunlin.client.post(`/v1/subscriptions/${id}/pause`, { resumes_at: '2026-01-20T00:00:00Z' });
    await advanceTo(dunlin.client, clock, '2026-05-01T00:00:00Z');
    expect(await linesOf(dunlin, id)).toEqual(
      [
        [['fixed', 'fee', 100, '2026-01-01', '2026-01-16']],
        [['fixed', 'fee', 100, '2026-01-20', '2026-02-20']],
        [['fixed', 'fee', 100, '2026-02-20', '2026-03-20']],
        [['fixed', 'fee', 900, '2026-03-20', '2026-04-20']],
        [['fixed', 'fee', 900, '2026-04-20', '2026-05-20']],
      ].map((lines, nth) => (nth === 0 ? [['fixed', 'fee', 100, '2026-01-01', '2026-02-01']] : lines)),
    );
  });

  test.each([
    [[{ periods: 1 }, {}, {}], 'phases[1].periods'],
    [[{ periods: 1 }, { periods: 1 }], 'phases[1].periods'],
    [[{ quantities: { nothing: 1 } }], 'quantities'],
  ])('%j are refused by name', async (phases, param) => {
    const customer = await aCustomer(dunlin, { token: null });
    const plan = await aPlan(dunlin);
    const answer = await dunlin.call('POST', '/v1/subscriptions', {
      customer,
      phases: phases.map((phase) => ({ plan, ...phase })),
    });
    expect([Math.floor(answer.status / 100), answer.body.error?.param]).toEqual([4, param]);
  });
});
