/** Changes of a subscription: what they are billed as, when they take effect, and what is refused (semantics.md, 3 and 6). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aMeter,
  aPlan,
  aSubscription,
  aTestClock,
  invoicesOf,
  linesOf,
  sendEvents,
  unique,
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

const seats = (unitAmount: string) => ({
  code: 'seat',
  type: 'fixed',
  model: 'per_unit',
  unit_amount: unitAmount,
});
const fee = (amount: string, code = 'fee') => ({ code, type: 'fixed', model: 'flat', amount });

/** January has 31 days: a price of 3100 is 100 a day. */
async function aLife(plan: Record<string, unknown> = {}, fields: Record<string, unknown> = {}) {
  const life = await aClockedLife(dunlin, {
    plan: { prices: [seats('3100')], ...plan },
    subscription: fields,
  });
  return {
    ...life,
    tryChange: (body: object, headers?: Record<string, string>) =>
      dunlin.call('PATCH', `/v1/subscriptions/${life.id}`, body, headers),
    preview: (body: object) =>
      dunlin.client.post<{ invoice: { lines: { data: unknown[] } } }>(
        `/v1/subscriptions/${life.id}/preview`,
        body,
      ),
  };
}

describe('a change now', () => {
  test('of the quantity credits and charges what is left of the period, on the next invoice', async () => {
    const life = await aLife();
    await life.to('2026-01-11T00:00:00Z');
    expect(await life.change({ quantity: 3 })).toMatchObject({ quantity: 3, status: 'active' });
    expect(await life.lines()).toHaveLength(1);
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.lines())[1]).toEqual([
      ['proration', 'seat', -2100, '2026-01-11', '2026-02-01'],
      ['proration', 'seat', 6300, '2026-01-11', '2026-02-01'],
      ['fixed', 'seat', 9300, '2026-02-01', '2026-03-01'],
    ]);
  });

  test("at the period's first instant credits the whole period", async () => {
    const life = await aLife();
    await life.change({ quantity: 2, proration_behavior: 'always_invoice' });
    expect((await life.lines())[1]).toEqual([
      ['proration', 'seat', -3100, '2026-01-01', '2026-02-01'],
      ['proration', 'seat', 6200, '2026-01-01', '2026-02-01'],
    ]);
  });

  test('lesson 14: up, down and up again in one period never gives back more than was charged', async () => {
    const life = await aLife({ prices: [seats('1000')] });
    for (const [day, quantity] of [
      ['05', 3],
      ['11', 1],
      ['17', 4],
      ['23', 1],
    ] as const) {
      await life.to(`2026-01-${day}T07:00:00Z`);
      await life.change({ quantity });
    }
    await life.to('2026-02-02T00:00:00Z');
    const sum = ((await life.lines())[1] ?? [])
      .filter(([type]) => type === 'proration')
      .reduce((total, [, , amount]) => total + Number(amount), 0);
    // Two more seats for 6 days, and three more for 6 days: 30 seat days of 1000 / 31, within a unit for each of 8 lines.
    expect(Math.abs(sum - Math.round((30 * 1000) / 31))).toBeLessThanOrEqual(8);
  });

  test('lesson 13: with always_invoice it has one document, net of what it gives back', async () => {
    const life = await aLife();
    await life.to('2026-01-11T00:00:00Z');
    await life.change({ quantity: 3, proration_behavior: 'always_invoice' });
    const [, invoice] = await invoicesOf(dunlin, life.id);
    expect(invoice).toMatchObject({ total: 4200, status: 'paid', amount_paid: 4200 });
  });

  test('that makes it cheaper with always_invoice becomes credit, which the next invoice uses', async () => {
    const life = await aLife({}, { quantity: 3 });
    await life.to('2026-01-11T00:00:00Z');
    await life.change({ quantity: 1, proration_behavior: 'always_invoice' });
    expect(await dunlin.client.get(`/v1/customers/${life.customer}`)).toMatchObject({ balance: -4200 });
    await life.to('2026-02-02T00:00:00Z');
    expect((await invoicesOf(dunlin, life.id)).at(-1)).toMatchObject({
      total: 3100,
      credits_applied: 3100,
      amount_due: 0,
    });
  });

  test('without proration charges the new quantity from the next period on; a later one credits what was charged', async () => {
    const life = await aLife();
    await life.to('2026-01-11T00:00:00Z');
    await life.change({ quantity: 5, proration_behavior: 'none' });
    await life.to('2026-01-21T00:00:00Z');
    await life.change({ quantity: 2 });
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.lines())[1]).toEqual([
      ['proration', 'seat', -1100, '2026-01-21', '2026-02-01'],
      ['proration', 'seat', 2200, '2026-01-21', '2026-02-01'],
      ['fixed', 'seat', 6200, '2026-02-01', '2026-03-01'],
    ]);
  });

  test('of the plan leaves alone a price that stays, and rates usage before and after by its own', async () => {
    const type = unique('call');
    const meter = await aMeter(dunlin, { event_type: type });
    const calls = (amount: string) => ({
      code: 'calls',
      type: 'usage',
      meter,
      model: 'per_unit',
      unit_amount: amount,
    });
    const life = await aLife({ grace_period: 0, prices: [fee('500', 'platform'), fee('3100'), calls('10')] });
    const other = await aPlan(dunlin, {
      grace_period: 0,
      prices: [fee('500', 'platform'), fee('6200'), calls('20')],
    });
    await life.to('2026-01-11T00:00:00Z');
    await sendEvents(dunlin, [{ type, subject: life.customer, time: '2026-01-05T00:00:00Z' }]);
    await life.change({ plan: other });
    await sendEvents(dunlin, [{ type, subject: life.customer, time: '2026-01-11T00:00:00Z' }]);
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.lines())[1]).toEqual([
      ['proration', 'fee', -2100, '2026-01-11', '2026-02-01'],
      ['proration', 'fee', 4200, '2026-01-11', '2026-02-01'],
      ['fixed', 'platform', 500, '2026-02-01', '2026-03-01'],
      ['fixed', 'fee', 6200, '2026-02-01', '2026-03-01'],
      ['usage', 'calls', 10, '2026-01-01', '2026-01-11'],
      ['usage', 'calls', 20, '2026-01-11', '2026-02-01'],
    ]);
  });

  test('to another interval ends the period there and charges a whole new one at once', async () => {
    const life = await aLife();
    const yearly = await aPlan(dunlin, { interval: 'year', prices: [seats('36500')] });
    await life.to('2026-01-11T00:00:00Z');
    expect(await life.change({ plan: yearly })).toMatchObject({
      current_period: { start: '2026-01-11T00:00:00Z', end: '2027-01-11T00:00:00Z' },
    });
    expect((await life.lines())[1]).toEqual([
      ['proration', 'seat', -2100, '2026-01-11', '2026-02-01'],
      ['fixed', 'seat', 36500, '2026-01-11', '2027-01-11'],
    ]);
    // And back: what is left of the year is given back.
    await life.to('2026-07-12T12:00:00Z');
    await life.change({ plan: life.plan });
    expect((await life.lines())[2]).toEqual([
      ['proration', 'seat', -18250, '2026-07-12', '2027-01-11'],
      ['fixed', 'seat', 3100, '2026-07-12', '2026-08-12'],
    ]);
  });

  test('of the anchor to the calendar charges up to the next boundary', async () => {
    const life = await aLife({ prices: [seats('3100')] });
    await life.to('2026-01-22T00:00:00Z');
    await life.change({ billing_cycle_anchor: { day_of_month: 1 } });
    expect((await life.lines())[1]).toEqual([
      ['proration', 'seat', -1000, '2026-01-22', '2026-02-01'],
      ['fixed', 'seat', 1000, '2026-01-22', '2026-02-01'],
    ]);
    expect(await life.read()).toMatchObject({ billing_cycle_anchor: { day_of_month: 1 } });
  });

  test('at an instant of the current period that has passed takes effect then', async () => {
    const life = await aLife();
    await life.to('2026-01-21T00:00:00Z');
    await life.change({
      quantity: 2,
      effective: '2026-01-11T00:00:00Z',
      proration_behavior: 'always_invoice',
    });
    expect((await life.lines())[1]?.map(([, , amount]) => amount)).toEqual([-2100, 4200]);
  });

  test('by day, the day of the change belongs to the new state', async () => {
    const life = await aLife({ proration_unit: 'day' });
    await life.to('2026-01-11T18:00:00Z');
    await life.change({ quantity: 2, proration_behavior: 'always_invoice' });
    expect((await life.lines())[1]?.map(([, , amount]) => amount)).toEqual([-2100, 4200]);
  });

  test('across a change of the clocks is by the time that there was', async () => {
    const clock = await aTestClock(dunlin, '2026-02-28T23:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock, timezone: 'Europe/Berlin' });
    const plan = await aPlan(dunlin, { prices: [seats('74300')] }); // March has 743 hours in Berlin
    const { id } = await aSubscription(dunlin, { customer, plan });
    await advanceTo(dunlin.client, clock, '2026-03-28T23:00:00Z');
    await dunlin.client.patch(`/v1/subscriptions/${id}`, {
      quantity: 2,
      proration_behavior: 'always_invoice',
    });
    // From the 29th, which has 23 hours: 71 hours are left.
    expect((await linesOf(dunlin, id))[1]?.map(([, , amount]) => amount)).toEqual([-7100, 14200]);
  });
});

describe('a change to come', () => {
  test('at the period end is shown, and bills the next period', async () => {
    const life = await aLife();
    const changed = await life.change({ quantity: 4, effective: 'period_end' });
    expect(changed).toMatchObject({
      quantity: 1,
      pending_change: { quantity: 4, effective_at: '2026-02-01T00:00:00Z' },
    });
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.lines())[1]).toEqual([['fixed', 'seat', 12400, '2026-02-01', '2026-03-01']]);
    expect(await life.read()).toMatchObject({ quantity: 4, pending_change: null });
  });

  test('at an instant takes effect there, also in a later period', async () => {
    const life = await aLife();
    await life.change({ quantity: 2, effective: '2026-02-15T00:00:00Z' });
    await life.to('2026-03-02T00:00:00Z');
    expect((await life.lines())[2]).toEqual([
      ['proration', 'seat', -1550, '2026-02-15', '2026-03-01'],
      ['proration', 'seat', 3100, '2026-02-15', '2026-03-01'],
      ['fixed', 'seat', 6200, '2026-03-01', '2026-04-01'],
    ]);
  });

  test('is withdrawn, or replaced in one request', async () => {
    const life = await aLife();
    await life.change({ quantity: 4, effective: 'period_end' });
    await life.change({ pending_change: null, quantity: 2, effective: 'period_end' });
    expect((await life.read()).pending_changes).toHaveLength(1);
    await life.change({ pending_change: null });
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.lines())[1]).toEqual([['fixed', 'seat', 3100, '2026-02-01', '2026-03-01']]);
  });

  test('of several for one instant, each is applied, in the order in which they were accepted', async () => {
    const other = await aPlan(dunlin, { prices: [seats('6200')] });
    const life = await aLife();
    await life.change({ quantity: 4, effective: 'period_end' });
    await life.change({ plan: other, effective: 'period_end' });
    await life.change({ quantity: 2, effective: 'period_end' });
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.lines())[1]).toEqual([['fixed', 'seat', 12400, '2026-02-01', '2026-03-01']]);
  });

  test('of several for one instant, each is settled as it asks', async () => {
    const addOn = await aPlan(dunlin, { prices: [{ ...seats('310'), code: 'support' }] });
    const life = await aLife();
    await life.change({ quantity: 2, effective: '2026-01-11T00:00:00Z' });
    await life.change({
      add_ons: [{ plan: addOn }],
      effective: '2026-01-11T00:00:00Z',
      proration_behavior: 'none',
    });
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.lines())[1]).toEqual([
      ['proration', 'seat', -2100, '2026-01-11', '2026-02-01'],
      ['proration', 'seat', 4200, '2026-01-11', '2026-02-01'],
      ['fixed', 'seat', 6200, '2026-02-01', '2026-03-01'],
      ['fixed', 'support', 310, '2026-02-01', '2026-03-01'],
    ]);
  });

  test('with the next period asks for nothing of the one that another change ends early', async () => {
    const yearly = await aPlan(dunlin, { interval: 'year', prices: [seats('36500')] });
    const life = await aLife({}, { quantity: 10 });
    await life.change({ plan: yearly, effective: '2026-01-11T00:00:00Z' });
    await life.change({ quantity: 9, effective: 'period_end', proration_behavior: 'none' });
    await life.to('2026-01-12T00:00:00Z');
    expect((await life.lines())[1]).toEqual([
      ['proration', 'seat', -21000, '2026-01-11', '2026-02-01'],
      ['fixed', 'seat', 328500, '2026-01-11', '2027-01-11'],
    ]);
  });

  test('fewer seats wait for the end of the period where the plan says so, more seats do not', async () => {
    const life = await aLife({ seats_down: 'period_end' }, { quantity: 5 });
    await life.to('2026-01-11T00:00:00Z');
    expect(await life.change({ quantity: 2 })).toMatchObject({
      quantity: 5,
      pending_change: { quantity: 2, effective_at: '2026-02-01T00:00:00Z' },
    });
    expect(await life.change({ pending_change: null, quantity: 6 })).toMatchObject({ quantity: 6 });
  });
});

describe('requests', () => {
  test('lesson 12: sent twice with one Idempotency-Key it is one change, and the same answer', async () => {
    const life = await aLife();
    await life.to('2026-01-11T00:00:00Z');
    const headers = { 'idempotency-key': unique('key') };
    const body = { quantity: 3, proration_behavior: 'always_invoice' };
    const first = await life.tryChange(body, headers);
    const second = await life.tryChange(body, headers);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await life.lines()).toHaveLength(2);
  });

  test('two at once are both applied, one after the other', async () => {
    const life = await aLife({ prices: [seats('3100'), { ...seats('100'), code: 'other' }] });
    await Promise.all([life.change({ quantity: 3 }), life.change({ quantities: { other: 7 } })]);
    expect(await life.read()).toMatchObject({ quantity: 3, quantities: { other: 7 } });
  });

  test('what cannot be is refused by name, leaves no trace in the history, and changes nothing', async () => {
    const life = await aLife();
    const euro = await aPlan(dunlin, { currency: 'EUR' });
    const weekly = await aPlan(dunlin, { interval: 'week' });
    await life.to('2026-01-11T00:00:00Z');
    const workflow = dunlin.temporal.workflow.getHandle(`subscription/${life.id}`);
    const before = [await life.read(), (await workflow.describe()).historyLength];
    for (const [body, status, code, param] of [
      [{ quantity: 0 }, 400, 'field_invalid', 'quantity'],
      [{ quantity: 10 ** 15 }, 400, 'field_invalid', 'quantity'],
      [{ plan: euro }, 422, 'currency_mismatch', 'plan'],
      [{ plan: 'plan_01kk0000000000000000000000' }, 400, 'plan_missing', 'plan'],
      [{ plan_version: 9 }, 400, 'plan_version_missing', 'plan_version'],
      [{ quantity: 2, effective: '2025-12-31T00:00:00Z' }, 400, 'instant_before_period', 'effective'],
      [{ trial_end: '2026-03-01T00:00:00Z' }, 409, 'trial_over', 'trial_end'],
      [{ effective: 'period_end' }, 400, 'nothing_to_change', 'effective'],
      [{ quantities: { nothing: 2 } }, 422, 'quantity_lost', 'quantities'],
      [{ add_ons: [{ plan: weekly }] }, 422, 'add_on_interval_differs', 'add_ons[0].plan'],
      [{ quantity: 2, effective: 'yesterday' }, 400, 'field_invalid', 'effective'],
      [{ colour: 'red' }, 400, 'field_unknown', 'colour'],
    ] as const) {
      const answer = await life.tryChange(body);
      expect([body, answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([
        body,
        status,
        code,
        param,
      ]);
    }
    const resumed = await dunlin.call('POST', `/v1/subscriptions/${life.id}/resume`, {});
    expect([resumed.status, resumed.body.error?.code]).toEqual([409, 'subscription_not_paused']);
    expect([await life.read(), (await workflow.describe()).historyLength]).toEqual(before);
  });

  test('metadata is changed whatever the subscription is, and whatever its clock does', async () => {
    const life = await aLife();
    await dunlin.client.post(`/v1/subscriptions/${life.id}/cancel`, { at: 'now' });
    expect(await life.change({ metadata: { owner: 'finance' } })).toMatchObject({
      status: 'canceled',
      metadata: { owner: 'finance' },
    });
  });

  test('to one that has ended are refused', async () => {
    const life = await aLife();
    await dunlin.client.post(`/v1/subscriptions/${life.id}/cancel`, { at: 'now' });
    for (const [path, body] of [
      ['', { quantity: 2 }],
      ['/pause', {}],
      ['/resume', {}],
      ['/preview', { quantity: 2 }],
    ] as const) {
      const answer = await dunlin.call(
        path === '' ? 'PATCH' : 'POST',
        `/v1/subscriptions/${life.id}${path}`,
        body,
      );
      expect([path, answer.status, answer.body.error?.code]).toEqual([path, 409, 'subscription_canceled']);
    }
  });

  test('a change after the end that is to come is refused until that is undone', async () => {
    const life = await aLife();
    await dunlin.client.post(`/v1/subscriptions/${life.id}/cancel`, { at: 'period_end' });
    const refused = await life.tryChange({ quantity: 2, effective: 'period_end' });
    expect([refused.status, refused.body.error?.code]).toEqual([409, 'subscription_ending']);
    expect(await life.change({ cancel_at: null, quantity: 2, effective: 'period_end' })).toMatchObject({
      cancel_at: null,
      canceled_at: null,
    });
    await life.to('2026-03-02T00:00:00Z');
    expect((await life.lines()).map((lines) => lines.map(([, , amount]) => amount))).toEqual([
      [3100],
      [6200],
      [6200],
    ]);
  });
});

describe('add-ons and quantities of single prices', () => {
  test('are billed beside the plan, each by its own quantity', async () => {
    const addOn = await aPlan(dunlin, { prices: [{ ...seats('310'), code: 'support' }] });
    const life = await aLife({ prices: [seats('3100'), { ...seats('31'), code: 'backup' }] });
    await life.to('2026-01-11T00:00:00Z');
    await life.change({
      add_ons: [{ plan: addOn, quantity: 2 }],
      quantities: { backup: 10 },
      proration_behavior: 'always_invoice',
    });
    expect((await life.lines())[1]).toEqual([
      ['proration', 'backup', -21, '2026-01-11', '2026-02-01'],
      ['proration', 'backup', 210, '2026-01-11', '2026-02-01'],
      ['proration', 'support', 420, '2026-01-11', '2026-02-01'],
    ]);
    expect(await life.read()).toMatchObject({
      add_ons: [{ plan: addOn, plan_version: 1, quantity: 2 }],
      quantities: { backup: 10 },
    });
    await life.to('2026-01-21T00:00:00Z');
    await life.change({ add_ons: [] });
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.lines())[2]).toEqual([
      ['proration', 'support', -220, '2026-01-21', '2026-02-01'],
      ['fixed', 'seat', 3100, '2026-02-01', '2026-03-01'],
      ['fixed', 'backup', 310, '2026-02-01', '2026-03-01'],
    ]);
  });

  test('of an add-on with a price that there is already, it is refused', async () => {
    const addOn = await aPlan(dunlin, { prices: [seats('310')] });
    const life = await aLife();
    const answer = await life.tryChange({ add_ons: [{ plan: addOn }] });
    expect([answer.status, answer.body.error?.code]).toEqual([422, 'price_code_taken']);
  });
});

test('a preview is what the change then bills, and changes nothing', async () => {
  const life = await aLife();
  await life.to('2026-01-11T00:00:00Z');
  const before = await life.read();
  const plain = (lines: unknown) =>
    (lines as { type: string; amount: number; description: string }[]).map(
      ({ type, amount, description }) => [type, amount, description],
    );
  const body = { quantity: 3 };
  const preview = await dunlin.client.post<{
    invoice: { lines: { data: unknown[] }; total: number };
    next_invoice: { lines: { data: unknown[] }; total: number };
  }>(`/v1/subscriptions/${life.id}/preview`, body);
  expect(await life.read()).toEqual(before);
  await life.change(body);
  await life.to('2026-03-02T00:00:00Z');
  const [, february, march] = await invoicesOf(dunlin, life.id);
  expect(plain(preview.invoice.lines.data)).toEqual(plain(february?.lines.data));
  expect(plain(preview.next_invoice.lines.data)).toEqual(plain(march?.lines.data));
  expect([preview.invoice.total, preview.next_invoice.total]).toEqual([february?.total, march?.total]);
});

test('a preview of a change to come shows the invoice that it gives then, not those before it', async () => {
  const life = await aLife();
  const preview = await life.preview({
    quantity: 3,
    effective: '2026-04-16T00:00:00Z',
    proration_behavior: 'always_invoice',
  });
  expect(
    preview.invoice.lines.data.map((line) => [
      (line as { type: string }).type,
      (line as { amount: number }).amount,
    ]),
  ).toEqual([
    ['proration', -1550],
    ['proration', 4650],
  ]);
  const { status, body } = await dunlin.call('POST', `/v1/subscriptions/${life.id}/preview`, {
    quantity: 3,
    effective: '2900-01-01T00:00:00Z',
  });
  expect([status, body.error?.code]).toEqual([422, 'preview_too_far']);
});
