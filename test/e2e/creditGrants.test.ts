/** Credit that is granted or bought, from the request to the books (semantics.md, section 7). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import {
  aCustomer,
  aPlan,
  aSubscription,
  aTestClock,
  eventually,
  invoicesOf,
  unique,
  type CustomerFields,
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

interface Grant {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly remaining: number;
  readonly invoice: string | null;
  readonly top_up: boolean;
  readonly ended_at: string | null;
}

interface PaidInvoice extends Invoice {
  readonly billing_reason: string;
  readonly amount_due: number;
  readonly credits_applied: number;
  readonly credits: readonly { credit_grant: string | null; name: string | null; amount: number }[];
}

const declined = 'pm_card_visa_chargeDeclinedInsufficientFunds';
const fee = (amount: string, code = 'fee') => ({ code, type: 'fixed', model: 'flat', amount });

const grant = (fields: Record<string, unknown>) => dunlin.client.post<Grant>('/v1/credit_grants', fields);
const read = (id: string) => dunlin.client.get<Grant>(`/v1/credit_grants/${id}`);
const voided = (id: string) => dunlin.client.post<Grant>(`/v1/credit_grants/${id}/void`, {});
const grantsOf = (customer: string) => dunlin.client.all<Grant>(`/v1/credit_grants?customer=${customer}`);
const invoice = (id: string | null) => dunlin.client.get<PaidInvoice>(`/v1/invoices/${String(id)}`);
const refused = async (body: Record<string, unknown>) => {
  const { status, body: answer } = await dunlin.call('POST', '/v1/credit_grants', body);
  return [status, answer.error?.code, answer.error?.param];
};
const movements = async (id: string) =>
  (
    await dunlin.client.all<{ type: string; amount: number; invoice: string | null }>(
      `/v1/credit_grants/${id}/movements`,
    )
  ).map(({ type, amount }) => [type, amount]);
const balanceOf = async (customer: string) =>
  (await dunlin.client.get<{ credit_balance: number }>(`/v1/customers/${customer}`)).credit_balance;
const posted = async (clock: string, source: string) =>
  (
    await dunlin.client.all<{
      kind: string;
      effective_at: string;
      postings: { debit: string; credit: string; amount: number }[];
    }>(`/v1/ledger/transactions?book=${clock}&source=${encodeURIComponent(source)}`)
  ).map(({ kind, effective_at, postings }) => [
    kind,
    effective_at,
    ...postings.map(({ debit, credit, amount }) => [debit, credit, amount]),
  ]);

/** A customer on a clock of its own that is billed 10.00 on the first of each month once it is subscribed. */
async function aLife(customer: CustomerFields = {}, start = '2026-01-01T00:00:00Z') {
  const clock = await aTestClock(dunlin, start);
  const id = await aCustomer(dunlin, { currency: 'USD', ...customer, test_clock: clock });
  return {
    clock,
    id,
    to: (time: string) => advanceTo(dunlin.client, clock, time),
    grant: (fields: Record<string, unknown>) => grant({ customer: id, ...fields }),
    subscribe: async (plan: Record<string, unknown> = {}) =>
      aSubscription(dunlin, { customer: id, plan: await aPlan(dunlin, plan) }),
    invoices: async () => (await dunlin.client.all<PaidInvoice>(`/v1/invoices?customer=${id}`)).reverse(),
  };
}

describe('credit that is given away', () => {
  test('pays invoices until it is used up, and the card pays the rest', async () => {
    const life = await aLife();
    const { id, ...given } = await life.grant({ amount: 1500, name: 'Welcome', metadata: { why: 'launch' } });
    expect(given).toMatchObject({
      status: 'granted',
      paid: false,
      priority: 50,
      remaining: 1500,
      currency: 'USD',
      applies_to: null,
      invoice: null,
      metadata: { why: 'launch' },
      livemode: false,
      created: '2026-01-01T00:00:00Z',
      effective_at: '2026-01-01T00:00:00Z',
    });
    expect(await posted(life.clock, id)).toEqual([
      ['credit_granted', '2026-01-01T00:00:00Z', ['promotional_expense', 'promotional_credit', 1500]],
    ]);
    expect(await balanceOf(life.id)).toBe(1500);
    await life.subscribe();
    await life.to('2026-03-02T00:00:00Z');
    const paid = (await life.invoices()).map(({ status, credits_applied, amount_paid, credits }) => [
      status,
      credits_applied,
      amount_paid,
      credits,
    ]);
    expect(paid).toEqual([
      ['paid', 1000, 0, [{ credit_grant: id, name: 'Welcome', amount: 1000 }]],
      ['paid', 500, 500, [{ credit_grant: id, name: 'Welcome', amount: 500 }]],
      ['paid', 0, 1000, []],
    ]);
    expect(await read(id)).toMatchObject({ status: 'granted', remaining: 0 });
    expect(await movements(id)).toEqual([
      ['applied', 500],
      ['applied', 1000],
    ]);
    expect(await balanceOf(life.id)).toBe(0);
  });

  test('is spent by priority, then the earliest to expire, then the oldest', async () => {
    const life = await aLife();
    const old = await life.grant({ amount: 300, name: 'old' });
    await life.grant({ amount: 300, name: 'young' });
    await life.grant({ amount: 300, name: 'expires', expires_at: '2027-01-01T00:00:00Z' });
    await life.grant({ amount: 300, name: 'first', priority: 1 });
    await life.grant({ amount: 300, name: 'last', priority: 100, expires_at: '2026-02-01T00:00:00Z' });
    await life.subscribe();
    const [first] = await life.invoices();
    expect(first?.credits.map(({ name, amount }) => [name, amount])).toEqual([
      ['first', 300],
      ['expires', 300],
      ['old', 300],
      ['young', 100],
    ]);
    expect(await read(old.id)).toMatchObject({ remaining: 0 });
  });

  test('for some prices or plans pays their lines only', async () => {
    const life = await aLife();
    const plan = await aPlan(dunlin, { prices: [fee('600', 'base'), fee('400', 'support')] });
    await life.grant({ amount: 5000, name: 'support', applies_to: { prices: ['support'] } });
    await life.grant({ amount: 5000, name: 'other', applies_to: { plans: [await aPlan(dunlin)] } });
    await life.grant({ amount: 100, name: 'plan', applies_to: { plans: [plan], prices: ['base'] } });
    await aSubscription(dunlin, { customer: life.id, plan });
    const [first] = await life.invoices();
    expect(first).toMatchObject({ credits_applied: 500, amount_paid: 500 });
    expect(first?.credits.map(({ name, amount }) => [name, amount])).toEqual([
      ['support', 400],
      ['plan', 100],
    ]);
  });

  test('that takes effect later is not used before', async () => {
    const life = await aLife();
    await life.grant({ amount: 1000, effective_at: '2026-02-01T00:00:00Z' });
    expect(await balanceOf(life.id)).toBe(0);
    await life.subscribe();
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.invoices()).map(({ credits_applied }) => credits_applied)).toEqual([0, 1000]);
  });

  test('lesson 29: a plan change in the middle of a period never touches credit', async () => {
    const life = await aClockedLife(dunlin, { plan: { prices: [fee('3100')] } });
    const { id } = await grant({ customer: life.customer, amount: 700 });
    await life.to('2026-01-11T00:00:00Z');
    const before = await read(id);
    await life.change({ plan: await aPlan(dunlin, { prices: [fee('6200')] }) });
    await life.change({ quantity: 2 });
    expect(await read(id)).toEqual(before);
    expect(await balanceOf(life.customer)).toBe(700);
    expect(await movements(id)).toEqual([]);
  });

  test('that is asked for twice with one Idempotency-Key is granted once, and posted once', async () => {
    const life = await aLife();
    const ask = { customer: life.id, amount: 100 };
    const key = { 'idempotency-key': unique('key') };
    const first = await dunlin.call('POST', '/v1/credit_grants', ask, key);
    const again = await dunlin.call('POST', '/v1/credit_grants', ask, key);
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([
      201,
      201,
      'true',
    ]);
    expect(again.body).toEqual(first.body);
    expect(await grantsOf(life.id)).toHaveLength(1);
  });
});

describe('credit that is bought', () => {
  test('is invoiced and paid at once, is no revenue until it pays for something, and never pays for credit', async () => {
    const life = await aLife();
    const bought = await life.grant({ amount: 2500, paid: true, name: 'Pack' });
    expect(bought).toMatchObject({ status: 'granted', remaining: 2500 });
    const purchase = await invoice(bought.invoice);
    expect(purchase).toMatchObject({
      status: 'paid',
      billing_reason: 'manual',
      total: 2500,
      tax: 0,
      amount_paid: 2500,
      credits: [],
      lines: { data: [{ type: 'credit_purchase', description: 'Pack', price: null, amount: 2500 }] },
    });
    expect(await posted(life.clock, purchase.id)).toEqual([
      ['invoice_finalized', '2026-01-01T00:00:00Z', ['accounts_receivable', 'prepaid_credit', 2500]],
    ]);
    const explained = await dunlin.client.get<{ lines: unknown[] }>(`/v1/invoices/${purchase.id}/explain`);
    expect(explained.lines).toMatchObject([
      {
        price: { model: 'credit_purchase' },
        exact_amount: '2500',
        parameters: { amount: '2500' },
        amount: 2500,
      },
    ]);
    await life.subscribe();
    const second = await life.grant({ amount: 100, paid: true });
    expect(await invoice(second.invoice)).toMatchObject({ credits_applied: 0, amount_paid: 100 });
    expect(await read(bought.id)).toMatchObject({ remaining: 1500 });
  });

  test('waits for its payment, and may be spent from then on', async () => {
    const life = await aLife({ token: declined });
    const bought = await life.grant({ amount: 1000, paid: true });
    expect(bought).toMatchObject({ status: 'pending', remaining: 1000 });
    expect(await invoice(bought.invoice)).toMatchObject({ status: 'open', attempt_count: 1 });
    expect(await balanceOf(life.id)).toBe(0);
    const early = await dunlin.call('POST', `/v1/credit_grants/${bought.id}/void`, {});
    expect([early.status, early.body.error?.code]).toEqual([409, 'credit_grant_pending']);
    const card = await dunlin.client.post<{ id: string }>(`/v1/customers/${life.id}/payment_methods`, {
      token: 'pm_card_visa',
    });
    await dunlin.client.post(`/v1/customers/${life.id}/payment_methods/${card.id}/default`, {});
    expect(
      await eventually(
        () => read(bought.id),
        ({ status }) => status !== 'pending',
      ),
    ).toMatchObject({
      status: 'granted',
    });
    await life.subscribe();
    expect((await life.invoices()).at(-1)).toMatchObject({ credits_applied: 1000, amount_due: 0 });
  });

  test("is granted at once where the customer's balance pays for it, and the balance tells what became of it", async () => {
    const life = await aLife();
    const { id } = await life.subscribe({ prices: [fee('3100')] });
    await life.to('2026-01-11T00:00:00Z');
    await dunlin.client.post(`/v1/subscriptions/${id}/cancel`, { at: 'now', credit_unused: true });
    const credited = (await invoicesOf(dunlin, id)).at(-1);
    expect(credited).toMatchObject({ total: -2100 });
    const bought = await life.grant({ amount: 2000, paid: true });
    expect(bought.status).toBe('granted');
    expect(await invoice(bought.invoice)).toMatchObject({
      status: 'paid',
      credits_applied: 2000,
      amount_due: 0,
    });
    const path = `/v1/customers/${life.id}/balance_transactions`;
    const page = (cursor = '') =>
      dunlin.client.get<{ data: Record<string, unknown>[]; next_cursor: string | null }>(
        `${path}?limit=1${cursor}`,
      );
    const latest = await page();
    const before = await page(`&cursor=${String(latest.next_cursor)}`);
    expect(before.next_cursor).toBeNull();
    const changes = [...latest.data, ...before.data];
    expect(changes).toMatchObject([
      {
        object: 'balance_transaction',
        type: 'applied_to_invoice',
        amount: 2000,
        ending_balance: -100,
        invoice: bought.invoice,
        currency: 'USD',
        livemode: false,
      },
      {
        type: 'credited_by_invoice',
        amount: -2100,
        ending_balance: -2100,
        invoice: credited?.id,
        refund: null,
      },
    ]);
    expect(await dunlin.client.get(`/v1/customers/${life.id}`)).toMatchObject({
      balance: -100,
      credit_balance: 2000,
    });
  });

  test('fixes the currency of a customer that has none', async () => {
    const customer = await aCustomer(dunlin);
    expect(await refused({ customer, amount: 100 })).toEqual([400, 'field_missing', 'currency']);
    const bought = await grant({ customer, amount: 100, currency: 'EUR', paid: true });
    expect(bought).toMatchObject({ status: 'granted', currency: 'EUR', livemode: true });
    expect(await refused({ customer, amount: 100, currency: 'USD' })).toEqual([
      422,
      'currency_mismatch',
      'currency',
    ]);
    expect(await grant({ customer, amount: 100 })).toMatchObject({ currency: 'EUR' });
  });
});

describe('what is refused', () => {
  test.each([
    ['nothing', { amount: 0 }, 'field_invalid', 'amount'],
    ['less than nothing', { amount: -5 }, 'field_invalid', 'amount'],
    ['a part of a minor unit', { amount: 1.5 }, 'field_invalid', 'amount'],
    ['a priority beyond 100', { priority: 101 }, 'field_invalid', 'priority'],
    ['an end in the past', { expires_at: '2025-12-31T00:00:00Z' }, 'instant_in_the_past', 'expires_at'],
    [
      'an end before it takes effect',
      { effective_at: '2026-06-01T00:00:00Z', expires_at: '2026-05-01T00:00:00Z' },
      'instant_in_the_past',
      'expires_at',
    ],
    [
      'a plan that is none',
      { applies_to: { plans: ['plan_01kk0000000000000000000000'] } },
      'plan_missing',
      'applies_to.plans',
    ],
    ['a scope of nothing', { applies_to: { prices: [] } }, 'field_invalid', 'applies_to.prices'],
    ['an unknown field', { ammount: 5 }, 'field_unknown', 'ammount'],
  ])('%s', async (_what, fields, errorCode, param) => {
    const life = await aLife();
    expect(await refused({ customer: life.id, amount: 100, ...fields })).toEqual([400, errorCode, param]);
    expect(await grantsOf(life.id)).toEqual([]);
  });

  test('a customer that is none', async () => {
    const nobody = 'cus_01kk0000000000000000000000';
    expect(await refused({ customer: nobody, amount: 1 })).toEqual([400, 'customer_missing', 'customer']);
    expect((await dunlin.call('GET', '/v1/credit_grants/nothing')).status).toBe(404);
  });
});

describe('a grant that is voided', () => {
  test('loses what is left of it, once', async () => {
    const life = await aLife();
    const { id } = await life.grant({ amount: 1200 });
    await life.subscribe();
    expect(await voided(id)).toMatchObject({
      status: 'voided',
      remaining: 0,
      ended_at: '2026-01-01T00:00:00Z',
    });
    expect(await movements(id)).toEqual([
      ['voided', 200],
      ['applied', 1000],
    ]);
    expect((await posted(life.clock, id))[0]).toEqual([
      'credit_voided',
      '2026-01-01T00:00:00Z',
      ['promotional_credit', 'promotional_expense', 200],
    ]);
    const again = await dunlin.call('POST', `/v1/credit_grants/${id}/void`, {});
    expect([again.status, again.body.error?.code]).toEqual([409, 'credit_grant_ended']);
  });

  test('of paid credit is a gain', async () => {
    const life = await aLife();
    const { id } = await life.grant({ amount: 300, paid: true });
    await voided(id);
    expect((await posted(life.clock, id))[0]?.[2]).toEqual(['prepaid_credit', 'breakage_revenue', 300]);
  });
});

describe('credit that expires', () => {
  test('is forfeited at its time, and an invoice of that very instant does not use it', async () => {
    const life = await aLife();
    await life.subscribe();
    const atRenewal = await life.grant({ amount: 400, paid: true, expires_at: '2026-02-01T00:00:00Z' });
    const between = await life.grant({ amount: 300, expires_at: '2026-02-10T12:00:00Z' });
    const used = await life.grant({ amount: 900, priority: 1, expires_at: '2026-02-10T12:00:00Z' });
    await life.to('2026-03-02T00:00:00Z');
    expect(
      (await life.invoices()).map(({ total, credits }) => [total, credits.map((each) => each.amount)]),
    ).toEqual([
      [1000, []],
      [400, []],
      [1000, [900, 100]],
      [1000, []],
    ]);
    expect(await read(atRenewal.id)).toMatchObject({
      status: 'expired',
      remaining: 0,
      ended_at: '2026-02-01T00:00:00Z',
    });
    expect(await movements(between.id)).toEqual([
      ['expired', 200],
      ['applied', 100],
    ]);
    expect(await movements(used.id)).toEqual([['applied', 900]]);
    expect((await read(used.id)).status).toBe('expired');
    expect((await posted(life.clock, atRenewal.id))[0]).toEqual([
      'credit_expired',
      '2026-02-01T00:00:00Z',
      ['prepaid_credit', 'breakage_revenue', 400],
    ]);
    expect((await posted(life.clock, between.id))[0]?.slice(0, 2)).toEqual([
      'credit_expired',
      '2026-02-10T12:00:00Z',
    ]);
    const late = await dunlin.call('POST', `/v1/credit_grants/${between.id}/void`, {});
    expect([late.status, late.body.error?.code]).toEqual([409, 'credit_grant_ended']);
  });

  test('in real time does so within seconds, without anything else being due', async () => {
    const customer = await aCustomer(dunlin, { currency: 'USD' });
    const soon = new Date(Date.now() + 1500).toISOString();
    const { id } = await grant({ customer, amount: 100, expires_at: soon });
    expect(
      await eventually(
        () => read(id),
        ({ status }) => status === 'expired',
        90_000,
      ),
    ).toMatchObject({
      remaining: 0,
      ended_at: soon.replace('.000', ''),
    });
  });
});

describe('a customer that tops up', () => {
  const autoTopUp = { threshold: 500, amount: 2000 };
  const topUpsOf = async (customer: string) =>
    (await grantsOf(customer))
      .filter((each) => each.top_up)
      .map(({ status, remaining }) => [status, remaining]);

  test('buys credit when that is set, and again when an invoice has used it', async () => {
    const life = await aLife();
    const path = `/v1/customers/${life.id}`;
    expect(await dunlin.client.patch(path, { auto_top_up: autoTopUp, name: 'Grace' })).toMatchObject({
      name: 'Grace',
      auto_top_up: { threshold: 500, amount: 2000, expires_after_days: null, priority: 50 },
      credit_balance: 2000,
    });
    const [first] = await life.invoices();
    expect(first).toMatchObject({ billing_reason: 'top_up', status: 'paid', total: 2000 });
    await life.subscribe();
    expect(await topUpsOf(life.id)).toEqual([['granted', 1000]]);
    await life.to('2026-02-02T00:00:00Z');
    expect(await topUpsOf(life.id)).toEqual([
      ['granted', 2000],
      ['granted', 0],
    ]);
    await dunlin.client.patch(path, { auto_top_up: null });
    await life.to('2026-05-02T00:00:00Z');
    expect(await topUpsOf(life.id)).toHaveLength(2);
  });

  test('is topped up within the request of a signup, and by what expires or is voided', async () => {
    const life = await aLife();
    await life.grant({ amount: 1400, expires_at: '2026-02-15T00:00:00Z' });
    const scoped = await life.grant({ amount: 9000, applies_to: { prices: ['nothing'] } });
    const topUp = { ...autoTopUp, expires_after_days: 30, priority: 90 };
    await dunlin.client.patch(`/v1/customers/${life.id}`, { auto_top_up: topUp });
    expect(await topUpsOf(life.id)).toEqual([]);
    await life.subscribe();
    expect(await topUpsOf(life.id)).toEqual([['granted', 2000]]);
    const [bought] = await grantsOf(life.id);
    expect(bought).toMatchObject({ priority: 90, expires_at: '2026-01-31T00:00:00Z' });
    await voided(scoped.id);
    expect(await topUpsOf(life.id)).toHaveLength(1);
    await voided(bought?.id ?? '');
    expect(await topUpsOf(life.id)).toEqual([
      ['granted', 2000],
      ['voided', 0],
    ]);
    await life.to('2026-02-01T00:00:00Z');
    // What expires on 31 January is bought again, before the renewal of the next day.
    expect((await topUpsOf(life.id)).map(([status]) => status)).toEqual(['granted', 'expired', 'voided']);
  });

  test('whose payment fails has one top-up that waits in collection, and no second one', async () => {
    const life = await aLife({ token: declined, auto_top_up: autoTopUp });
    await life.subscribe();
    const given = await life.grant({ amount: 600 });
    await life.to('2026-02-03T00:00:00Z');
    await voided(given.id).catch(() => undefined);
    expect((await topUpsOf(life.id)).map(([status]) => status)).toEqual(['pending']);
    const purchases = (await life.invoices()).filter((each) => each.billing_reason === 'top_up');
    expect(purchases).toMatchObject([{ status: 'open', total: 2000 }]);
    expect(
      await dunlin.temporal.workflow.getHandle(`collection/${purchases[0]?.id ?? ''}`).describe(),
    ).toBeDefined();
  });

  test('with a threshold of zero buys when nothing is left', async () => {
    const life = await aLife();
    await life.grant({ amount: 1500 });
    await dunlin.client.patch(`/v1/customers/${life.id}`, { auto_top_up: { threshold: 0, amount: 700 } });
    await life.subscribe();
    expect(await topUpsOf(life.id)).toEqual([]);
    await life.to('2026-02-02T00:00:00Z');
    expect(await topUpsOf(life.id)).toEqual([['granted', 700]]);
  });

  test('has a currency to buy in', async () => {
    const customer = await aCustomer(dunlin);
    const { status, body } = await dunlin.call('PATCH', `/v1/customers/${customer}`, {
      auto_top_up: autoTopUp,
    });
    expect([status, body.error?.code, body.error?.param]).toEqual([422, 'currency_missing', 'auto_top_up']);
    const created = await dunlin.call('POST', '/v1/customers', { name: 'Ada', auto_top_up: autoTopUp });
    expect(created.status).toBe(422);
  });

  test('that sets it twice with one Idempotency-Key buys once', async () => {
    const life = await aLife();
    const body = { auto_top_up: { threshold: 5000, amount: 100 } };
    const key = { 'idempotency-key': unique('key') };
    const answers = [
      await dunlin.call('PATCH', `/v1/customers/${life.id}`, body, key),
      await dunlin.call('PATCH', `/v1/customers/${life.id}`, body, key),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await topUpsOf(life.id)).toEqual([['granted', 100]]);
  });
});
