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
