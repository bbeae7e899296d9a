/** Pauses, ends with a credit, and the timeline that tells of them (semantics.md, section 6). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { aMeter, aPlan, invoicesOf, sendEvents, unique, type Subscription } from '../stack/builders.ts';
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

async function aLife(plan: Record<string, unknown> = {}, fields: Record<string, unknown> = {}) {
  const life = await aClockedLife(dunlin, {
    plan: { grace_period: 0, prices: [fee('3100')], ...plan },
    subscription: fields,
  });
  return {
    ...life,
    ask: (what: string, body: object = {}) =>
      dunlin.client.post<Subscription>(`/v1/subscriptions/${life.id}/${what}`, body),
    refused: async (what: string, body: object = {}) => {
      const answer = await dunlin.call('POST', `/v1/subscriptions/${life.id}/${what}`, body);
      return [answer.status, answer.body.error?.code];
    },
  };
}

describe('a pause', () => {
  test('closes the period with its usage, bills nothing, and a resumption begins a new period there', async () => {
    const type = unique('call');
    const meter = await aMeter(dunlin, { event_type: type });
    const calls = { code: 'calls', type: 'usage', meter, model: 'per_unit', unit_amount: '10' };
    const life = await aLife({ prices: [fee('3100'), calls] });
    await life.to('2026-01-11T00:00:00Z');
    const send = (time: string) => sendEvents(dunlin, [{ type, subject: life.customer, time }]);
    await send('2026-01-05T00:00:00Z');
    expect(await life.ask('pause')).toMatchObject({
      status: 'paused',
      paused_at: '2026-01-11T00:00:00Z',
      current_period: { start: '2026-01-11T00:00:00Z', end: null },
    });
    expect((await life.lines())[1]).toEqual([['usage', 'calls', 10, '2026-01-01', '2026-01-11']]);
    await life.to('2026-02-20T00:00:00Z');
    await send('2026-02-15T00:00:00Z'); // while it is paused: nothing is billed
    await send('2026-01-06T00:00:00Z'); // late, for the time before
    expect(await life.ask('resume')).toMatchObject({
      status: 'active',
      paused_at: null,
      current_period: { start: '2026-02-20T00:00:00Z', end: '2026-03-20T00:00:00Z' },
    });
    await life.to('2026-03-21T00:00:00Z');
    expect((await life.lines()).slice(2)).toEqual([
      [['fixed', 'fee', 3100, '2026-02-20', '2026-03-20']],
      [
        ['fixed', 'fee', 3100, '2026-03-20', '2026-04-20'],
        ['usage', 'calls', 0, '2026-02-20', '2026-03-20'],
        ['late_usage', 'calls', 10, '2026-01-01', '2026-01-11'],
      ],
    ]);
  });

  test('gives back what was charged in advance where that is asked for', async () => {
    const life = await aLife();
    await life.to('2026-01-11T00:00:00Z');
    await life.ask('pause', { credit_unused: true });
    expect((await life.lines())[1]).toEqual([['proration', 'fee', -2100, '2026-01-11', '2026-02-01']]);
    expect(await dunlin.client.get(`/v1/customers/${life.customer}`)).toMatchObject({ balance: -2100 });
  });

  test('at the period end, until an instant', async () => {
    const life = await aLife();
    await life.ask('pause', { at: 'period_end', resumes_at: '2026-03-05T00:00:00Z' });
    expect(await life.read()).toMatchObject({ status: 'active', pause_at: '2026-02-01T00:00:00Z' });
    await life.to('2026-02-10T00:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'paused', resumes_at: '2026-03-05T00:00:00Z' });
    await life.to('2026-04-06T00:00:00Z');
    expect(await life.lines()).toEqual([
      [['fixed', 'fee', 3100, '2026-01-01', '2026-02-01']],
      [['fixed', 'fee', 3100, '2026-03-05', '2026-04-05']],
      [['fixed', 'fee', 3100, '2026-04-05', '2026-05-05']],
    ]);
  });

  test('that is to come is taken back', async () => {
    const life = await aLife();
    await life.ask('pause', { at: 'period_end' });
    await dunlin.client.patch(`/v1/subscriptions/${life.id}`, { pause_at: null });
    await life.to('2026-02-02T00:00:00Z');
    expect(await life.lines()).toHaveLength(2);
  });

  test('lesson 19: again and again, in a year that was paid at once, parks nobody and loses nothing', async () => {
    const life = await aLife({ interval: 'year', prices: [fee('36500')] });
    for (let month = 2; month <= 7; month += 1) {
      await life.to(`2026-0${String(month)}-01T00:00:00Z`);
      await life.ask('pause', { credit_unused: true });
      expect(await life.refused('pause')).toEqual([409, 'subscription_paused']);
      await life.to(`2026-0${String(month)}-02T00:00:00Z`);
      await life.ask('resume');
      expect(await life.refused('resume')).toEqual([409, 'subscription_not_paused']);
    }
    await life.to('2026-08-01T00:00:00Z');
    await life.ask('cancel', { at: 'now', credit_unused: true });
    const billed = (await life.lines()).flat().reduce((sum, [, , amount]) => sum + Number(amount), 0);
    // 212 days of which 6 were paused, at 100 a day: within a unit for each line that gives something back.
    expect(Math.abs(billed - 206 * 100)).toBeLessThanOrEqual(7);
  });

  test('of one that is past due leaves its debt, and it is past due again when it resumes', async () => {
    const life = await aLife();
    await dunlin.client.post(`/v1/customers/${life.customer}/payment_methods`, {
      token: 'pm_card_chargeCustomerFail',
    });
    const { data } = await dunlin.client.get<{ data: { id: string; card: { last4: string } }[] }>(
      `/v1/customers/${life.customer}/payment_methods`,
    );
    await dunlin.client.post(
      `/v1/customers/${life.customer}/payment_methods/${String(data[0]?.id)}/default`,
      {},
    );
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.read()).status).toBe('past_due');
    await life.ask('pause');
    await life.to('2026-02-20T00:00:00Z');
    expect((await life.ask('resume')).status).toBe('past_due');
  });
});

describe('an end', () => {
  test('now, with a credit for the unused part, gives it back in one document with the usage', async () => {
    const type = unique('call');
    const meter = await aMeter(dunlin, { event_type: type });
    const calls = { code: 'calls', type: 'usage', meter, model: 'per_unit', unit_amount: '10' };
    const life = await aLife({ prices: [fee('3100'), calls] });
    await life.to('2026-01-11T00:00:00Z');
    await sendEvents(dunlin, [{ type, subject: life.customer, time: '2026-01-05T00:00:00Z' }]);
    expect(await life.ask('cancel', { at: 'now', credit_unused: true })).toMatchObject({
      status: 'canceled',
    });
    expect((await life.lines())[1]).toEqual([
      ['proration', 'fee', -2100, '2026-01-11', '2026-02-01'],
      ['usage', 'calls', 10, '2026-01-01', '2026-01-11'],
    ]);
    expect((await invoicesOf(dunlin, life.id))[1]).toMatchObject({ total: -2090, status: 'paid' });
  });

  test('lesson 29: what a change leaves as credit stays, whatever changes next', async () => {
    const life = await aLife({}, { quantity: 1 });
    const cheap = await aPlan(dunlin, { grace_period: 0, prices: [fee('310')] });
    await life.to('2026-01-11T00:00:00Z');
    await dunlin.client.patch(`/v1/subscriptions/${life.id}`, {
      plan: cheap,
      proration_behavior: 'always_invoice',
    });
    const balance = async () =>
      (await dunlin.client.get<{ balance: number }>(`/v1/customers/${life.customer}`)).balance;
    expect(await balance()).toBe(-1890);
    await dunlin.client.patch(`/v1/subscriptions/${life.id}`, { quantity: 2 });
    await life.ask('pause');
    await life.ask('resume');
    expect(await balance()).toBe(-1890 + 310);
  });

  test('lines that wait are on the last invoice', async () => {
    const life = await aLife({
      prices: [{ code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '3100' }],
    });
    await life.to('2026-01-11T00:00:00Z');
    await dunlin.client.patch(`/v1/subscriptions/${life.id}`, { quantity: 2 });
    await life.ask('cancel', { at: 'period_end' });
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.lines())[1]?.map(([, , amount]) => amount)).toEqual([-2100, 4200]);
  });
});

test('lesson 23: 28 days and four weeks are intervals', async () => {
  const life = await aLife({ interval: 'day', interval_count: 28 });
  const weeks = await aLife({ interval: 'week', interval_count: 4 });
  for (const each of [life, weeks]) {
    await each.to('2026-02-27T00:00:00Z');
    expect((await each.lines()).flat().map(([, , , start, end]) => [start, end])).toEqual([
      ['2026-01-01', '2026-01-29'],
      ['2026-01-29', '2026-02-26'],
      ['2026-02-26', '2026-03-26'],
    ]);
  }
});

test("the timeline and the workflow's details in Temporal say the same", async () => {
  const life = await aLife({
    prices: [{ code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '3100' }],
  });
  await life.to('2026-01-11T00:00:00Z');
  await dunlin.client.patch(`/v1/subscriptions/${life.id}`, { quantity: 2 });
  await dunlin.client.patch(`/v1/subscriptions/${life.id}`, { quantity: 1, effective: 'period_end' });
  await life.ask('cancel', { at: '2026-03-15T00:00:00Z' });
  interface Timeline {
    readonly past: readonly { at: string; type: string; description: string }[];
    readonly upcoming: readonly { at: string; type: string; description: string }[];
  }
  const timeline = await dunlin.client.get<Timeline>(`/v1/subscriptions/${life.id}/timeline`);
  expect(timeline.past.map(({ at, type }) => [at.slice(0, 10), type])).toEqual([
    ['2026-01-01', 'subscription.created'],
    ['2026-01-01', 'subscription.started'],
    ['2026-01-01', 'invoice.finalized'],
    ['2026-01-01', 'payment.succeeded'],
    ['2026-01-11', 'subscription.change_requested'],
    ['2026-01-11', 'subscription.changed'],
    ['2026-01-11', 'subscription.change_requested'],
    ['2026-01-11', 'subscription.cancel_requested'],
  ]);
  expect(timeline.upcoming.map(({ at, type }) => [at, type])).toEqual([
    ['2026-02-01T00:00:00Z', 'subscription.changed'],
    ['2026-02-01T00:00:00Z', 'subscription.renewed'],
    ['2026-03-15T00:00:00Z', 'subscription.ended'],
  ]);
  const details = await dunlin.temporal.workflow
    .getHandle(`subscription/${life.id}`)
    .query<string>('__temporal_workflow_metadata')
    .then((metadata) => JSON.stringify(metadata));
  for (const { at, description } of [...timeline.past, ...timeline.upcoming]) {
    expect(details).toContain(`- ${at}: ${description}`);
  }
});
