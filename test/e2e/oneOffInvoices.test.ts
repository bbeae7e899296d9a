/** Invoices that somebody makes, items for the next one, and what is asked of an invoice, as a client sees it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aMeter,
  aTestClock,
  invoicesOf,
  sendEvents,
  unique,
  type Created,
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

const make = (body: Record<string, unknown>) => dunlin.client.post<Invoice>('/v1/invoices', body);
const refusal = async (method: string, path: string, body?: unknown) => {
  const answer = await dunlin.call(method, path, body);
  return [answer.status, answer.body.error?.code, answer.body.error?.param];
};
const balances = async (clock: string) => {
  const { data } = await dunlin.client.get<{ data: { id: string; balance: number }[] }>(
    `/v1/ledger/accounts?book=${clock}`,
  );
  return Object.fromEntries(data.map(({ id, balance }) => [String(id.split('/')[0]), balance])) as Record<
    string,
    number
  >;
};

describe('a one-off invoice', () => {
  test('is final, numbered and paid at once', async () => {
    const clock = await aTestClock(dunlin);
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const invoice = await make({
      customer,
      currency: 'USD',
      po_number: 'PO-7',
      memo: 'Thank you',
      custom_fields: [{ name: 'Cost centre', value: '42' }],
      lines: [
        { description: 'Setup', amount: 50000 },
        { description: 'Hours', quantity: '2.5', unit_amount: '13333.333' },
        { description: 'Goodwill', amount: -1000 },
      ],
    });
    expect(invoice).toMatchObject({
      status: 'paid',
      number: expect.stringMatching(/-000001$/),
      billing_reason: 'manual',
      subscription: null,
      total: 50000 + 33333 - 1000,
      po_number: 'PO-7',
      memo: 'Thank you',
      custom_fields: [{ name: 'Cost centre', value: '42' }],
    });
    expect(await balances(clock)).toMatchObject({ revenue: 82333, cash: 82333, accounts_receivable: 0 });
  });

  test('what is for a time is earned over it', async () => {
    const clock = await aTestClock(dunlin, '2026-01-01T00:00:00Z');
    const customer = await aCustomer(dunlin, { test_clock: clock, currency: 'USD' });
    const period = { start: '2026-01-01T00:00:00Z', end: '2026-01-11T00:00:00Z' };
    await make({ customer, lines: [{ description: 'Support', amount: 1000, period }] });
    await advanceTo(dunlin.client, clock, '2026-01-04T12:00:00Z');
    expect(await balances(clock)).toMatchObject({ deferred_revenue: 700, revenue: 300 });
  });

  test('stays a draft where nobody wants it to advance, shows what it would come to, and can be changed and deleted', async () => {
    const customer = await aCustomer(dunlin, { currency: 'EUR' });
    const rate = await dunlin.client.post<Created>('/v1/tax_rates', {
      code: unique('vat'),
      percentage: '10',
    });
    const draft = await make({
      customer,
      auto_advance: false,
      lines: [{ description: 'Setup', amount: 1000, tax_rates: [rate.id] }],
    });
    expect(draft).toMatchObject({ status: 'draft', number: null, subtotal: 1000, tax: 100, total: 1100 });
    expect(draft).toMatchObject({ taxes: [{ tax_rate: rate.id, taxable_amount: 1000, amount: 100 }] });
    const item = await dunlin.client.post<Created>('/v1/invoice_items', {
      customer,
      invoice: draft.id,
      description: 'More',
      amount: 500,
      tax_rates: [rate.id],
    });
    const read = () => dunlin.client.get<Invoice>(`/v1/invoices/${draft.id}`);
    expect(await read()).toMatchObject({ subtotal: 1500, tax: 150 });
    await dunlin.call('DELETE', `/v1/invoice_items/${item.id}`);
    expect(await read()).toMatchObject({ subtotal: 1000, tax: 100 });
    expect(await dunlin.client.patch(`/v1/invoices/${draft.id}`, { memo: 'Soon' })).toMatchObject({
      memo: 'Soon',
    });
    await dunlin.call('DELETE', `/v1/invoices/${draft.id}`);
    expect(await refusal('GET', `/v1/invoices/${draft.id}`)).toEqual([404, 'resource_missing', undefined]);
  });

  test('twenty for one customer, made at once, are all made, and numbered without a gap', async () => {
    const clock = await aTestClock(dunlin);
    const customer = await aCustomer(dunlin, { test_clock: clock, currency: 'USD' });
    const invoices = await Promise.all(
      Array.from({ length: 20 }, () => make({ customer, lines: [{ description: 'Hour', amount: 100 }] })),
    );
    const sequence = invoices.map(({ number }) => Number(number?.split('-').at(-1))).sort((a, b) => a - b);
    expect(sequence).toEqual(Array.from({ length: 20 }, (_, nth) => nth + 1));
  });

  test('what is changed of a draft that becomes final meanwhile is changed or refused, and never half', async () => {
    const customer = await aCustomer(dunlin, { currency: 'EUR' });
    const lines = [{ description: 'Setup', amount: 1000 }];
    for (let round = 0; round < 5; round += 1) {
      const { id } = await make({ customer, lines, auto_advance: false, memo: 'before' });
      const [, ...changes] = await Promise.all([
        dunlin.client.post(`/v1/invoices/${id}/finalize`, {}),
        ...Array.from({ length: 12 }, (_, nth) =>
          dunlin.call('PATCH', `/v1/invoices/${id}`, { memo: `change ${String(nth)}` }),
        ),
      ]);
      for (const { status, body } of changes) {
        if (status !== 200) expect([status, body.error?.code]).toEqual([409, 'invoice_final']);
      }
    }
  });

  test('a draft that is finalised by hand is not collected by itself, and is paid when that is asked for', async () => {
    const customer = await aCustomer(dunlin, { currency: 'USD' });
    const draft = await make({
      customer,
      auto_advance: false,
      lines: [{ description: 'Setup', amount: 1000 }],
    });
    const path = `/v1/invoices/${draft.id}`;
    expect(await dunlin.client.post(`${path}/finalize`, {})).toMatchObject({
      status: 'open',
      attempt_count: 0,
    });
    expect(await dunlin.client.post(`${path}/send`, {})).toMatchObject({ sent_at: expect.any(String) });
    expect(await refusal('PATCH', path, { memo: 'Late' })).toEqual([409, 'invoice_final', undefined]);
    expect(await refusal('DELETE', path)).toEqual([409, 'invoice_not_deletable', undefined]);
    expect(await dunlin.client.post(`${path}/pay`, {})).toMatchObject({ status: 'paid', attempt_count: 1 });
    expect(await dunlin.client.post(`${path}/pay`, {})).toMatchObject({ status: 'paid', attempt_count: 1 });
  });

  test('one that cannot be is refused by name, and nothing is made', async () => {
    const customer = await aCustomer(dunlin);
    expect(
      await refusal('POST', '/v1/invoices', { customer, lines: [{ description: 'A', amount: 1 }] }),
    ).toEqual([400, 'field_missing', 'currency']);
    const dollars = await aCustomer(dunlin, { currency: 'USD' });
    expect(await refusal('POST', '/v1/invoices', { customer: dollars })).toEqual([
      422,
      'nothing_to_invoice',
      'lines',
    ]);
    expect(
      await refusal('POST', '/v1/invoices', {
        customer: dollars,
        currency: 'EUR',
        lines: [{ description: 'A', amount: 1 }],
      }),
    ).toEqual([422, 'currency_mismatch', 'currency']);
    expect(
      await refusal('POST', '/v1/invoices', { customer: dollars, lines: [{ description: 'A' }] }),
    ).toEqual([400, 'field_invalid', 'lines[0].amount']);
    expect((await dunlin.client.all(`/v1/invoices?customer=${dollars}`)).length).toBe(0);
  });

  test('a preview comes to what the invoice then does, and changes nothing', async () => {
    const customer = await aCustomer(dunlin, { currency: 'USD' });
    const coupon = await dunlin.client.post<Created>('/v1/coupons', {
      code: unique('SAVE'),
      percent_off: '15',
      duration: 'once',
    });
    await dunlin.client.post(`/v1/customers/${customer}/coupons`, { coupon: coupon.id });
    const body = { customer, lines: [{ description: 'Setup', quantity: '3', unit_amount: '33.5' }] };
    const preview = await dunlin.client.post<Invoice>('/v1/invoices/preview', body);
    expect(preview).toMatchObject({ status: 'draft', number: null, subtotal: 101, discount: 15, total: 86 });
    expect(await dunlin.client.all(`/v1/invoices?customer=${customer}`)).toEqual([]);
    expect(await make(body)).toMatchObject({ subtotal: 101, discount: 15, total: 86, status: 'paid' });
    expect(await make(body)).toMatchObject({ discount: 0 });
  });
});

describe('items for the next invoice', () => {
  test('come with the next renewal, in their order, each once', async () => {
    const life = await aClockedLife(dunlin, {});
    const add = (description: string, fields: Record<string, unknown> = {}) =>
      dunlin.client.post('/v1/invoice_items', {
        customer: life.customer,
        description,
        amount: 100,
        ...fields,
      });
    await add('first');
    await add('second', { subscription: life.id });
    await life.to('2026-03-02T00:00:00Z');
    const invoices = await invoicesOf(dunlin, life.id);
    expect(invoices.map(({ total }) => total)).toEqual([1000, 1200, 1000]);
    expect(invoices[1]?.lines.data.map(({ description, type }) => [type, description.split(',')[0]])).toEqual(
      [
        ['fixed', 'fee'],
        ['one_off', 'first'],
        ['one_off', 'second'],
      ],
    );
  });

  test('of a subscription are invoiced when it ends', async () => {
    const life = await aClockedLife(dunlin, {});
    await life.to('2026-01-10T00:00:00Z');
    await dunlin.client.post('/v1/invoice_items', {
      customer: life.customer,
      subscription: life.id,
      description: 'Return of the box',
      amount: 300,
    });
    await dunlin.client.post(`/v1/subscriptions/${life.id}/cancel`, { at: 'now' });
    expect((await invoicesOf(dunlin, life.id)).map(({ total }) => total)).toEqual([1000, 300]);
    expect(
      await refusal('POST', '/v1/invoice_items', {
        customer: life.customer,
        subscription: life.id,
        description: 'Too late',
        amount: 1,
      }),
    ).toEqual([422, 'subscription_not_billed', 'subscription']);
  });

  test('wait again when a draft that took them is deleted', async () => {
    const customer = await aCustomer(dunlin, { currency: 'USD' });
    const item = await dunlin.client.post<Created>('/v1/invoice_items', {
      customer,
      description: 'Owed',
      amount: 5000,
    });
    const draft = await make({ customer, auto_advance: false, include_pending_items: true });
    expect(await refusal('DELETE', `/v1/customers/${customer}`)).toEqual([
      409,
      'customer_is_billed',
      undefined,
    ]);
    await dunlin.call('DELETE', `/v1/invoices/${draft.id}`);
    expect(await dunlin.client.get(`/v1/invoice_items/${item.id}`)).toMatchObject({ invoice: null });
    expect(await make({ customer })).toMatchObject({ total: 5000, status: 'paid' });
  });

  test('are on a one-off invoice where that is asked for, and on one alone', async () => {
    const customer = await aCustomer(dunlin, { currency: 'USD' });
    await dunlin.client.post('/v1/invoice_items', { customer, description: 'Waits', amount: 250 });
    const [one, other] = await Promise.all([
      dunlin.call('POST', '/v1/invoices', { customer }),
      dunlin.call('POST', '/v1/invoices', { customer }),
    ]);
    expect([one.status, other.status].sort()).toEqual([201, 422]);
  });
});

describe('a draft of a subscription', () => {
  test('is held by auto_advance false, gains lines, and is final when it is let go', async () => {
    const type = unique('call');
    const meter = await aMeter(dunlin, { event_type: type });
    const life = await aClockedLife(dunlin, {
      plan: { prices: [{ code: 'calls', type: 'usage', meter, model: 'per_unit', unit_amount: '100' }] },
    });
    await life.to('2026-01-10T00:00:00Z');
    await sendEvents(dunlin, [{ type, subject: life.customer, time: '2026-01-09T00:00:00Z' }]);
    await life.to('2026-02-01T00:30:00Z');
    const draft = (await invoicesOf(dunlin, life.id)).at(-1);
    const path = `/v1/invoices/${draft?.id ?? ''}`;
    await dunlin.client.patch(path, { auto_advance: false, memo: 'To be looked at' });
    await dunlin.client.post('/v1/invoice_items', {
      customer: life.customer,
      invoice: draft?.id,
      description: 'Negotiated',
      amount: -30,
    });
    await life.to('2026-02-20T00:00:00Z');
    expect(await dunlin.client.get(path)).toMatchObject({ status: 'draft', total: 70 });
    await dunlin.client.patch(path, { auto_advance: true });
    await life.to('2026-02-20T00:01:00Z');
    expect(await dunlin.client.get(path)).toMatchObject({
      status: 'paid',
      total: 70,
      memo: 'To be looked at',
    });
  });

  test.each(['subscription', 'customer'])(
    'stays that of its period when it gains a line: one for each %s',
    async (grouping) => {
      const meter = await aMeter(dunlin, { event_type: unique('call') });
      const life = await aClockedLife(dunlin, {
        customer: { invoice_grouping: grouping },
        plan: {
          prices: [
            { code: 'base', type: 'fixed', model: 'flat', amount: '100' },
            { code: 'calls', type: 'usage', meter, model: 'per_unit', unit_amount: '1' },
          ],
        },
      });
      await life.to('2026-02-01T00:30:00Z');
      const draft = (await invoicesOf(dunlin, life.id)).at(-1);
      await dunlin.client.post('/v1/invoice_items', {
        customer: life.customer,
        invoice: draft?.id,
        description: 'More',
        amount: 30,
      });
      expect(await dunlin.client.get(`/v1/invoices/${draft?.id ?? ''}`)).toMatchObject({
        status: 'draft',
        total: 130,
        period: { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z' },
      });
    },
  );
});
