/** Credit notes and refunds: invoices that are final, corrected; money that goes back (semantics.md, sections 7 and 8). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import { audit } from '../../src/audit/audit.ts';
import type { InvoiceId } from '../../src/domain/ids.ts';
import { newId } from '../../src/store/newId.ts';
import { dependenciesOn } from '../activities/dependencies.ts';
import { eventually, invoicesOf } from '../stack/builders.ts';
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

const fee = (amount: string, code = 'fee') => ({ code, type: 'fixed', model: 'flat', amount });

interface Line {
  readonly id: string;
  readonly amount: number;
  readonly tax_amount: number;
  readonly credited_amount: number;
}
interface Invoice {
  readonly id: string;
  readonly status: string;
  readonly total: number;
  readonly amount_remaining: number;
  readonly lines: { readonly data: readonly Line[] };
}
interface CreditNote {
  readonly id: string;
  readonly number: string;
  readonly total: number;
  readonly tax: number;
  readonly refunds: readonly { readonly id: string; readonly status: string }[];
}

/** A tax of a country that the test has for itself. */
async function aTaxRate(percentage: string, inclusive = false): Promise<string> {
  const id = newId('tax_rate');
  await dunlin.pool.query(
    `INSERT INTO tax_rates (id, code, percentage, inclusive, created) VALUES ($1, $1, $2, $3, now())`,
    [id, percentage, inclusive],
  );
  return id;
}

interface Given {
  readonly prices?: readonly object[];
  readonly token?: string | null;
  readonly rates?: readonly string[];
}

/** A subscription of which the first invoice is there; with tax from its second one on, where there are rates. */
async function anInvoicedLife({ prices = [fee('3100')], token = 'pm_card_visa', rates = [] }: Given = {}) {
  const life = await aClockedLife(dunlin, { customer: { token }, plan: { prices, grace_period: 0 } });
  if (rates.length > 0) {
    await dunlin.pool.query(`UPDATE customers SET tax_rates = $2 WHERE id = $1`, [life.customer, rates]);
    await life.to('2026-02-02T00:00:00Z');
  }
  const latest = (await invoicesOf(dunlin, life.id)).at(-1);
  const id = String(latest?.id);
  return {
    ...life,
    invoice: id,
    readInvoice: () => dunlin.client.get<Invoice>(`/v1/invoices/${id}`),
    balance: async () =>
      (await dunlin.client.get<{ balance: number }>(`/v1/customers/${life.customer}`)).balance,
    credit: (body: object = {}) =>
      dunlin.client.post<CreditNote>('/v1/credit_notes', { invoice: id, reason: 'other', ...body }),
    tryCredit: (body: object = {}, headers?: Record<string, string>) =>
      dunlin.call('POST', '/v1/credit_notes', { invoice: id, reason: 'other', ...body }, headers),
    payment: async () =>
      (await dunlin.client.get<{ data: { id: string }[] }>(`/v1/payments?invoice=${id}`)).data[0]?.id ?? '',
  };
}

describe('a credit note', () => {
  test('of a paid invoice becomes balance, with its tax, and the next invoice uses it', async () => {
    const life = await anInvoicedLife({ rates: [await aTaxRate('19')] });
    const note = await life.credit({ reason: 'order_change', memo: 'The service was away.' });
    expect(note).toMatchObject({
      number: expect.stringMatching(/-CN-000001$/),
      subtotal: 3100,
      tax: 589,
      total: 3689,
      receivable_amount: 0,
      credit_amount: 3689,
      refund_amount: 0,
      refunds: [],
      memo: 'The service was away.',
    });
    expect(await life.balance()).toBe(-3689);
    await life.to('2026-03-02T00:00:00Z');
    expect((await invoicesOf(dunlin, life.id)).at(-1)).toMatchObject({
      credits_applied: 3689,
      amount_due: 0,
    });
  });

  test('of an open invoice takes off what is due; when nothing is left it is paid, and its collection ends', async () => {
    const life = await anInvoicedLife({ token: null });
    expect(await life.read()).toMatchObject({ status: 'past_due' });
    const [line] = (await life.readInvoice()).lines.data;
    expect(await life.credit({ lines: [{ invoice_line: line?.id, amount: 1000 }] })).toMatchObject({
      receivable_amount: 1000,
      credit_amount: 0,
    });
    expect(await life.readInvoice()).toMatchObject({
      status: 'open',
      amount_credited: 1000,
      amount_remaining: 2100,
    });
    await life.credit();
    expect(await life.readInvoice()).toMatchObject({ status: 'paid', amount_paid: 0, amount_remaining: 0 });
    expect(await life.balance()).toBe(0);
    expect(await life.read()).toMatchObject({ status: 'active' });
    const collection = dunlin.temporal.workflow.getHandle(`collection/${life.invoice}`);
    await eventually(
      async () => (await collection.describe()).status.name,
      (status) => status === 'COMPLETED',
    );
  });

  test('lesson 15: cent by cent ends exactly at the line and its taxes, one contained and one added', async () => {
    const rates = [await aTaxRate('19'), await aTaxRate('7', true)];
    const life = await anInvoicedLife({ prices: [fee('7')], rates });
    const [line] = (await life.readInvoice()).lines.data;
    const totals: number[] = [];
    for (let cent = 0; cent < 7; cent += 1) {
      totals.push((await life.credit({ lines: [{ invoice_line: line?.id, amount: 1 }] })).total);
    }
    const { total, lines } = await life.readInvoice();
    expect(totals.reduce((sum, each) => sum + each, 0)).toBe(total);
    expect(lines.data[0]?.credited_amount).toBe(7);
    expect(await life.tryCredit()).toMatchObject({ status: 409, body: { error: { code: 'nothing_left' } } });
  });

  test('lesson 15: of a whole invoice with lines below zero, several rates and a discount is exactly what it came to', async () => {
    const rates = [await aTaxRate('8.875'), await aTaxRate('5.5', true)];
    const seats = { code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '333.3' };
    const life = await anInvoicedLife({ prices: [seats, fee('777')], rates });
    await dunlin.pool.query(
      `WITH coupon AS (INSERT INTO coupons (id, code, percent_off, duration, times_redeemed, created)
                       VALUES ($1, $1, 33.3, 'forever', 1, now()) RETURNING id)
       INSERT INTO discounts (id, coupon_id, customer_id, starts_at, created) SELECT $2, id, $3, '2026-01-01', now() FROM coupon`,
      [newId('coupon'), newId('discount'), life.customer],
    );
    await life.to('2026-03-02T00:00:00Z');
    await life.change({ quantity: 5 });
    await life.to('2026-03-11T07:00:00Z');
    await life.change({ quantity: 3 });
    await life.to('2026-03-21T00:00:00Z');
    await life.change({ quantity: 4, proration_behavior: 'always_invoice' });
    const invoices = await dunlin.client.all<Invoice>(`/v1/invoices?subscription=${life.id}`);
    const amounts = invoices.flatMap(({ lines }) => lines.data.map(({ amount }) => amount));
    expect(Math.min(...amounts)).toBeLessThan(0);
    for (const { id, total, lines } of invoices) {
      const [, second] = lines.data;
      const part = Math.trunc((second?.amount ?? 0) / 3);
      const first =
        part > 0
          ? await life.credit({ invoice: id, lines: [{ invoice_line: second?.id, amount: part }] })
          : { total: 0 };
      const rest = await life.credit({ invoice: id });
      expect(first.total + rest.total).toBe(total);
    }
  });

  test('is no more to be given back when a change ends what it has corrected', async () => {
    const life = await anInvoicedLife({
      prices: [{ code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '3100' }],
    });
    const [line] = (await life.readInvoice()).lines.data;
    await life.credit({ lines: [{ invoice_line: line?.id, amount: 1240 }] });
    await life.to('2026-01-11T00:00:00Z');
    await life.change({ quantity: 2, proration_behavior: 'always_invoice' });
    // Of 2100 that are left, what the note has not given back: three fifths.
    expect((await life.lines())[1]?.map(([, , amount]) => amount)).toEqual([-1260, 4200]);
  });

  test('is previewed as it would be issued, and nothing is written', async () => {
    const life = await anInvoicedLife({ rates: [await aTaxRate('19')] });
    const [line] = (await life.readInvoice()).lines.data;
    const body = {
      invoice: life.invoice,
      reason: 'other',
      lines: [{ invoice_line: line?.id, amount: 1001 }],
      refund_amount: 1000,
    };
    const preview = await dunlin.client.post<CreditNote>('/v1/credit_notes/preview', body);
    expect(preview).toMatchObject({ total: 1191, refund_amount: 1000, credit_amount: 191 });
    expect((await dunlin.client.get<{ data: [] }>(`/v1/credit_notes?invoice=${life.invoice}`)).data).toEqual(
      [],
    );
    const { total, tax } = await life.credit(body);
    expect({ total, tax }).toEqual({ total: preview.total, tax: preview.tax });
  });

  test('is listed by customer and invoice, and read', async () => {
    const life = await anInvoicedLife();
    const { id } = await life.credit({ metadata: { ticket: '7' } });
    for (const filter of [`customer=${life.customer}`, `invoice=${life.invoice}`]) {
      expect(await dunlin.client.get(`/v1/credit_notes?${filter}`)).toMatchObject({ data: [{ id }] });
    }
    expect(await dunlin.client.get(`/v1/credit_notes/${id}`)).toMatchObject({ metadata: { ticket: '7' } });
  });

  test('that is asked for twice under one key is issued once', async () => {
    const life = await anInvoicedLife();
    const headers = { 'idempotency-key': `note-${life.invoice}` };
    const first = await life.tryCredit({}, headers);
    expect((await life.tryCredit({}, headers)).body['id']).toBe(first.body['id']);
    expect(await life.balance()).toBe(-3100);
  });

  test.each([
    ['a draft', { status: 409, code: 'invoice_draft' }, 'draft', {}],
    ['more than a line has', { status: 422, code: 'line_credit_invalid' }, 'paid', { amount: 3101 }],
    ['the other sign', { status: 422, code: 'line_credit_invalid' }, 'paid', { amount: -1 }],
    [
      'a refund of more than was paid',
      { status: 422, code: 'credit_note_division_invalid' },
      'paid',
      { amount: 100, refund_amount: 101 },
    ],
    [
      'less than the whole to divide',
      { status: 422, code: 'credit_note_division_invalid' },
      'paid',
      { amount: 100, refund_amount: 50, credit_amount: 49 },
    ],
    [
      'a refund of what is not paid yet',
      { status: 422, code: 'credit_note_division_invalid' },
      'open',
      { amount: 100, refund_amount: 1 },
    ],
  ] as const)('refuses %s', async (_what, { status, code }, of, asked) => {
    const { amount, ...rest }: { amount?: number } = asked;
    const life = await anInvoicedLife({ token: of === 'open' ? null : 'pm_card_visa' });
    const [line] = (await life.readInvoice()).lines.data;
    const lines = amount === undefined ? {} : { lines: [{ invoice_line: line?.id, amount }] };
    const given = of === 'draft' ? { invoice: await aDraft(life.customer) } : {};
    expect(await life.tryCredit({ ...given, ...lines, ...rest })).toMatchObject({
      status,
      body: { error: { code } },
    });
  });
});

async function aDraft(customer: string): Promise<string> {
  const id = newId('invoice');
  await dunlin.pool.query(
    `INSERT INTO invoices (id, customer_id, status, currency, period_start, period_end, billing_reason, auto_advance, created)
     VALUES ($1, $2, 'draft', 'USD', now(), now() + interval '1 day', 'manual', false, now())`,
    [id, customer],
  );
  return id;
}

describe('a refund', () => {
  test('by a credit note goes back the way it was paid, and is shown with the note and the payment', async () => {
    const life = await anInvoicedLife();
    const note = await life.credit({ refund_amount: 3100 });
    expect(note.refunds).toMatchObject([{ status: 'succeeded', amount: 3100 }]);
    const payment = await life.payment();
    expect(await dunlin.client.get(`/v1/payments/${payment}`)).toMatchObject({
      amount_refunded: 3100,
      refunds: [{ id: note.refunds[0]?.id, status: 'succeeded' }],
    });
    expect(await life.balance()).toBe(0);
    expect(await dunlin.client.get(`/v1/refunds?payment=${payment}`)).toMatchObject({
      data: [{ credit_note: note.id, amount: 3100 }],
    });
  });

  test('of a payment corrects the lines of its invoice in proportion, with their tax', async () => {
    const life = await anInvoicedLife({
      prices: [fee('1000'), fee('1999', 'other')],
      rates: [await aTaxRate('20')],
    });
    const payment = await life.payment();
    const refund = await dunlin.client.post<{ credit_note: string }>(`/v1/payments/${payment}/refund`, {
      amount: 1000,
      reason: 'product_unsatisfactory',
    });
    expect(refund).toMatchObject({ amount: 1000, status: 'succeeded', payment });
    expect(await dunlin.client.get(`/v1/credit_notes/${refund.credit_note}`)).toMatchObject({
      total: 1000,
      refund_amount: 1000,
      credit_amount: 0,
      subtotal: 833,
      tax: 167,
    });
    const rest = await dunlin.client.post(`/v1/payments/${payment}/refund`, { reason: 'other' });
    expect(rest).toMatchObject({ amount: 3599 - 1000 });
    const again = await dunlin.call('POST', `/v1/payments/${payment}/refund`, { reason: 'other' });
    expect(again).toMatchObject({ status: 409, body: { error: { code: 'nothing_left' } } });
  });

  test('that the provider cannot make stays with the customer, as balance', async () => {
    const life = await anInvoicedLife({ token: 'pm_card_refundFail' });
    const note = await life.credit({ refund_amount: 3000 });
    expect(note.refunds).toMatchObject([{ status: 'failed', failure_code: 'expired_or_canceled_card' }]);
    expect(await life.balance()).toBe(-3100);
  });

  test('whose workflow is lost is made all the same, when the repair has found it', async () => {
    const life = await anInvoicedLife();
    const [refund] = await creditNoteActivities(dependenciesOn(dunlin.pool)).issueCreditNote({
      creditNoteId: newId('credit_note'),
      invoiceId: life.invoice as InvoiceId,
      asked: { kind: 'lines', lines: null, refund: '3100', credit: null },
      reason: 'other',
      memo: null,
      metadata: {},
    });
    await dunlin.temporal.workflow.execute('repair', {
      workflowId: `repair/${life.invoice}`,
      taskQueue: dunlin.taskQueue,
      args: [],
    });
    await eventually(
      () => dunlin.client.get<{ status: string }>(`/v1/refunds/${String(refund)}`),
      ({ status }) => status === 'succeeded',
    );
  });

  test.each([
    ['more than was paid', { amount: 3101 }, { status: 422, code: 'refund_too_large' }],
    ['nothing', { amount: 0 }, { status: 400, code: 'field_invalid' }],
  ])('of %s is refused', async (_what, body, { status, code }) => {
    const life = await anInvoicedLife();
    expect(
      await dunlin.call('POST', `/v1/payments/${await life.payment()}/refund`, { ...body, reason: 'other' }),
    ).toMatchObject({ status, body: { error: { code } } });
  });
});
