/** What coupons take off invoices and what tax is put on them, as a client sees it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { aMeter, invoicesOf, sendEvents, unique, type Created, type Invoice } from '../stack/builders.ts';
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

interface Summed extends Invoice {
  readonly subtotal: number;
  readonly discount: number;
  readonly tax: number;
  readonly tax_included: number;
  readonly amount_due: number;
  readonly credits_applied: number;
  readonly reverse_charge: boolean;
  readonly due_at: string;
  readonly taxes: readonly { code: string; taxable_amount: number; amount: number }[];
}

const sums = async (subscription: string) =>
  ((await invoicesOf(dunlin, subscription)) as Summed[]).map(({ subtotal, discount, tax, total }) => [
    subtotal,
    discount,
    tax,
    total,
  ]);

async function aCoupon(fields: Record<string, unknown>): Promise<string> {
  return (
    await dunlin.client.post<Created>('/v1/coupons', { code: unique('SAVE'), duration: 'once', ...fields })
  ).id;
}

async function aTaxRate(fields: Record<string, unknown>): Promise<string> {
  return (
    await dunlin.client.post<Created>('/v1/tax_rates', { code: unique('vat'), percentage: '19', ...fields })
  ).id;
}

const twoFees = {
  prices: [
    { code: 'base', type: 'fixed', model: 'flat', amount: '999' },
    { code: 'support', type: 'fixed', model: 'flat', amount: '500', taxable: false },
  ],
};

describe('coupons', () => {
  test('a coupon of a percentage takes from the invoices of so many periods, and from no more', async () => {
    const coupon = await aCoupon({ percent_off: '25', duration: 'repeating', duration_periods: 2 });
    const life = await aClockedLife(dunlin, { plan: twoFees, subscription: { coupon } });
    await life.to('2026-04-02T00:00:00Z');
    expect(await sums(life.id)).toEqual([
      [1499, 375, 0, 1124],
      [1499, 375, 0, 1124],
      [1499, 0, 0, 1499],
      [1499, 0, 0, 1499],
    ]);
  });

  test('one of an amount takes what there is and no more, of the prices that it is for', async () => {
    const coupon = await aCoupon({ amount_off: 700, currency: 'USD', applies_to: { prices: ['support'] } });
    const life = await aClockedLife(dunlin, { plan: twoFees, subscription: { coupon } });
    await life.to('2026-02-02T00:00:00Z');
    expect(await sums(life.id)).toEqual([
      [1499, 500, 0, 999],
      [1499, 0, 0, 1499],
    ]);
  });

  test('a coupon of the customer takes after that of the subscription, of what is left', async () => {
    const [half, tenth] = [
      await aCoupon({ percent_off: '50' }),
      await aCoupon({ percent_off: '10', duration: 'forever' }),
    ];
    const life = await aClockedLife(dunlin, { plan: twoFees });
    await dunlin.client.post(`/v1/customers/${life.customer}/coupons`, { coupon: tenth });
    await life.change({ coupon: half });
    await life.to('2026-03-02T00:00:00Z');
    expect(await sums(life.id)).toEqual([
      [1499, 0, 0, 1499],
      [1499, 825, 0, 674],
      [1499, 150, 0, 1349],
    ]);
  });

  test('one that is withdrawn takes from no invoice that begins after that', async () => {
    const coupon = await aCoupon({ percent_off: '10', duration: 'forever' });
    const life = await aClockedLife(dunlin, { subscription: { coupon } });
    await life.to('2026-01-20T00:00:00Z');
    await life.change({ coupon: null, effective: 'period_end' });
    await life.to('2026-02-02T00:00:00Z');
    expect(await sums(life.id)).toEqual([
      [1000, 100, 0, 900],
      [1000, 0, 0, 1000],
    ]);
  });

  test('a preview has the discount, and redeems nothing', async () => {
    const coupon = await aCoupon({ percent_off: '10', max_redemptions: 1 });
    const life = await aClockedLife(dunlin, {});
    const preview = await dunlin.client.post<{ invoice: Summed }>(`/v1/subscriptions/${life.id}/preview`, {
      coupon,
    });
    expect(preview.invoice).toMatchObject({ subtotal: 1000, discount: 100, total: 900 });
    expect(await dunlin.client.get(`/v1/coupons/${coupon}`)).toMatchObject({ times_redeemed: 0 });
  });

  test('what cannot be redeemed is refused by name', async () => {
    const life = await aClockedLife(dunlin, {});
    const redeem = async (coupon: string) => {
      const { status, body } = await dunlin.call('POST', `/v1/customers/${life.customer}/coupons`, {
        coupon,
      });
      return [status, body.error?.code];
    };
    const single = await aCoupon({ percent_off: '10', max_redemptions: 1 });
    expect(await redeem(single)).toEqual([201, undefined]);
    expect(await redeem(single)).toEqual([422, 'coupon_used_up']);
    const running = await aCoupon({ percent_off: '10' });
    expect(await redeem(running)).toEqual([201, undefined]);
    expect(await redeem(running)).toEqual([409, 'coupon_running']);
    expect(await redeem(await aCoupon({ percent_off: '10', expires_at: '2025-12-31T00:00:00Z' }))).toEqual([
      422,
      'coupon_expired',
    ]);
    expect(await redeem(await aCoupon({ amount_off: 5, currency: 'EUR' }))).toEqual([
      422,
      'currency_mismatch',
    ]);
    expect(await redeem('NEVER_HEARD_OF')).toEqual([400, 'coupon_missing']);
  });

  test('lesson 16: of many who redeem the last one at once, one does', async () => {
    const coupon = await aCoupon({ percent_off: '10', max_redemptions: 3 });
    const customers = await Promise.all(
      Array.from({ length: 12 }, () => dunlin.client.post<Created>('/v1/customers', { name: 'Ada' })),
    );
    const answers = await Promise.all(
      customers.map(({ id }) => dunlin.call('POST', `/v1/customers/${id}/coupons`, { coupon })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ body }) => body.error?.code === 'coupon_used_up')).toHaveLength(9);
  });

  test('lesson 14: what a change gives back is what was paid, with the coupon of then', async () => {
    const coupon = await aCoupon({ percent_off: '50' });
    const life = await aClockedLife(dunlin, {
      start: '2026-04-01T00:00:00Z',
      plan: { prices: [{ code: 'seats', type: 'fixed', model: 'per_unit', unit_amount: '1000' }] },
      subscription: { quantity: 3, coupon },
      customer: { country: 'DE' },
    });
    await life.to('2026-04-16T00:00:00Z');
    await life.change({ quantity: 1, proration_behavior: 'always_invoice' });
    expect(await sums(life.id)).toEqual([
      [3000, 1500, 0, 1500],
      [-1500 + 500, -750 + 250, 0, -500],
    ]);
  });

  test.each([
    ['once', { percent_off: '50', duration: 'once' }],
    ['of an amount', { amount_off: 1000, currency: 'USD', duration: 'forever' }],
    ['that has been used up', { percent_off: '30', duration: 'repeating', duration_periods: 1 }],
  ])(
    'lesson 14: up and down again within a period costs what it did, with a coupon %s',
    async (_name, fields) => {
      const life = await aClockedLife(dunlin, {
        start: '2026-04-01T00:00:00Z',
        plan: { prices: [{ code: 'seats', type: 'fixed', model: 'per_unit', unit_amount: '1000' }] },
        subscription: { quantity: 5, coupon: await aCoupon(fields) },
      });
      const paid = async () => (await sums(life.id)).reduce((sum, [, , , total = 0]) => sum + total, 0);
      const before = await paid();
      for (const [day, quantity] of [
        ['05', 4],
        ['09', 6],
        ['09', 5],
      ] as const) {
        await life.to(`2026-04-${day}T00:00:00Z`);
        await life.change({
          quantity,
          proration_behavior: day === '09' ? 'always_invoice' : 'create_prorations',
        });
      }
      await life.to('2026-04-30T00:00:00Z');
      // One seat less for four of 30 days: 133 before the coupon; what was taken of it goes on.
      const saved = before - (await paid());
      expect(saved).toBeGreaterThanOrEqual(0);
      expect(saved).toBeLessThanOrEqual(133 + 2);
    },
  );
});

describe('taxes', () => {
  test('the rate of its country is added to what is taxable, after the discount', async () => {
    await aTaxRate({ country: 'AT', percentage: '20' });
    const coupon = await aCoupon({ percent_off: '10', duration: 'forever' });
    const life = await aClockedLife(dunlin, {
      plan: twoFees,
      customer: { country: 'AT' },
      subscription: { coupon },
    });
    const [invoice] = (await invoicesOf(dunlin, life.id)) as Summed[];
    expect(invoice).toMatchObject({ subtotal: 1499, discount: 150, tax: 180, total: 1529, amount_due: 1529 });
    expect(invoice?.taxes).toMatchObject([{ taxable_amount: 899, amount: 180 }]);
  });

  test('an inclusive rate is contained in the amounts, and comes to the same tax', async () => {
    const rate = await aTaxRate({ inclusive: true });
    const life = await aClockedLife(dunlin, {
      plan: { prices: [{ code: 'fee', type: 'fixed', model: 'flat', amount: '1190' }] },
      customer: { tax_rates: [rate] },
    });
    const [invoice] = (await invoicesOf(dunlin, life.id)) as Summed[];
    expect(invoice).toMatchObject({
      subtotal: 1190,
      tax: 0,
      tax_included: 190,
      total: 1190,
      total_excluding_tax: 1000,
    });
  });

  test('several rates are each rounded once; a rate for a product goes before the customer’s', async () => {
    const [state, city] = [await aTaxRate({ percentage: '6.25' }), await aTaxRate({ percentage: '2.125' })];
    const code = unique('books');
    await aTaxRate({ percentage: '7', applies_to: { prices: [code] } });
    const life = await aClockedLife(dunlin, {
      plan: {
        prices: [
          { code: 'fee', type: 'fixed', model: 'flat', amount: '1000' },
          { code: 'more', type: 'fixed', model: 'flat', amount: '333' },
          { code, type: 'fixed', model: 'flat', amount: '200' },
        ],
      },
      customer: { tax_rates: [state, city] },
    });
    const [invoice] = (await invoicesOf(dunlin, life.id)) as Summed[];
    // 1333 × 6.25 % = 83.3125, 1333 × 2.125 % = 28.326, 200 × 7 % = 14
    expect(invoice?.taxes.map(({ amount }) => amount).sort((a, b) => a - b)).toEqual([14, 28, 83]);
    expect(invoice).toMatchObject({ subtotal: 1533, tax: 125, total: 1658 });
  });

  test('who is exempt pays none, and who is reverse-charged is told so', async () => {
    await aTaxRate({ country: 'FR' });
    for (const tax_exempt of ['exempt', 'reverse']) {
      const life = await aClockedLife(dunlin, {
        customer: { country: 'FR', tax_exempt, tax_id: 'FR40303265045' },
      });
      const [invoice] = (await invoicesOf(dunlin, life.id)) as Summed[];
      expect(invoice).toMatchObject({ tax: 0, total: 1000, reverse_charge: tax_exempt === 'reverse' });
    }
  });

  test('a credit has the tax of its charge, whatever the rate is today', async () => {
    const rate = await aTaxRate({ percentage: '10' });
    const life = await aClockedLife(dunlin, {
      start: '2026-04-01T00:00:00Z',
      customer: { tax_rates: [rate] },
      plan: { prices: [{ code: 'fee', type: 'fixed', model: 'flat', amount: '3000' }] },
    });
    await dunlin.client.patch(`/v1/customers/${life.customer}`, {
      tax_rates: [await aTaxRate({ percentage: '20' })],
    });
    await life.to('2026-04-16T00:00:00Z');
    await dunlin.client.post(`/v1/subscriptions/${life.id}/cancel`, { at: 'now', credit_unused: true });
    expect(await sums(life.id)).toEqual([
      [3000, 0, 300, 3300],
      [-1500, 0, -150, -1650],
    ]);
    expect(await dunlin.client.get(`/v1/customers/${life.customer}`)).toMatchObject({ balance: -1650 });
  });

  test('usage in its grace period shows the tax that it would have', async () => {
    const rate = await aTaxRate({ percentage: '10' });
    const type = unique('call');
    const meter = await aMeter(dunlin, { event_type: type });
    const life = await aClockedLife(dunlin, {
      customer: { tax_rates: [rate] },
      plan: { prices: [{ code: 'calls', type: 'usage', meter, model: 'per_unit', unit_amount: '100' }] },
    });
    await life.to('2026-01-10T00:00:00Z');
    await sendEvents(dunlin, [{ type, subject: life.customer, time: '2026-01-09T00:00:00Z' }]);
    await life.to('2026-02-01T00:30:00Z');
    const draft = ((await invoicesOf(dunlin, life.id)) as Summed[]).at(-1);
    expect(draft).toMatchObject({ status: 'draft', subtotal: 100, tax: 10, total: 110 });
  });
});

describe('terms of payment', () => {
  test('an invoice that is sent is due after so many days, and is charged to nobody', async () => {
    const life = await aClockedLife(dunlin, {
      customer: { collection_method: 'send_invoice', days_until_due: 14, timezone: 'Europe/Berlin' },
    });
    const [invoice] = (await invoicesOf(dunlin, life.id)) as Summed[];
    expect(invoice).toMatchObject({ status: 'open', attempt_count: 0, due_at: '2026-01-15T00:00:00Z' });
    await life.change({ collection_method: 'charge_automatically' });
    await life.to('2026-02-02T00:00:00Z');
    const [, charged] = (await invoicesOf(dunlin, life.id)) as Summed[];
    expect(charged).toMatchObject({ status: 'paid' });
  });

  test('a series of its own numbers by year', async () => {
    const prefix = unique('S').replace(/\W|_/g, '').toUpperCase().slice(0, 12);
    const code = unique('series');
    await dunlin.client.post('/v1/invoice_series', {
      code,
      prefix,
      pattern: '{prefix}-{yyyy}-{seq:4}',
      restarts: 'yearly',
    });
    const life = await aClockedLife(dunlin, {
      start: '2025-11-01T00:00:00Z',
      customer: { invoice_series: code },
    });
    await life.to('2026-02-02T00:00:00Z');
    const numbers = (await invoicesOf(dunlin, life.id)).map(({ number }) => number?.split(`${prefix}-`)[1]);
    expect(numbers).toEqual(['2025-0001', '2025-0002', '2026-0001', '2026-0002']);
  });
});
