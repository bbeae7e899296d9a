/** Dunning on test clocks, as a client sees it: campaigns, final actions, pauses and promises, and the end of all by a payment. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { promiseToPayUpdate } from '../../src/workflows/contract/collection.ts';
import { aClockedLife } from '../stack/clockedLife.ts';
import {
  aPlan,
  aSubscription,
  eventually,
  invoicesOf,
  unique,
  type Subscription,
} from '../stack/builders.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';

quietTemporal();

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
});
afterAll(() => dunlin.stop());

const declining = 'pm_card_chargeCustomerFail';

interface Shown {
  readonly status: string;
  readonly campaign: { readonly code: string; readonly version: number };
  readonly steps: readonly {
    readonly action: string;
    readonly status: string;
    readonly outcome: string | null;
    readonly due_at: string;
  }[];
  readonly next_step: { readonly due_at: string; readonly action: string } | null;
  readonly next_attempt_at: string | null;
  readonly attempts: readonly object[];
  readonly ended_by: string | null;
}

const aCampaign = async (fields: Record<string, unknown> = {}): Promise<{ id: string; code: string }> =>
  dunlin.client.post('/v1/dunning_campaigns', {
    code: unique('campaign'),
    name: 'Test',
    retry: { days: [1, 3] },
    steps: [
      { after_days: 0, action: 'notice' },
      { after_days: 2, action: 'notice' },
      { after_days: 4, action: 'notice', kind: 'final_notice', channels: ['email'] },
    ],
    final_action: 'leave_past_due',
    final_after_days: 5,
    ...fields,
  });

/** A subscription whose first invoice is not paid, since 1 January. */
async function aFailingLife({
  campaign,
  customer = {},
  plan = {},
}: {
  campaign?: string;
  customer?: Record<string, unknown>;
  plan?: Record<string, unknown>;
} = {}) {
  const life = await aClockedLife(dunlin, {
    customer: { token: declining, ...(campaign && { dunning: { campaign } }), ...customer },
    plan,
  });
  const invoice = life.subscription.latest_invoice;
  const path = `/v1/invoices/${invoice}`;
  return {
    ...life,
    invoice,
    path,
    dunning: () => dunlin.client.get<Shown>(`${path}/dunning`),
    ask: (what: string, body?: object) => dunlin.call('POST', `${path}/dunning/${what}`, body),
    /** By another card, which its collection charges at once. */
    async pays() {
      const methods = `/v1/customers/${life.customer}/payment_methods`;
      const { id } = await dunlin.client.post<{ id: string }>(methods, { token: 'pm_card_visa' });
      await dunlin.client.post(`${methods}/${id}/default`, {});
      await eventually(
        () => dunlin.client.get<{ status: string }>(path),
        ({ status }) => status === 'paid',
      );
    },
    async notices() {
      const { rows } = await dunlin.pool.query<{ kind: string; created: number; data: object }>(
        `SELECT kind, created, data FROM notifications WHERE customer_id = $1 ORDER BY created, id`,
        [life.customer],
      );
      return rows.map(({ kind, created }) => [kind, new Date(created).toISOString().slice(0, 10)]);
    },
  };
}

test('an invoice that fails is dunned by the default campaign: notices in order, and past due at the end', async () => {
  const life = await aFailingLife();
  expect(await life.dunning()).toMatchObject({
    status: 'active',
    campaign: { code: 'default', version: 1 },
    next_step: { action: 'notice', due_at: '2026-01-04T00:00:00Z' },
    next_attempt_at: '2026-01-02T00:00:00Z',
  });
  await life.to('2026-01-20T00:00:00Z');
  expect(await life.notices()).toEqual([
    ['payment_failed', '2026-01-01'],
    ['payment_failed', '2026-01-04'],
    ['payment_failed', '2026-01-08'],
    ['final_notice', '2026-01-13'],
  ]);
  const shown = await life.dunning();
  expect(shown).toMatchObject({
    status: 'ended',
    ended_by: 'final_action',
    next_step: null,
    next_attempt_at: null,
  });
  expect(shown.attempts).toHaveLength(5);
  expect(shown.steps.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done', 'done']);
  expect(await life.read()).toMatchObject({ status: 'past_due' });
});

describe('the final action', () => {
  test('cancel ends the subscription, once, and says so', async () => {
    const { code } = await aCampaign({ final_action: 'cancel' });
    const life = await aFailingLife({ campaign: code });
    await life.to('2026-01-05T00:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'past_due' });
    await life.to('2026-02-20T00:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'canceled', ended_at: '2026-01-06T00:00:00Z' });
    expect((await life.notices()).filter(([kind]) => kind === 'subscription_ended')).toEqual([
      ['subscription_ended', '2026-01-06'],
    ]);
  });

  test('pause pauses it, and a payment lets it go on', async () => {
    const { code } = await aCampaign({ final_action: 'pause' });
    const life = await aFailingLife({ campaign: code });
    await life.to('2026-01-07T00:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'paused' });
    await life.pays();
    await life.to('2026-01-08T00:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'active' });
    expect((await invoicesOf(dunlin, life.id))[0]).toMatchObject({ status: 'paid' });
  });

  test('mark_uncollectible gives the invoice up and leaves the subscription unpaid, until it is paid all the same', async () => {
    const { code } = await aCampaign({ final_action: 'mark_uncollectible' });
    const life = await aFailingLife({ campaign: code });
    await life.to('2026-01-07T00:00:00Z');
    expect((await invoicesOf(dunlin, life.id))[0]).toMatchObject({ status: 'uncollectible' });
    expect(await life.read()).toMatchObject({ status: 'unpaid' });
    await dunlin.client.post('/v1/credit_notes', { invoice: life.invoice, reason: 'other' });
    expect(await life.read()).toMatchObject({ status: 'active' });
  });
});

test('a payment in between ends dunning, restores the subscription and is acknowledged', async () => {
  const { code } = await aCampaign({ final_action: 'cancel' });
  const life = await aFailingLife({ campaign: code });
  await life.to('2026-01-03T12:00:00Z');
  await life.pays();
  expect(await life.read()).toMatchObject({ status: 'active' });
  expect(await life.dunning()).toMatchObject({ status: 'ended', ended_by: 'paid', next_step: null });
  await life.to('2026-01-31T00:00:00Z');
  expect(await life.read()).toMatchObject({ status: 'active' });
  expect(await life.notices()).toEqual([
    ['payment_failed', '2026-01-01'],
    ['payment_failed', '2026-01-03'],
    ['payment_succeeded', '2026-01-03'],
  ]);
});

describe('campaigns', () => {
  test('are chosen by the customer before its plan, by the plan before the default', async () => {
    const [ofPlan, ofCustomer] = [await aCampaign(), await aCampaign()];
    const plan = { dunning: { campaign: ofPlan.code } };
    const one = await aFailingLife({ plan });
    expect(await one.dunning()).toMatchObject({ campaign: { code: ofPlan.code } });
    const other = await aFailingLife({ plan, campaign: ofCustomer.code });
    expect(await other.dunning()).toMatchObject({ campaign: { code: ofCustomer.code } });
    await dunlin.client.patch(`/v1/customers/${other.customer}`, { dunning: null });
    await dunlin.client.patch(`/v1/plans/${one.plan}`, { dunning: null });
    expect(await dunlin.client.get(`/v1/plans/${one.plan}`)).toMatchObject({ dunning: null });
    // What has begun goes on as it began.
    expect(await other.dunning()).toMatchObject({ campaign: { code: ofCustomer.code } });
  });

  test('keep the version that an invoice has begun with; the next invoice has the new one', async () => {
    const campaign = await aCampaign();
    const life = await aFailingLife({ campaign: campaign.code });
    await life.to('2026-01-02T12:00:00Z');
    const version = {
      retry: { days: [1] },
      steps: [{ after_days: 1, action: 'notice' }],
      final_action: 'cancel',
      final_after_days: 2,
    };
    const added = await dunlin.client.post(`/v1/dunning_campaigns/${campaign.id}/versions`, version);
    expect(added).toMatchObject({ version: 2, final_action: 'cancel' });
    await life.to('2026-01-30T00:00:00Z');
    expect(await life.dunning()).toMatchObject({ campaign: { version: 1 }, ended_by: 'final_action' });
    expect(await life.read()).toMatchObject({ status: 'past_due' });
    await life.to('2026-02-10T00:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'canceled', ended_at: '2026-02-03T00:00:00Z' });
  });

  test.each([
    [
      'steps out of order',
      {
        steps: [
          { after_days: 3, action: 'notice' },
          { after_days: 1, action: 'notice' },
        ],
      },
      400,
      'steps',
    ],
    [
      'a retry with a kind',
      { steps: [{ after_days: 1, action: 'retry', kind: 'final_notice' }] },
      400,
      'steps[0].action',
    ],
    ['an end before the last step', { final_after_days: 3 }, 422, 'final_after_days'],
    ['an end before the last retry', { retry: { days: [1, 9] } }, 422, 'final_after_days'],
    [
      'hours that are none',
      { retry: { days: [1], quiet_hours: { from: '24:00', to: '08:00' } } },
      400,
      'retry.quiet_hours.from',
    ],
  ])('are refused with %s', async (_what, fields, status, param) => {
    const body = {
      code: unique('bad'),
      name: 'Bad',
      steps: [{ after_days: 4, action: 'notice' }],
      final_action: 'cancel',
      final_after_days: 5,
      ...fields,
    };
    expect(await dunlin.call('POST', '/v1/dunning_campaigns', body)).toMatchObject({
      status,
      body: { error: { param } },
    });
  });
});

test('nothing is tried in the quiet hours of the customer’s night', async () => {
  const { code } = await aCampaign({
    retry: { days: [1, 3], quiet_hours: { from: '21:00', to: '09:00' } },
  });
  const life = await aFailingLife({ campaign: code, customer: { timezone: 'America/New_York' } });
  // Midnight in UTC is 19:00 in New York.
  expect(await life.dunning()).toMatchObject({ next_attempt_at: '2026-01-02T00:00:00Z' });
  const tokyo = await aFailingLife({
    campaign: (await aCampaign({ retry: { days: [1], quiet_hours: { from: '08:00', to: '12:30' } } })).code,
    customer: { timezone: 'Asia/Tokyo' },
  });
  expect(await tokyo.dunning()).toMatchObject({ next_attempt_at: '2026-01-02T03:30:00Z' });
});

describe('an operator', () => {
  test('pauses dunning: nothing happens, and when it is resumed the latest notice is given and one retry made', async () => {
    const { code } = await aCampaign({ final_action: 'cancel', final_after_days: 30 });
    const life = await aFailingLife({ campaign: code });
    expect(await life.ask('pause')).toMatchObject({
      status: 200,
      body: { status: 'paused', next_attempt_at: null },
    });
    await life.to('2026-01-10T00:00:00Z');
    expect(await life.notices()).toEqual([['payment_failed', '2026-01-01']]);
    expect((await life.dunning()).attempts).toHaveLength(1);
    expect(await life.ask('resume')).toMatchObject({ status: 200 });
    await life.to('2026-01-11T00:00:00Z');
    expect(await life.notices()).toEqual([
      ['payment_failed', '2026-01-01'],
      ['final_notice', '2026-01-10'],
    ]);
    const shown = await life.dunning();
    expect(shown.attempts).toHaveLength(2);
    expect(shown.steps.map(({ status }) => status)).toEqual(['done', 'skipped', 'done', 'upcoming']);
    expect(shown.next_step).toMatchObject({ action: 'final', due_at: '2026-01-31T00:00:00Z' });
  });

  test('notes a promise to pay, which holds all until then', async () => {
    const { code } = await aCampaign({ final_action: 'cancel' });
    const life = await aFailingLife({ campaign: code });
    const until = '2026-01-15T00:00:00Z';
    expect(await life.ask('promise_to_pay', { until })).toMatchObject({
      status: 200,
      body: {
        status: 'promised',
        promised_until: until,
        next_attempt_at: until,
        next_step: { due_at: until },
      },
    });
    await life.to('2026-01-14T00:00:00Z');
    expect(await life.notices()).toHaveLength(1);
    expect(await life.read()).toMatchObject({ status: 'past_due' });
    await life.to('2026-01-16T00:00:00Z');
    expect(await life.notices()).toEqual([
      ['payment_failed', '2026-01-01'],
      ['final_notice', '2026-01-15'],
      ['subscription_ended', '2026-01-15'],
    ]);
    expect(await life.read()).toMatchObject({ status: 'canceled', ended_at: until });
  });

  test('is refused with a reason: a promise for the past, an invoice that is not dunned, or no longer', async () => {
    const life = await aFailingLife();
    expect(await life.ask('promise_to_pay', { until: '2025-12-31T00:00:00Z' })).toMatchObject({
      status: 400,
      body: { error: { code: 'instant_in_the_past', param: 'until' } },
    });
    await life.pays();
    expect(await life.ask('pause')).toMatchObject({
      status: 409,
      body: { error: { code: 'dunning_ended' } },
    });
    const paid = await aClockedLife(dunlin, {});
    const path = `/v1/invoices/${paid.subscription.latest_invoice}/dunning`;
    expect(await dunlin.call('GET', path)).toMatchObject({
      status: 404,
      body: { error: { code: 'dunning_not_begun' } },
    });
    expect(await dunlin.call('POST', `${path}/pause`)).toMatchObject({ status: 404 });
  });

  test('asks the workflow itself: pay_now, pause_dunning, resume_dunning, promise_to_pay, write_off', async () => {
    const life = await aFailingLife();
    const workflow = dunlin.temporal.workflow.getHandle(`collection/${life.invoice}`);
    const ask = (update: string) => workflow.executeUpdate<void, []>(update);
    const promise = (until: string) => workflow.executeUpdate(promiseToPayUpdate, { args: [{ until }] });
    await ask('pay_now');
    expect((await life.dunning()).attempts).toHaveLength(2);
    await ask('pause_dunning');
    expect(await life.dunning()).toMatchObject({ status: 'paused' });
    await ask('resume_dunning');
    await promise('2026-01-09T00:00:00Z');
    expect(await life.dunning()).toMatchObject({ status: 'promised' });
    await expect(promise('soon')).rejects.toMatchObject({
      cause: { type: 'field_invalid' },
    });
    await expect(ask('promise_to_pay')).rejects.toMatchObject({ cause: { type: 'field_invalid' } });
    await ask('write_off');
    expect((await invoicesOf(dunlin, life.id))[0]).toMatchObject({ status: 'uncollectible' });
    expect(await life.dunning()).toMatchObject({ status: 'ended', ended_by: 'uncollectible' });
  });
});

describe('an invoice that is sent', () => {
  test('is dunned from its due date on, with no attempt', async () => {
    const { code } = await aCampaign({ final_action: 'mark_uncollectible' });
    const life = await aFailingLife({
      campaign: code,
      customer: { token: null, collection_method: 'send_invoice', days_until_due: 14 },
    });
    await life.to('2026-01-14T12:00:00Z');
    expect(await dunlin.call('GET', `${life.path}/dunning`)).toMatchObject({ status: 404 });
    expect(await life.read()).toMatchObject({ status: 'active' });
    await life.to('2026-01-17T12:00:00Z');
    expect(await life.read()).toMatchObject({ status: 'past_due' });
    expect(await life.dunning()).toMatchObject({ status: 'active', attempts: [], next_attempt_at: null });
    await life.to('2026-01-21T00:00:00Z');
    expect(await life.notices()).toEqual([
      ['invoice_sent', '2026-01-01'],
      ['payment_overdue', '2026-01-15'],
      ['payment_overdue', '2026-01-17'],
      ['final_notice', '2026-01-19'],
    ]);
    expect(await life.read()).toMatchObject({ status: 'unpaid' });
  });

  test('is not dunned where it is paid in time', async () => {
    const life = await aFailingLife({
      customer: { token: 'pm_card_visa', collection_method: 'send_invoice', days_until_due: 14 },
    });
    await life.to('2026-01-10T00:00:00Z');
    await dunlin.client.post(`${life.path}/pay`, {});
    await life.to('2026-01-20T00:00:00Z');
    expect(await life.notices()).toEqual([['invoice_sent', '2026-01-01']]);
    expect(await life.read()).toMatchObject({ status: 'active' });
  });
});

test('the report of recovery tells each month and reason, in JSON and CSV, with an exact rate', async () => {
  const life = await aFailingLife();
  await life.to('2026-01-02T12:00:00Z');
  await life.pays();
  const question = `book=${life.clock}&from=2026-01&to=2026-02`;
  const report = await dunlin.client.get<{ data: readonly object[] }>(`/v1/reports/recovery?${question}`);
  const one = { count: 1, amount: 1000 };
  const figures = { failed: one, recovery_rate: '1.0000', open: { count: 0, amount: 0 } };
  expect(report.data).toMatchObject([
    {
      month: '2026-01',
      currency: 'USD',
      ...figures,
      recovered: { new_method: one, total: one },
      reasons: [{ reason: 'card_declined', ...figures }],
    },
  ]);
  const csv = await fetch(`${dunlin.url}/v1/reports/recovery?${question}&format=csv`, {
    headers: { authorization: `Bearer ${dunlin.key}` },
  });
  const [header, row] = (await csv.text()).split('\r\n');
  expect(header).toMatch(/^month,currency,reason,failed_count,failed_amount,automatic_retry_count,/);
  expect(row).toMatch(/^2026-01,USD,card_declined,1,1000,0,0,1,1000,.*,1\.0000$/);
});

test('a group of subscriptions is dunned as one, and all of them end', async () => {
  const { code } = await aCampaign({ final_action: 'cancel' });
  const life = await aClockedLife(dunlin, {
    customer: { token: 'pm_card_visa', invoice_grouping: 'customer', dunning: { campaign: code } },
  });
  const other = await aSubscription(dunlin, { customer: life.customer, plan: await aPlan(dunlin) });
  const methods = `/v1/customers/${life.customer}/payment_methods`;
  const { id } = await dunlin.client.post<{ id: string }>(methods, { token: declining });
  await dunlin.client.post(`${methods}/${id}/default`, {});
  await life.to('2026-02-02T00:00:00Z');
  const both = async () =>
    Promise.all(
      [life.id, other.id].map((each) => dunlin.client.get<Subscription>(`/v1/subscriptions/${each}`)),
    );
  expect((await both()).map(({ status }) => status)).toEqual(['past_due', 'past_due']);
  await life.to('2026-02-10T00:00:00Z');
  expect((await both()).map(({ ended_at }) => ended_at?.slice(0, 10))).toEqual(['2026-02-06', '2026-02-06']);
});
