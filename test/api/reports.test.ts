/** Reports as clients ask for them: their questions, their CSV, and what the database refuses to lose. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '../../src/store/newId.ts';
import { startApiOnly, type ApiOnly } from './apiOnly.ts';

let api: ApiOnly;
const [customer, other] = [newId('customer'), newId('customer')];
beforeAll(async () => {
  api = await startApiOnly();
  const plan = newId('plan');
  await api.pool.query(
    `INSERT INTO customers (id, name, created) VALUES ($1, '=1+1, "Ada"', now()), ($2, 'Grace', now())`,
    [customer, other],
  );
  await api.pool.query(`INSERT INTO plans (id, code, name, created) VALUES ($1, 'p', 'P', now())`, [plan]);
  await api.pool.query(
    `INSERT INTO plan_versions (plan_id, version, currency, interval, interval_count, proration_unit, grace_period_seconds, operation_id, created)
     VALUES ($1, 1, 'USD', 'month', 1, 'second', 0, gen_random_uuid(), now())`,
    [plan],
  );
  await api.pool.query(
    `INSERT INTO subscriptions (id, customer_id, plan_id, plan_version, quantity, status, billing_cycle_anchor, started_at, next_due_at, created)
     SELECT id, id, $1, 1, 1, 'active', '"anniversary"', now(), now(), now() FROM customers`,
    [plan],
  );
  for (const [id, at, sequence, before, after] of [
    [customer, '2026-01-10', 0, 0, 300],
    [customer, '2026-02-01', 1, 300, 200],
    [other, '2026-02-03', 0, 0, 9_007_199_254_740_993n],
    [other, '2026-02-28T23:59:59.999Z', 1, 9_007_199_254_740_993n, 0],
  ] as const) {
    await api.pool.query(
      `INSERT INTO mrr_movements (subscription_id, sequence, previous_sequence, customer_id, book, currency, occurred_at, amount_before, amount_after)
       VALUES ($1, $2, nullif($2 - 1, -1), $1, 'live', 'USD', $3, $4, $5)`,
      [id, sequence, at, before, after],
    );
  }
  for (const [nth, amount, of] of [
    [1, 700, customer],
    [2, 50, other],
    [3, 8, null],
  ] as const) {
    await api.pool.query(
      `INSERT INTO ledger_transactions (id, book, currency, kind, source_id, effective_at)
       VALUES ('ltx_' || $1::text, 'live', 'USD', 'revenue_recognized', $1::text, '2026-03-01T00:00:00Z')`,
      [nth],
    );
    await api.pool.query(
      `INSERT INTO ledger_postings VALUES ('ltx_' || $1::text, 0, 'accounts_receivable', 'revenue', $2, $3)`,
      [nth, amount, of],
    );
  }
});
afterAll(() => api.stop());

const csv = async (path: string): Promise<string[]> => {
  const reply = await api.call('GET', path);
  expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
  expect(reply.text.endsWith('\r\n')).toBe(true);
  return reply.text.split('\r\n').slice(0, -1);
};

describe('in CSV', () => {
  test('recurring revenue has a row for each month, its amounts to the last digit', async () => {
    expect(await csv('/v1/reports/mrr?from=2026-01&to=2026-02&format=csv')).toEqual([
      'month,currency,opening,new,expansion,contraction,churn,reactivation,closing',
      '2026-01,USD,0,300,0,0,0,0,300',
      '2026-02,USD,300,9007199254740993,0,100,9007199254740993,0,200',
    ]);
  });

  test('churn has nothing where there is nothing to divide by', async () => {
    expect(await csv('/v1/reports/churn?from=2026-01&to=2026-02&format=csv')).toEqual([
      'month,currency,customers_opening,customers_new,customers_churned,customers_reactivated,customers_closing,customer_churn_rate,gross_mrr_churn_rate,net_mrr_churn_rate',
      '2026-01,USD,0,1,0,0,1,,,',
      '2026-02,USD,1,1,1,0,1,1.0000,30023997515803.6433,30023997515803.6433',
    ]);
  });

  test('revenue has a row for each account', async () => {
    // Effective at the midnight that ends February: a day of February.
    expect(await csv('/v1/reports/revenue?from=2026-02&to=2026-03&format=csv')).toEqual([
      'month,currency,account,name,recognized,deferred',
      '2026-02,USD,revenue,Revenue,758,',
      '2026-03,USD,revenue,Revenue,0,',
    ]);
  });

  test('receivables are those of all customers, their names no formulas', async () => {
    expect(await csv('/v1/reports/aging?as_of=2026-03-02T00:00:00Z&format=csv&limit=1')).toEqual([
      'customer,customer_name,as_of,currency,current,days_1_30,days_31_60,days_61_90,over_90,unapplied,total',
      ',,2026-03-02T00:00:00.000Z,USD,0,0,0,0,0,8,8',
      `${customer},"'=1+1, ""Ada""",2026-03-02T00:00:00.000Z,USD,0,0,0,0,0,700,700`,
      `${other},Grace,2026-03-02T00:00:00.000Z,USD,0,0,0,0,0,50,50`,
    ]);
  });

  test('a statement has every entry, however few a page would hold', async () => {
    expect(
      await csv('/v1/ledger/accounts/accounts_receivable/statement?currency=USD&format=csv&limit=1'),
    ).toEqual([
      'effective_at,transaction,kind,source,invoice,customer,debit,credit,balance,currency',
      `2026-03-01T00:00:00.000Z,ltx_1,revenue_recognized,1,,${customer},700,0,700,USD`,
      `2026-03-01T00:00:00.000Z,ltx_2,revenue_recognized,2,,${other},50,0,750,USD`,
      '2026-03-01T00:00:00.000Z,ltx_3,revenue_recognized,3,,,8,0,758,USD',
    ]);
  });
});

test('receivables of no invoice are in the total, which is what the ledger has', async () => {
  const first = await api.call('GET', '/v1/reports/aging?as_of=2026-03-02T00:00:00Z&limit=2');
  expect(first.body).toMatchObject({
    data: [
      { customer: null, customer_name: null, unapplied: 8, total: 8 },
      { customer, unapplied: 700, total: 700 },
    ],
    has_more: true,
    totals: [{ currency: 'USD', unapplied: 758, total: 758 }],
  });
  const cursor = encodeURIComponent(String(first.body['next_cursor']));
  const second = await api.call('GET', `/v1/reports/aging?as_of=2026-03-02T00:00:00Z&cursor=${cursor}`);
  expect(second.body).toMatchObject({ data: [{ customer: other }], has_more: false, next_cursor: null });
  const one = await api.call('GET', `/v1/reports/aging?as_of=2026-03-02T00:00:00Z&customer=${other}`);
  expect(one.body).toMatchObject({ data: [{ customer: other }], totals: [{ total: 50 }] });
});

test('a statement is empty, and still opens and closes, where nothing moved', async () => {
  const path = '/v1/ledger/accounts/revenue/statement?currency=USD';
  expect((await api.call('GET', `${path}&from=2026-03-01T00:00:01Z`)).body).toMatchObject({
    object: 'account_statement',
    opening_balance: 758,
    closing_balance: 758,
    data: [],
    has_more: false,
  });
  expect((await api.call('GET', `${path}&to=2026-03-01T00:00:00Z`)).body).toMatchObject({
    opening_balance: 0,
    closing_balance: 0,
    data: [],
  });
  const eur = await api.call('GET', path.replace('USD', 'EUR'));
  expect(eur.body).toMatchObject({ opening_balance: 0, closing_balance: 0, data: [] });
});

test.each([
  ['/v1/reports/mrr?from=2026-01', 'field_missing', 'to'],
  ['/v1/reports/mrr?from=2026-13&to=2026-01', 'field_invalid', 'from'],
  ['/v1/reports/churn?from=2026-02&to=2026-01', 'months_out_of_order', 'to'],
  ['/v1/reports/revenue?from=2000-01&to=2026-01', 'months_too_many', 'to'],
  ['/v1/reports/mrr?from=2026-01&to=2026-02&format=xml', 'field_invalid', 'format'],
  ['/v1/reports/mrr?from=2026-01&to=2026-02&currency=usd', 'field_invalid', 'currency'],
  ['/v1/reports/aging?as_of=yesterday', 'field_invalid', 'as_of'],
  ['/v1/reports/aging?book=nobody', 'field_invalid', 'book'],
  ['/v1/ledger/accounts/cash/statement', 'field_missing', 'currency'],
  ['/v1/ledger/accounts/cash/statement?currency=USD&cursor=1', 'field_invalid', 'cursor'],
  ['/v1/ledger/accounts/cash/statement?currency=USD&cursor=ltx_no/1', 'cursor_unknown', 'cursor'],
  ['/v1/ledger/accounts?as_of=now', 'field_invalid', 'as_of'],
])('%s is refused', async (path, code, param) => {
  const { status, body } = await api.call('GET', path);
  expect([status, body.error?.code, body.error?.param]).toEqual([400, code, param]);
});

test.each([
  '/v1/ledger/accounts/nothing/statement?currency=USD',
  "/v1/ledger/accounts/cash'/statement?currency=USD",
  '/v1/customers/cus_nobody/ledger',
  `/v1/reports/aging?book=${newId('test_clock')}`,
])('%s is not there', async (path) => {
  expect((await api.call('GET', path)).status).toBe(404);
});
