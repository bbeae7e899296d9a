/** What clients read: resources in the contract's form, lists with filters and pages, books apart from each other. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Resource } from '../../src/domain/ids.ts';
import { newId } from '../../src/store/newId.ts';
import { flatFee, unique } from '../stack/builders.ts';
import { startApiOnly, type ApiOnly, type Reply } from './apiOnly.ts';

let api: ApiOnly;
let clock: string;
let plan: string;
/** One customer on a test clock, one in real time; each with a subscription, an invoice, a payment and postings. */
const onClock = new Map<Resource, string>();
const live = new Map<Resource, string>();
/** More than a double holds. */
const large = 9_007_199_254_740_993n;

beforeAll(async () => {
  api = await startApiOnly();
  clock = await made('/v1/test_clocks', { name: 'c', frozen_time: '2026-01-01T00:00:00Z' });
  plan = await made('/v1/plans', {
    code: 'plan',
    name: 'Plan',
    currency: 'USD',
    interval: 'month',
    prices: [flatFee],
  });
  await bill(onClock, clock, 'T-1', 1000n);
  await bill(live, null, 'D-1', large);
});
afterAll(() => api.stop());

async function made(path: string, body: unknown): Promise<string> {
  const reply = await api.call('POST', path, body);
  expect(reply.text).toContain('"id"');
  return String(reply.body.id);
}

async function bill(
  ids: Map<Resource, string>,
  on: string | null,
  number: string,
  amount: bigint,
): Promise<void> {
  const id = (resource: Resource): string => {
    const known = ids.get(resource) ?? newId(resource);
    ids.set(resource, known);
    return known;
  };
  ids.set('customer', await made('/v1/customers', { name: 'Ada', ...(on !== null && { test_clock: on }) }));
  const at = '2026-01-01T00:00:00Z';
  const end = '2026-02-01T00:00:00Z';
  const book = on ?? 'live';
  const insert = (statement: string, values: unknown[]) => api.pool.query(statement, values);
  await insert(
    `INSERT INTO payment_methods (id, customer_id, provider, provider_reference, type, card, created)
     VALUES ($1, $2, 'sandbox', 'x', 'card', '{"brand":"visa","last4":"4242"}', $3)`,
    [id('payment_method'), id('customer'), at],
  );
  await insert(
    `INSERT INTO subscriptions (id, customer_id, test_clock_id, plan_id, plan_version, quantity, status, billing_cycle_anchor,
                                started_at, current_period_start, current_period_end, next_due_at, latest_invoice_id, created)
     VALUES ($1, $2, $3, $4, 1, 1, 'active', '"anniversary"', $5, $5, $6, $6, $7, $5)`,
    [id('subscription'), id('customer'), on, plan, at, end, id('invoice')],
  );
  await insert(
    `INSERT INTO invoices (id, customer_id, subscription_id, boundary, test_clock_id, status, currency, period_start,
                           period_end, created)
     VALUES ($1, $2, $3, 0, $4, 'draft', 'USD', $5, $6, $5)`,
    [id('invoice'), id('customer'), id('subscription'), on, at, end],
  );
  await insert(
    `INSERT INTO invoice_lines (id, invoice_id, position, type, subscription_id, price_id, price_code, billing, description,
                                period_start, period_end, quantity, unit_amount, amount, computation)
     SELECT $1, $2, 0, 'fixed', $3, p.id, p.code, 'in_advance', 'fee', $4, $5, 1.500, '0.0025', $6, '{}'
       FROM prices p WHERE p.plan_id = $7`,
    [id('invoice_line'), id('invoice'), id('subscription'), at, end, amount, plan],
  );
  await insert(
    `UPDATE invoices SET status = 'paid', series = 'default', span = '', sequence = 1, number = $2, subtotal = $3, total = $3, amount_due = $3,
                         amount_paid = $3, finalized_at = $4, paid_at = $4 WHERE id = $1`,
    [id('invoice'), number, amount, at],
  );
  await insert(
    `INSERT INTO payments (provider, source, id, invoice_id, customer_id, payment_method_id, test_clock_id, amount, currency, status, created,
                           completed_at)
     VALUES ('sandbox', 'automatic', $1, $2, $3, $4, $5, $6, 'USD', 'succeeded', $7, $7)`,
    [id('payment'), id('invoice'), id('customer'), id('payment_method'), on, amount, at],
  );
  await insert(
    `INSERT INTO ledger_transactions (id, book, currency, kind, source_id, effective_at)
     VALUES ($1, $2, 'USD', 'payment_succeeded', $3, $4)`,
    [id('ledger_transaction'), book, id('payment'), at],
  );
  await insert(
    `INSERT INTO ledger_postings (transaction_id, position, debit_account, credit_account, amount, customer_id)
     VALUES ($1, 0, 'cash', 'accounts_receivable', $2, $3)`,
    [id('ledger_transaction'), amount, id('customer')],
  );
}

const of = (ids: Map<Resource, string>, resource: Resource): string => ids.get(resource) ?? '';

describe('a resource', () => {
  test.each<[string, Resource]>([
    ['customers', 'customer'],
    ['subscriptions', 'subscription'],
    ['invoices', 'invoice'],
    ['payments', 'payment'],
  ])('of /v1/%s has its id, object, created, livemode and metadata', async (path, resource) => {
    for (const [ids, livemode] of [
      [live, true],
      [onClock, false],
    ] as const) {
      const { status, body } = await api.call('GET', `/v1/${path}/${of(ids, resource)}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ id: of(ids, resource), object: resource, livemode, metadata: {} });
      expect(body['created']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    }
  });

  test('that is an invoice shows its lines, and amounts to the last digit', async () => {
    const reply = await api.call('GET', `/v1/invoices/${of(live, 'invoice')}`);
    for (const field of ['subtotal', 'total', 'amount_due', 'amount_paid'])
      expect(reply.text).toContain(`"${field}":${String(large)}`);
    expect(reply.text).toContain(`"amount":${String(large)}`);
    expect(reply.body).toMatchObject({
      number: 'D-1',
      status: 'paid',
      amount_remaining: 0,
      period: { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z' },
      lines: { data: [{ quantity: '1.5', unit_amount: '0.0025', proration: false }] },
    });
  });

  test('that is a subscription names its workflow', async () => {
    const { body } = await api.call('GET', `/v1/subscriptions/${of(live, 'subscription')}`);
    expect(body).toMatchObject({
      plan,
      plan_version: 1,
      quantity: 1,
      latest_invoice: of(live, 'invoice'),
      workflow_id: `subscription/${of(live, 'subscription')}`,
    });
  });

  test('is not found by an id of another type', async () => {
    for (const path of [
      'customers',
      'subscriptions',
      'invoices',
      'payments',
      'plans',
      'meters',
      'test_clocks',
    ])
      for (const resource of ['customer', 'subscription', 'invoice'] as const)
        if (!path.startsWith(resource))
          expect((await api.call('GET', `/v1/${path}/${of(live, resource)}`)).status).toBe(404);
  });
});

describe('a list', () => {
  const ids = async (path: string): Promise<unknown[]> =>
    ((await api.call('GET', path)).body.data ?? []).map(({ id }) => id);

  test('of invoices is filtered by customer, subscription, status and number', async () => {
    const mine = of(onClock, 'invoice');
    expect(await ids(`/v1/invoices?customer=${of(onClock, 'customer')}`)).toEqual([mine]);
    expect(await ids(`/v1/invoices?subscription=${of(onClock, 'subscription')}`)).toEqual([mine]);
    expect(await ids('/v1/invoices?number=T-1')).toEqual([mine]);
    expect(await ids('/v1/invoices?status=paid')).toHaveLength(2);
    expect(await ids('/v1/invoices?status=open')).toEqual([]);
    expect(await ids(`/v1/invoices?number=T-1&customer=${of(live, 'customer')}`)).toEqual([]);
  });

  test('of subscriptions is filtered by customer, plan and status', async () => {
    expect(await ids(`/v1/subscriptions?customer=${of(live, 'customer')}`)).toEqual([
      of(live, 'subscription'),
    ]);
    expect(await ids(`/v1/subscriptions?plan=${plan}&status=active`)).toHaveLength(2);
    expect(await ids('/v1/subscriptions?status=canceled')).toEqual([]);
  });

  test('of payments is filtered by customer, invoice and status', async () => {
    expect(await ids(`/v1/payments?invoice=${of(live, 'invoice')}`)).toEqual([of(live, 'payment')]);
    expect(await ids(`/v1/payments?customer=${of(onClock, 'customer')}&status=succeeded`)).toHaveLength(1);
    expect(await ids('/v1/payments?status=failed')).toEqual([]);
  });

  test('goes from page to page, newest first, and shows each once, whatever is added meanwhile', async () => {
    const codes = Array.from({ length: 7 }, () => unique('page'));
    for (const code of codes) await made('/v1/meters', { code, event_type: code, aggregation: 'count' });
    const seen: unknown[] = [];
    let cursor: string | null = null;
    do {
      const path = `/v1/meters?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { body }: Reply = await api.call('GET', path);
      seen.push(...(body.data ?? []).map(({ code }) => code));
      expect(body['has_more']).toBe(body['next_cursor'] !== null);
      cursor = body['next_cursor'] as string | null;
      await made('/v1/meters', { code: unique('late'), event_type: 'x', aggregation: 'count' });
    } while (cursor !== null);
    expect(seen).toEqual(codes.reverse());
  });

  test('has 20 items where no limit is given', async () => {
    for (let nth = 0; nth < 21; nth += 1) await made('/v1/customers', { name: 'many' });
    const { body } = await api.call('GET', '/v1/customers');
    expect([body.data?.length, body['has_more']]).toEqual([20, true]);
  });
});

describe('a customer', () => {
  test('is changed in what is given, and in nothing else', async () => {
    const id = await made('/v1/customers', { name: 'Ada', email: 'ada@example.com', metadata: { a: 'b' } });
    const changed = await api.call('PATCH', `/v1/customers/${id}`, { name: 'Grace', timezone: 'Asia/Tokyo' });
    expect(changed.body).toMatchObject({
      name: 'Grace',
      timezone: 'Asia/Tokyo',
      email: 'ada@example.com',
      metadata: { a: 'b' },
      balance: 0,
    });
    const cleared = await api.call('PATCH', `/v1/customers/${id}`, { email: null, metadata: {} });
    expect(cleared.body).toMatchObject({ name: 'Grace', email: null, metadata: {} });
  });

  test('has an external id of its own, which is free again once the customer is deleted', async () => {
    const external = unique('ext');
    const id = await made('/v1/customers', { name: 'Ada', external_id: external });
    const other = await made('/v1/customers', { name: 'Grace' });
    for (const reply of [
      await api.call('POST', '/v1/customers', { name: 'Ada', external_id: external }),
      await api.call('PATCH', `/v1/customers/${other}`, { external_id: external }),
    ])
      expect([reply.status, reply.body.error?.code, reply.body.error?.param]).toEqual([
        409,
        'external_id_taken',
        'external_id',
      ]);
    expect((await api.call('DELETE', `/v1/customers/${id}`)).body).toEqual({
      id,
      object: 'customer',
      deleted: true,
    });
    expect((await api.call('GET', `/v1/customers/${id}`)).status).toBe(404);
    expect((await api.call('DELETE', `/v1/customers/${id}`)).status).toBe(404);
    await made('/v1/customers', { name: 'Ada', external_id: external });
  });

  test('is not deleted while a subscription of its lives', async () => {
    const reply = await api.call('DELETE', `/v1/customers/${of(live, 'customer')}`);
    expect([reply.status, reply.body.error?.code]).toEqual([409, 'customer_is_billed']);
    expect((await api.call('GET', `/v1/customers/${of(live, 'customer')}`)).status).toBe(200);
  });

  test('on a test clock is made at its time', async () => {
    const { body } = await api.call('GET', `/v1/customers/${of(onClock, 'customer')}`);
    expect(body).toMatchObject({ created: '2026-01-01T00:00:00Z', test_clock: clock });
  });
});

describe('what a test clock forbids', () => {
  test('while it advances nobody writes in its time', async () => {
    await api.pool.query(
      `UPDATE test_clocks SET status = 'advancing', target_time = frozen_time + interval '1 day' WHERE id = $1`,
      [clock],
    );
    const asked = api.asked.length;
    const invoice = `/v1/invoices/${of(onClock, 'invoice')}`;
    const item = { customer: of(onClock, 'customer'), description: 'One', amount: 100 };
    for (const reply of [
      await api.call('POST', '/v1/subscriptions', { customer: of(onClock, 'customer'), plan }),
      await api.call('POST', `/v1/subscriptions/${of(onClock, 'subscription')}/cancel`, { at: 'now' }),
      await api.call('POST', '/v1/invoices', { customer: of(onClock, 'customer') }),
      await api.call('POST', '/v1/invoice_items', item),
      await api.call('POST', `${invoice}/finalize`),
      await api.call('POST', `${invoice}/pay`),
      await api.call('POST', `${invoice}/send`),
      await api.call('POST', `${invoice}/void`),
      await api.call('POST', `${invoice}/mark_uncollectible`),
      await api.call('DELETE', invoice),
      await api.call('POST', '/v1/credit_notes', { invoice: of(onClock, 'invoice'), reason: 'other' }),
      await api.call('POST', `/v1/payments/${of(onClock, 'payment')}/refund`, { reason: 'other' }),
      await api.call('POST', '/v1/credit_grants', { customer: of(onClock, 'customer'), amount: 100 }),
      await api.call('POST', `/v1/customers/${of(onClock, 'customer')}/coupons`, { coupon: 'none' }),
    ])
      expect([reply.status, reply.body.error?.code]).toEqual([409, 'clock_advancing']);
    expect(api.asked.length).toBe(asked);
    await api.pool.query(`UPDATE test_clocks SET status = 'ready', target_time = frozen_time WHERE id = $1`, [
      clock,
    ]);
  });

  test('an end is compared with its time, not with ours', async () => {
    const body = { customer: of(onClock, 'customer'), plan };
    const past = await api.call('POST', '/v1/subscriptions', { ...body, cancel_at: '2026-01-01T00:00:00Z' });
    expect([past.status, past.body.error?.code]).toEqual([400, 'instant_in_the_past']);
    const future = await api.call('POST', '/v1/subscriptions', {
      ...body,
      cancel_at: '2026-01-01T00:00:01Z',
    });
    expect(future.body.error?.code).toBe('temporal_unavailable'); // it was let through
  });
});

describe('the ledger', () => {
  test('has a book for what is live and one for each test clock, each with its own trial balance', async () => {
    for (const [book, amount] of [
      ['live', large],
      [clock, 1000n],
    ] as const) {
      const reply = await api.call('GET', `/v1/ledger/accounts?book=${book}`);
      expect(reply.body.data).toMatchObject([
        {
          object: 'ledger_account',
          id: 'accounts_receivable/USD',
          code: 'accounts_receivable',
          livemode: book === 'live',
        },
        { id: 'cash/USD', normal_balance: 'debit', currency: 'USD' },
      ]);
      expect(reply.text).toContain(`"debits":${String(amount)},"credits":0,"balance":${String(amount)}`);
      expect(reply.text).toContain(`"debits":0,"credits":${String(amount)},"balance":-${String(amount)}`);
    }
    const plain = await api.call('GET', '/v1/ledger/accounts');
    expect(plain.text).toBe((await api.call('GET', '/v1/ledger/accounts?book=live')).text);
  });

  test('shows each transaction with its postings', async () => {
    const { body } = await api.call('GET', `/v1/ledger/transactions?book=${clock}`);
    expect(body.data).toMatchObject([
      {
        id: of(onClock, 'ledger_transaction'),
        kind: 'payment_succeeded',
        source: of(onClock, 'payment'),
        postings: [
          { debit: 'cash', credit: 'accounts_receivable', amount: 1000, customer: of(onClock, 'customer') },
        ],
      },
    ]);
  });
});

test('a request id is taken over, made where there is none, and never echoed where it is none', async () => {
  const id = async (given: string) =>
    (await api.call('GET', '/v1/plans', undefined, { 'x-request-id': given })).headers.get('x-request-id');
  expect(await id('trace-1')).toBe('trace-1');
  expect(await id('')).toMatch(/^req_/);
  expect(await id('<script>')).toMatch(/^req_/);
});

test('what is due and not done is counted, by the real clock and without test clocks', async () => {
  const due = async () => (await api.call('GET', '/readyz')).body['due_not_done'];
  // Both subscriptions have been due since February by the real clock; one of them lives by a test clock.
  expect(await due()).toMatchObject({ count: 1, set_aside: 0 });
  await api.pool.query(
    `INSERT INTO set_asides (subject_id, step, reason, retry_at) VALUES ($1, 'renew', 'x', now() + interval '1 hour')`,
    [of(live, 'subscription')],
  );
  expect(await due()).toMatchObject({ count: 1, set_aside: 1 });
  const metrics = (await api.call('GET', '/metrics')).text;
  expect(metrics).toMatch(/^dunlin_due_not_done 1$/m);
  expect(metrics).toMatch(/^dunlin_set_aside 1$/m);
});
