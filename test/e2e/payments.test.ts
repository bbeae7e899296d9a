/** Payments as clients ask for them: at once, by another method, by backups, and by hand. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { aCustomer, aPlan, eventually, invoicesOf, type Created } from '../stack/builders.ts';
import { aClockedLife } from '../stack/clockedLife.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
let plan: string;
beforeAll(async () => {
  dunlin = await startDunlin();
  plan = await aPlan(dunlin);
});
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
});

const declining = 'pm_card_visa_chargeDeclinedInsufficientFunds';
const asking = 'pm_card_authenticationRequired';

interface Answer {
  readonly id: string;
  readonly status: string;
  readonly customer: string;
  readonly attempt_count: number;
  readonly amount_remaining: number;
  readonly last_payment_error: { readonly code: string; readonly payment: string | null } | null;
}
interface Payment {
  readonly id: string;
  readonly status: string;
  readonly source: string;
  readonly amount: number;
  readonly payment_method: string | null;
}

async function anInvoice(token: string | null): Promise<Answer> {
  const customer = await aCustomer(dunlin, { token });
  const { latest_invoice: id } = await dunlin.client.post<{ latest_invoice: string }>('/v1/subscriptions', {
    customer,
    plan,
  });
  return read(id);
}
const read = (id: string) => dunlin.client.get<Answer>(`/v1/invoices/${id}`);
const pay = (id: string, body: object = {}) => dunlin.client.post<Answer>(`/v1/invoices/${id}/pay`, body);
const paymentsOf = async (id: string) =>
  (await dunlin.client.all<Payment>(`/v1/payments?invoice=${id}`)).reverse();
const aMethod = (customer: string, token: string) =>
  dunlin.client.post<Created>(`/v1/customers/${customer}/payment_methods`, { token });
const record = (invoice: string, amount: number, fields: object = {}) =>
  dunlin.client.post<Payment>('/v1/payments', { invoice, amount, reference: 'Transfer 7', ...fields });
const refusal = async (path: string, body: object) => {
  const { status, body: answer } = await dunlin.call('POST', path, body);
  return [status, answer.error?.code, answer.error?.param];
};

/** As if the process of the API had died before it could keep its answer: the request is taken over. */
const forgetAnswer = (key: string) =>
  dunlin.pool.query(
    `UPDATE idempotency_keys SET status_code = NULL, response = NULL, locked_until = '-infinity' WHERE key = $1`,
    [key],
  );

describe('paying an invoice', () => {
  test('says why it is not paid, and pays it by a method that is named', async () => {
    const invoice = await anInvoice(declining);
    expect(invoice.last_payment_error).toMatchObject({ code: 'insufficient_funds', decline: 'soft' });
    const [first] = await paymentsOf(invoice.id);
    expect(invoice.last_payment_error?.payment).toBe(first?.id);
    const card = await aMethod(invoice.customer, 'pm_card_visa');
    const paid = await pay(invoice.id, { payment_method: card.id });
    expect(paid).toMatchObject({ status: 'paid', attempt_count: 2, last_payment_error: null });
    expect(await paymentsOf(invoice.id)).toMatchObject([
      { source: 'automatic' },
      { source: 'api', payment_method: card.id },
    ]);
  });

  test('without a payment method is an error without an attempt', async () => {
    const invoice = await anInvoice(null);
    expect(invoice).toMatchObject({ attempt_count: 0 });
    expect(invoice.last_payment_error).toMatchObject({ code: 'no_payment_method', payment: null });
    const other = await aMethod(await aCustomer(dunlin), 'pm_card_visa');
    expect(await refusal(`/v1/invoices/${invoice.id}/pay`, { payment_method: other.id })).toEqual([
      ...[400, 'payment_method_missing', 'payment_method'],
    ]);
  });

  test('tries backups in their order, which a method shows with the end of its card', async () => {
    const invoice = await anInvoice(declining);
    const path = `/v1/customers/${invoice.customer}/payment_methods`;
    const card = await aMethod(invoice.customer, 'pm_card_visa');
    expect(await dunlin.client.post(`${path}/${card.id}/backup`, { priority: 2 })).toMatchObject({
      ...{ backup_priority: 2, default: false },
      card: { exp_month: expect.any(Number), exp_year: expect.any(Number) },
    });
    await eventually(
      () => read(invoice.id),
      ({ status }) => status === 'paid',
    );
    expect(await dunlin.client.post(`${path}/${card.id}/backup`, { priority: null })).toMatchObject({
      backup_priority: null,
    });
    expect(await refusal(`${path}/${card.id}/backup`, { priority: 0 })).toEqual([
      400,
      'field_invalid',
      'priority',
    ]);
  });

  test('lesson 6: by two requests at once, and again with the same key, is one attempt', async () => {
    const customer = await aCustomer(dunlin, { currency: 'USD' });
    const lines = [{ description: 'Setup', amount: 1000 }];
    const invoice = await dunlin.client.post<Created>('/v1/invoices', {
      customer,
      auto_advance: false,
      lines,
    });
    await dunlin.client.post(`/v1/invoices/${invoice.id}/finalize`, {});
    const path = `/v1/invoices/${invoice.id}/pay`;
    const ask = (key: string) => dunlin.call('POST', path, {}, { 'idempotency-key': key });
    const answers = await Promise.all([ask('one'), ask('two')]);
    expect(answers.map(({ status, body }) => [status, body['status']])).toEqual([
      [200, 'paid'],
      [200, 'paid'],
    ]);
    await forgetAnswer('two');
    expect((await ask('two')).status).toBe(200);
    expect(await paymentsOf(invoice.id)).toHaveLength(1);
  });
});

test('a test clock goes on while a payment waits for the customer', async () => {
  const life = await aClockedLife(dunlin, { customer: { token: asking } });
  await life.to('2026-03-01T00:00:00Z');
  const invoices = await invoicesOf(dunlin, life.id);
  expect(invoices.map(({ status }) => status)).toEqual(['open', 'open', 'open']);
  expect(await paymentsOf(invoices[0]?.id ?? '')).toMatchObject([{ status: 'requires_action' }]);
});

describe('money that came by itself', () => {
  test('pays in parts; the planned attempt is for the rest, and what is too much becomes balance', async () => {
    const life = await aClockedLife(dunlin, { customer: { token: declining } });
    const [invoice] = await invoicesOf(dunlin, life.id);
    const id = invoice?.id ?? '';
    const before = await dunlin.client.get<{ next_attempt_at: string }>(`/v1/invoices/${id}`);
    expect(await record(id, 300, { received_at: '2026-01-01T00:00:00Z' })).toMatchObject({
      ...{
        object: 'payment',
        status: 'succeeded',
        provider: 'offline',
        source: 'offline',
        payment_method: null,
      },
      ...{ amount: 300, amount_unapplied: 0, reference: 'Transfer 7', received_at: '2026-01-01T00:00:00Z' },
    });
    expect(await read(id)).toMatchObject({
      ...{ status: 'open', amount_remaining: 700, attempt_count: 1, next_attempt_at: before.next_attempt_at },
    });
    await life.to('2026-01-02T00:00:00Z');
    expect((await paymentsOf(id)).map(({ status, amount }) => [status, amount])).toEqual([
      ['failed', 1000],
      ['succeeded', 300],
      ['failed', 700],
    ]);
    const rest = await record(id, 1200);
    expect(rest).toMatchObject({ amount: 1200, amount_unapplied: 500 });
    expect(await read(id)).toMatchObject({ status: 'paid', next_attempt_at: null, last_payment_error: null });
    expect(await life.read()).toMatchObject({ status: 'active' });
    expect(await dunlin.client.get(`/v1/customers/${life.customer}`)).toMatchObject({ balance: -500 });
    expect(await refusal('/v1/payments', { invoice: id, amount: 1, reference: 'again' })).toEqual([
      ...[409, 'invoice_paid', undefined],
    ]);
    // What was paid by hand is given back by hand, and the books say so.
    const refunded = await dunlin.client.post<Created>(`/v1/payments/${rest.id}/refund`, {
      amount: 700,
      reason: 'other',
    });
    await eventually(
      () => dunlin.client.get<{ status: string }>(`/v1/refunds/${refunded.id}`),
      ({ status }) => status === 'succeeded',
    );
    expect(await refusal(`/v1/payments/${rest.id}/refund`, { amount: 1, reason: 'other' })).toEqual([
      ...[409, 'nothing_left', undefined],
    ]);
    expect(
      await refusal('/v1/payments', {
        invoice: id,
        amount: 1,
        reference: 'x',
        received_at: '2030-01-01T00:00:00Z',
      }),
    ).toEqual([...[400, 'received_at_in_future', 'received_at']]);
  });

  test('once for each key, for an invoice that was given up too', async () => {
    const invoice = await anInvoice(null);
    await dunlin.client.post(`/v1/invoices/${invoice.id}/mark_uncollectible`, {});
    const body = { invoice: invoice.id, amount: 1000, reference: 'Cheque 12' };
    const ask = () => dunlin.call('POST', '/v1/payments', body, { 'idempotency-key': 'cheque' });
    const first = await ask();
    await forgetAnswer('cheque');
    expect([first.status, (await ask()).body['id']]).toEqual([201, first.body['id']]);
    expect(await read(invoice.id)).toMatchObject({ status: 'paid', amount_remaining: 0 });
    expect(await paymentsOf(invoice.id)).toHaveLength(1);
  });
});
