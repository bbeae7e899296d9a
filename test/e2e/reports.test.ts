/** What reports say of lives as they are lived: recurring revenue by what happens to subscriptions. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { aCustomer, aPlan, aSubscription, flatFee } from '../stack/builders.ts';
import { aClockedLife } from '../stack/clockedLife.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin();
});
afterAll(async () => {
  expect(await audit(dunlin.pool)).toEqual([]);
  await dunlin.stop();
});

const seats = { code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '1000' };

interface Report {
  readonly data: readonly Record<string, unknown>[];
}

/** The months of 2026 that a report has for a clock, each with what is not nothing. */
async function months(report: string, book: string, from = '2026-01', to = '2026-12') {
  const { data } = await dunlin.client.get<Report>(
    `/v1/reports/${report}?book=${book}&from=${from}&to=${to}`,
  );
  return data.map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([field, value]) => value !== 0 && field !== 'currency' && value !== null),
    ),
  );
}

describe('monthly recurring revenue', () => {
  test('is new with the first subscription, and moves with every change of what recurs', async () => {
    const life = await aClockedLife(dunlin, { plan: { prices: [seats] } });
    await life.to('2026-01-20T00:00:00Z');
    await life.change({ quantity: 3 });
    await life.to('2026-03-10T00:00:00Z'); // renewed twice meanwhile: nothing moves
    await life.change({ quantity: 2 });
    await life.to('2026-04-15T00:00:00Z');
    await dunlin.client.post(`/v1/subscriptions/${life.id}/cancel`, { at: 'now' });
    expect(await months('mrr', life.clock, '2026-01', '2026-05')).toEqual([
      { month: '2026-01', new: 1000, expansion: 2000, closing: 3000 },
      { month: '2026-02', opening: 3000, closing: 3000 },
      { month: '2026-03', opening: 3000, contraction: 1000, closing: 2000 },
      { month: '2026-04', opening: 2000, churn: 2000 },
      { month: '2026-05' },
    ]);
    const { rows } = await dunlin.pool.query(
      `SELECT count(*)::int AS movements FROM mrr_movements WHERE subscription_id = $1`,
      [life.id],
    );
    expect(rows).toEqual([{ movements: 4 }]);
  });

  test('begins after the trial, ends with a pause and comes back with what resumes', async () => {
    const life = await aClockedLife(dunlin, {
      plan: { prices: [seats] },
      subscription: { trial_end: '2026-02-10T00:00:00Z' },
    });
    await life.to('2026-03-15T00:00:00Z');
    await dunlin.client.post(`/v1/subscriptions/${life.id}/pause`, { resumes_at: '2026-05-01T00:00:00Z' });
    await life.to('2026-05-02T00:00:00Z');
    expect(await months('mrr', life.clock, '2026-01', '2026-05')).toEqual([
      { month: '2026-01' },
      { month: '2026-02', new: 1000, closing: 1000 },
      { month: '2026-03', opening: 1000, churn: 1000 },
      { month: '2026-04' },
      { month: '2026-05', reactivation: 1000, closing: 1000 },
    ]);
    expect(await months('churn', life.clock, '2026-02', '2026-05')).toEqual([
      { month: '2026-02', customers_new: 1, customers_closing: 1 },
      {
        month: '2026-03',
        customers_opening: 1,
        customers_churned: 1,
        customer_churn_rate: '1.0000',
        gross_mrr_churn_rate: '1.0000',
        net_mrr_churn_rate: '1.0000',
      },
      { month: '2026-04' },
      { month: '2026-05', customers_reactivated: 1, customers_closing: 1 },
    ]);
  });

  test('of a second subscription is an expansion of its customer, whatever its interval', async () => {
    const life = await aClockedLife(dunlin, { plan: { prices: [seats] } });
    const yearly = await aPlan(dunlin, { interval: 'year', prices: [{ ...flatFee, amount: '6000' }] });
    await aSubscription(dunlin, { customer: life.customer, plan: yearly });
    const other = await aCustomer(dunlin, { test_clock: life.clock });
    await aSubscription(dunlin, { customer: other, plan: yearly });
    await life.to('2026-02-15T00:00:00Z');
    await life.change({ quantity: 2 });
    // Both at one instant are one movement.
    expect(await months('mrr', life.clock, '2026-01', '2026-02')).toEqual([
      { month: '2026-01', new: 2000, closing: 2000 },
      { month: '2026-02', opening: 2000, expansion: 1000, closing: 3000 },
    ]);
    expect(await months('churn', life.clock, '2026-02', '2026-02')).toEqual([
      {
        month: '2026-02',
        customers_opening: 2,
        customers_closing: 2,
        customer_churn_rate: '0.0000',
        gross_mrr_churn_rate: '0.0000',
        net_mrr_churn_rate: '-0.5000',
      },
    ]);
  });

  test('of a preview is none', async () => {
    const life = await aClockedLife(dunlin, { plan: { prices: [seats] } });
    await dunlin.client.post(`/v1/subscriptions/${life.id}/preview`, { quantity: 9 });
    expect(await months('mrr', life.clock, '2026-01', '2026-01')).toEqual([
      { month: '2026-01', new: 1000, closing: 1000 },
    ]);
  });
});

describe('by the ledger', () => {
  const fee = { ...flatFee, amount: '3100' };
  interface Entry {
    readonly kind: string;
    readonly debit: number;
    readonly credit: number;
    readonly balance: number;
    readonly invoice: string | null;
  }
  interface Aging {
    readonly as_of: string;
    readonly data: readonly Record<string, unknown>[];
    readonly totals: readonly Record<string, unknown>[];
  }

  test('each day of revenue is in its own month, and what is left at a month’s end is deferred', async () => {
    const life = await aClockedLife(dunlin, { plan: { prices: [fee] } });
    await life.to('2026-02-15T00:00:00Z');
    const accounts = (recognized: number, deferred: number) => [
      { account: 'revenue', name: 'Revenue', recognized, deferred: null },
      { account: 'deferred_revenue', name: 'Deferred revenue', recognized: null, deferred },
    ];
    const { data } = await dunlin.client.get<Report>(
      `/v1/reports/revenue?book=${life.clock}&from=2025-12&to=2026-03`,
    );
    expect(data).toEqual([
      { month: '2025-12', currency: 'USD', recognized: 0, deferred: 0, accounts: accounts(0, 0) },
      { month: '2026-01', currency: 'USD', recognized: 3100, deferred: 0, accounts: accounts(3100, 0) },
      { month: '2026-02', currency: 'USD', recognized: 1550, deferred: 1550, accounts: accounts(1550, 1550) },
      { month: '2026-03', currency: 'USD', recognized: 0, deferred: 1550, accounts: accounts(0, 1550) },
    ]);
  });

  test('what is receivable ages, and a past instant is told as it was', async () => {
    const life = await aClockedLife(dunlin, {
      customer: { token: 'pm_card_chargeCustomerFail' },
      plan: { prices: [fee] },
    });
    await life.to('2026-02-15T00:00:00Z');
    const aging = (asOf?: string) =>
      dunlin.client.get<Aging>(
        `/v1/reports/aging?book=${life.clock}${asOf === undefined ? '' : `&as_of=${asOf}`}`,
      );
    const none = { current: 0, days_1_30: 0, days_31_60: 0, days_61_90: 0, over_90: 0, unapplied: 0 };
    const owed = (amounts: object) => [
      { customer: life.customer, customer_name: 'Ada', currency: 'USD', ...none, ...amounts },
    ];
    const february = { days_1_30: 3100, days_31_60: 3100, total: 6200 };
    const now = await aging();
    expect([now.as_of, now.data]).toEqual(['2026-02-15T00:00:00Z', owed(february)]);
    expect(now.totals).toEqual([{ currency: 'USD', ...none, ...february }]);
    expect((await aging('2025-12-31T23:59:59Z')).data).toEqual([]);
    expect((await aging('2026-01-01T00:00:00Z')).data).toEqual(owed({ current: 3100, total: 3100 }));
    expect((await aging('2026-01-01T23:59:59Z')).data).toEqual(owed({ current: 3100, total: 3100 }));
    expect((await aging('2026-01-02T00:00:00Z')).data).toEqual(owed({ days_1_30: 3100, total: 3100 }));
    expect((await aging('2026-01-31T23:59:59Z')).data).toEqual(owed({ days_1_30: 3100, total: 3100 }));

    const card = await dunlin.client.post<{ id: string }>(`/v1/customers/${life.customer}/payment_methods`, {
      token: 'pm_card_visa',
    });
    await dunlin.client.post(`/v1/customers/${life.customer}/payment_methods/${card.id}/default`, {});
    await life.to('2026-02-20T00:00:00Z');
    expect((await aging()).data).toEqual([]);
    expect((await aging('2026-02-14T23:59:59Z')).data).toEqual(owed(february));
  });

  test('a statement runs from what an account opens with to what it closes with, page by page', async () => {
    const life = await aClockedLife(dunlin, { plan: { prices: [fee] } });
    await life.to('2026-03-15T00:00:00Z');
    const path = `/v1/ledger/accounts/accounts_receivable/statement?book=${life.clock}&currency=USD&customer=${life.customer}&from=2026-02-01T00:00:00Z`;
    const whole = await dunlin.client.get<{
      data: Entry[];
      opening_balance: number;
      closing_balance: number;
    }>(path);
    expect([whole.opening_balance, whole.closing_balance]).toEqual([0, 0]);
    expect(whole.data.map(({ kind, debit, credit, balance }) => [kind, debit, credit, balance])).toEqual([
      ['invoice_finalized', 3100, 0, 3100],
      ['payment_succeeded', 0, 3100, 0],
      ['invoice_finalized', 3100, 0, 3100],
      ['payment_succeeded', 0, 3100, 0],
    ]);
    // A payment names the invoice that it is for.
    expect(whole.data[1]?.invoice).toBe(whole.data[0]?.invoice);
    const pages: Entry[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { data: Entry[]; next_cursor: string | null } = await dunlin.client.get(
        `${path}&limit=3${from}`,
      );
      pages.push(...page.data);
      cursor = page.next_cursor;
    }
    expect(pages).toEqual(whole.data);
    const deferred = await dunlin.client.get<{ data: Entry[]; closing_balance: number }>(
      `/v1/ledger/accounts/deferred_revenue/statement?book=${life.clock}&currency=USD&limit=100`,
    );
    const last = deferred.data.at(-1);
    expect([last?.kind, last?.balance]).toEqual(['revenue_recognized', deferred.closing_balance]);
    expect(deferred.closing_balance).toBe(3100 - 1400);
  });

  test('the sub-ledger of a customer is what was posted for it, and the trial balance of its clock as of then', async () => {
    const life = await aClockedLife(dunlin, { plan: { prices: [fee] } });
    await life.to('2026-02-15T00:00:00Z');
    const balances = async (path: string) =>
      (await dunlin.client.get<{ data: { id: string; balance: number; book: string }[] }>(path)).data.map(
        ({ id, balance }) => [id, balance],
      );
    expect(await balances(`/v1/customers/${life.customer}/ledger`)).toEqual([
      ['accounts_receivable/USD', 0],
      ['cash/USD', 6200],
      ['deferred_revenue/USD', 6200], // days name no customer
    ]);
    expect(await balances(`/v1/customers/${life.customer}/ledger?as_of=2026-01-31T00:00:00Z`)).toEqual([
      ['accounts_receivable/USD', 0],
      ['cash/USD', 3100],
      ['deferred_revenue/USD', 3100],
    ]);
    expect(await balances(`/v1/ledger/accounts?book=${life.clock}&as_of=2026-01-11T00:00:00Z`)).toEqual([
      ['accounts_receivable/USD', 0],
      ['cash/USD', 3100],
      ['deferred_revenue/USD', 2100],
      ['revenue/USD', 1000],
    ]);
  });
});
