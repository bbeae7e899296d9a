/** Several subscriptions of one customer: each with its own invoices, or with one for all that renew together. */
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
  sendEvents,
  unique,
  type Invoice,
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

const fee = (amount: string, code = 'fee') => ({ code, type: 'fixed', model: 'flat', amount });

async function threeSubscriptions(fields: Record<string, unknown>) {
  const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
  const customer = await aCustomer(dunlin, { test_clock: clock, ...fields });
  const type = unique('call');
  const meter = await aMeter(dunlin, { event_type: type });
  const calls = { code: 'calls', type: 'usage', meter, model: 'per_unit', unit_amount: '10' };
  const plans = [
    await aPlan(dunlin, { grace_period: 0, prices: [fee('100')] }),
    await aPlan(dunlin, { grace_period: 3600, prices: [fee('200', 'base'), calls] }),
    await aPlan(dunlin, { grace_period: 0, interval: 'year', prices: [fee('1200', 'yearly')] }),
  ];
  const ids: string[] = [];
  for (const plan of plans) ids.push((await aSubscription(dunlin, { customer, plan })).id);
  return {
    clock,
    customer,
    ids,
    use: (time: string) => sendEvents(dunlin, [{ type, subject: customer, time }]),
    to: (time: string) => advanceTo(dunlin.client, clock, time),
    invoices: async () =>
      (
        await dunlin.client.all<Invoice & { subscription: string | null }>(
          `/v1/invoices?customer=${customer}`,
        )
      ).reverse(),
    statuses: async () =>
      Promise.all(
        ids.map(async (id) => (await dunlin.client.get<Subscription>(`/v1/subscriptions/${id}`)).status),
      ),
  };
}

const amounts = (invoice: Invoice | undefined) =>
  invoice?.lines.data.map(({ description, amount }) => [description.split(',')[0], amount]);

test('each has its own invoices, where the customer wants nothing else', async () => {
  const life = await threeSubscriptions({});
  await life.to('2026-02-02T00:00:00Z');
  expect((await life.invoices()).map(({ total }) => total)).toEqual([100, 200, 1200, 100, 200]);
});

test('those that renew at one instant have one invoice, where the customer wants that; it is final after the longest grace', async () => {
  const life = await threeSubscriptions({ invoice_grouping: 'customer' });
  await life.to('2026-01-31T00:00:00Z');
  await life.use('2026-01-10T00:00:00Z');
  await life.to('2026-02-02T00:00:00Z');
  const invoices = await life.invoices();
  expect(invoices.map(({ total }) => total)).toEqual([100, 200, 1200, 310]);
  expect(invoices[3]).toMatchObject({
    status: 'paid',
    subscription: null,
    finalized_at: '2026-02-01T01:00:00Z',
  });
  expect(amounts(invoices[3])).toEqual([
    ['fee', 100],
    ['base', 200],
    ['calls', 10],
  ]);
  // Each subscription knows it, and what waits for its own next invoice is on it.
  await dunlin.client.patch(`/v1/subscriptions/${String(life.ids[0])}`, {
    plan: await aPlan(dunlin, { grace_period: 0, prices: [fee('300')] }),
  });
  await life.to('2027-01-02T00:00:00Z');
  const later = await life.invoices();
  expect(later.at(-1)).toMatchObject({ total: 300 + 200 + 1200 });
  expect(amounts(later[4])?.map(([code]) => code)).toEqual(['fee', 'fee', 'fee', 'base', 'calls']);
  for (const id of life.ids) {
    expect(await dunlin.client.get(`/v1/subscriptions/${id}`)).toMatchObject({
      latest_invoice: later.at(-1)?.id,
    });
    const own = await dunlin.client.all<Invoice>(`/v1/invoices?subscription=${id}`);
    expect(own.map((invoice) => invoice.id)).toContain(later.at(-1)?.id);
  }
});

test('what is late for one of them is on the invoice of all', async () => {
  const life = await threeSubscriptions({ invoice_grouping: 'customer' });
  await life.to('2026-02-10T00:00:00Z');
  await life.use('2026-01-10T00:00:00Z');
  await life.to('2026-03-02T00:00:00Z');
  expect(amounts((await life.invoices()).at(-1))).toEqual([
    ['fee', 100],
    ['base', 200],
    ['calls', 0],
    ['calls', 10],
  ]);
});

test('one that is not paid makes all of them past due, and paid, none', async () => {
  const life = await threeSubscriptions({ invoice_grouping: 'customer' });
  const methods = `/v1/customers/${life.customer}/payment_methods`;
  const failing = await dunlin.client.post<{ id: string }>(methods, { token: 'pm_card_chargeCustomerFail' });
  const paying = await dunlin.client.post<{ id: string }>(methods, { token: 'pm_card_mastercard' });
  await dunlin.client.post(`${methods}/${failing.id}/default`, {});
  await life.to('2026-02-02T00:00:00Z');
  expect(await life.statuses()).toEqual(['past_due', 'past_due', 'active']);
  await dunlin.client.post(`${methods}/${paying.id}/default`, {});
  await eventually(life.statuses, (statuses) => statuses.every((status) => status === 'active'));
});

test('a preview shows the part of the subscription alone, and leaves the grouping', async () => {
  const life = await threeSubscriptions({ invoice_grouping: 'customer' });
  const preview = await dunlin.client.post<{ invoice: Invoice }>(
    `/v1/subscriptions/${String(life.ids[1])}/preview`,
    { quantity: 2 },
  );
  expect(amounts(preview.invoice)).toEqual([
    ['base', 200],
    ['calls', 0],
  ]);
  expect(await dunlin.client.get(`/v1/customers/${life.customer}`)).toMatchObject({
    invoice_grouping: 'customer',
  });
});
