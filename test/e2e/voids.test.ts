/** Invoices that are voided or given up: as if they had never been, or as a loss that may be made good (semantics.md, 7). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { audit } from '../../src/audit/audit.ts';
import { newId } from '../../src/store/newId.ts';
import { aMeter, eventually, invoicesOf, sendEvents, unique } from '../stack/builders.ts';
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

const fee = { code: 'fee', type: 'fixed', model: 'flat', amount: '3100' };

/** A subscription whose invoices nobody pays by itself. */
async function anUnpaidLife(fields: { prices?: readonly object[]; token?: string | null } = {}) {
  const { prices = [fee], token = null } = fields;
  const life = await aClockedLife(dunlin, { customer: { token }, plan: { prices, grace_period: 0 } });
  const invoices = () => invoicesOf(dunlin, life.id);
  const idOf = async (nth: number) => (await invoices())[nth]?.id ?? '';
  return {
    ...life,
    invoices,
    idOf,
    end: (invoice: string, how: 'void' | 'mark_uncollectible', headers?: Record<string, string>) =>
      dunlin.call('POST', `/v1/invoices/${invoice}/${how}`, undefined, headers),
    balance: async () =>
      (await dunlin.client.get<{ balance: number }>(`/v1/customers/${life.customer}`)).balance,
    /** The trial balance of the clock's book, without what is zero. */
    books: async () => {
      const accounts = await dunlin.client.get<{ data: { id: string; balance: number }[] }>(
        `/v1/ledger/accounts?book=${life.clock}`,
      );
      return Object.fromEntries(
        accounts.data.filter(({ balance }) => balance !== 0).map(({ id, balance }) => [id, balance]),
      );
    },
  };
}

describe('a void invoice', () => {
  test('keeps its number, is owed no more, and its collection ends', async () => {
    const life = await anUnpaidLife();
    const id = await life.idOf(0);
    expect(await life.read()).toMatchObject({ status: 'past_due' });
    const [before] = await life.invoices();
    const answer = await life.end(id, 'void');
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'void', number: before?.number, amount_remaining: 0, next_attempt_at: null },
    });
    expect(await life.read()).toMatchObject({ status: 'active' });
    const collection = dunlin.temporal.workflow.getHandle(`collection/${id}`);
    await eventually(
      async () => (await collection.describe()).status.name,
      (status) => status === 'COMPLETED',
    );
    expect(await life.books()).toEqual({});
  });

  test('leaves the books as they were, after days of recognition and those that are still to come', async () => {
    const life = await anUnpaidLife();
    await life.to('2026-01-11T00:00:00Z');
    expect(await life.books()).toMatchObject({ 'revenue/USD': 1000, 'deferred_revenue/USD': 2100 });
    await life.end(await life.idOf(0), 'void');
    expect(await life.books()).toEqual({});
    await life.to('2026-01-28T00:00:00Z');
    expect(await life.books()).toEqual({});
  });

  test('gives back the credit that it used: of the balance, of grants, and of one that has expired for good', async () => {
    const life = await anUnpaidLife();
    const grants = [newId('credit_grant'), newId('credit_grant')];
    await dunlin.pool.query(
      `INSERT INTO credit_grants (id, customer_id, currency, amount, remaining, paid, priority, status, effective_at, created)
       SELECT g, $2, 'USD', 500, 500, false, 50, 'granted', '2026-01-01', '2026-01-01' FROM unnest($1::text[]) g`,
      [grants, life.customer],
    );
    await dunlin.pool.query(
      `WITH t AS (INSERT INTO ledger_transactions (id, book, currency, kind, source_id, effective_at)
                  SELECT g || 'x', $2, 'USD', 'credit_granted', g, now() FROM unnest($1::text[]) g RETURNING id)
       INSERT INTO ledger_postings (transaction_id, position, debit_account, credit_account, amount, customer_id)
       SELECT id, 0, 'promotional_expense', 'promotional_credit', 500, $3 FROM t`,
      [grants, life.clock, life.customer],
    );
    // 100 of balance: a credit note of the first invoice, which is paid as far as that.
    await dunlin.client.post(`/v1/customers/${life.customer}/payment_methods`, { token: 'pm_card_visa' });
    await eventually(life.invoices, ([first]) => first?.status === 'paid');
    const line = { invoice_line: await firstLine(await life.idOf(0)), amount: 100 };
    await dunlin.client.post('/v1/credit_notes', {
      invoice: await life.idOf(0),
      reason: 'other',
      lines: [line],
    });
    await dunlin.pool.query(`UPDATE customers SET default_payment_method_id = NULL WHERE id = $1`, [
      life.customer,
    ]);
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.invoices())[1]).toMatchObject({ status: 'open', credits_applied: 1100 });
    const before = await life.books();
    await dunlin.pool.query(`UPDATE credit_grants SET status = 'expired', ended_at = now() WHERE id = $1`, [
      grants[0],
    ]);
    expect((await life.end(await life.idOf(1), 'void')).status).toBe(200);
    expect(await life.balance()).toBe(-100);
    const { rows } = await dunlin.pool.query(
      `SELECT status, remaining::int FROM credit_grants WHERE id = ANY($1) ORDER BY status`,
      [grants],
    );
    expect(rows).toEqual([
      { status: 'expired', remaining: 0 },
      { status: 'granted', remaining: 500 },
    ]);
    expect(await life.books()).toMatchObject({
      'promotional_credit/USD': 500,
      'promotional_expense/USD': 500,
    });
    expect(before).toMatchObject({ 'promotional_expense/USD': 1000, 'accounts_receivable/USD': 2000 });
  });

  test('revives the coupon that it has used', async () => {
    const life = await anUnpaidLife();
    const discount = newId('discount');
    await dunlin.pool.query(
      `WITH coupon AS (INSERT INTO coupons (id, code, percent_off, duration, times_redeemed, created)
                       VALUES ($1, $1, 50, 'once', 1, now()) RETURNING id)
       INSERT INTO discounts (id, coupon_id, customer_id, starts_at, created) SELECT $2, id, $3, '2026-01-01', now() FROM coupon`,
      [newId('coupon'), discount, life.customer],
    );
    await life.to('2026-02-02T00:00:00Z');
    expect((await life.invoices())[1]).toMatchObject({ total: 1550 });
    await life.end(await life.idOf(1), 'void');
    await life.to('2026-03-02T00:00:00Z');
    await life.to('2026-04-02T00:00:00Z');
    expect((await life.invoices()).slice(2).map(({ total }) => total)).toEqual([1550, 3100]);
  });

  test('has counted its usage: late events are billed as the difference, and nothing twice', async () => {
    const type = unique('call');
    const meter = await aMeter(dunlin, { event_type: type });
    const life = await anUnpaidLife({
      prices: [{ code: 'calls', type: 'usage', model: 'per_unit', unit_amount: '10', meter }],
    });
    const call = () => sendEvents(dunlin, [{ type, subject: life.customer, time: '2026-01-05T00:00:00Z' }]);
    await life.to('2026-01-10T00:00:00Z');
    await call();
    await life.to('2026-02-02T00:00:00Z');
    await life.end(await life.idOf(1), 'void');
    await call();
    await life.to('2026-03-02T00:00:00Z');
    expect((await life.invoices()).map(({ status, total }) => [status, total])).toEqual([
      ['paid', 0],
      ['void', 10],
      ['open', 10],
    ]);
  });

  test('has given back its usage: where the events are voided too, the next invoice waives that, and says why', async () => {
    const [type, id] = [unique('call'), unique('event')];
    const meter = await aMeter(dunlin, { event_type: type });
    const calls = { code: 'calls', type: 'usage', model: 'per_unit', unit_amount: '10', meter };
    const life = await anUnpaidLife({ prices: [calls] });
    await life.to('2026-01-10T00:00:00Z');
    await sendEvents(dunlin, [
      { type, id, source: type, subject: life.customer, time: '2026-01-05T00:00:00Z' },
    ]);
    await life.to('2026-02-02T00:00:00Z');
    await life.end(await life.idOf(1), 'void');
    expect((await dunlin.call('DELETE', `/v1/events/${type}/${id}`)).status).toBe(200);
    await life.to('2026-03-02T00:00:00Z');
    expect((await life.invoices())[2]).toMatchObject({ status: 'paid', subtotal: 0, total: 0 });
    const next = await life.idOf(2);
    const { lines } = await dunlin.client.get<{ lines: { id: string; type: string }[] }>(
      `/v1/invoices/${next}/explain`,
    );
    expect(lines.slice(1)).toMatchObject([
      { type: 'late_usage', amount: -10, waived: null },
      {
        type: 'waived',
        description: 'calls, late, 2026-01-01 to 2026-02-01, given back before',
        amount: 10,
        gives_back: lines[1]?.id,
        before: { amount: '-10' },
        after: { amount: '0' },
        waived: { billed: '10', still_charged: '0', difference: '-10' },
      },
    ]);
    const page = await fetch(`${dunlin.url}/v1/invoices/${next}.html`, {
      headers: { authorization: `Bearer ${dunlin.key}` },
    });
    expect(await page.text()).toContain('calls, late, given back before');
  });

  test('charged nothing: a later change gives nothing back of it', async () => {
    const seats = { code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '3100' };
    const life = await anUnpaidLife({ prices: [seats] });
    await life.end(await life.idOf(0), 'void');
    await life.to('2026-01-11T00:00:00Z');
    await life.change({ quantity: 2, proration_behavior: 'always_invoice' });
    expect((await life.lines())[1]?.map(([, , amount]) => amount)).toEqual([4200]);
  });

  test('is no more: it is voided once, and neither paid, credited nor given up', async () => {
    const life = await anUnpaidLife();
    const id = await life.idOf(0);
    const headers = { 'idempotency-key': `void-${id}` };
    const first = await life.end(id, 'void', headers);
    expect((await life.end(id, 'void', headers)).body).toEqual(first.body);
    for (const how of ['void', 'mark_uncollectible'] as const) {
      expect(await life.end(id, how)).toMatchObject({
        status: 409,
        body: { error: { code: 'invoice_void' } },
      });
    }
    expect(await dunlin.call('POST', '/v1/credit_notes', { invoice: id, reason: 'other' })).toMatchObject({
      status: 409,
      body: { error: { code: 'invoice_void' } },
    });
  });
});

describe('an invoice cannot be voided', () => {
  test('when it is paid', async () => {
    const life = await anUnpaidLife({ token: 'pm_card_visa' });
    expect(await life.end(await life.idOf(0), 'void')).toMatchObject({
      status: 409,
      body: { error: { code: 'invoice_paid', message: expect.stringContaining('credit note') } },
    });
  });

  test('when it has credit notes', async () => {
    const life = await anUnpaidLife();
    const id = await life.idOf(0);
    const lines = [{ invoice_line: await firstLine(id), amount: 1 }];
    await dunlin.client.post('/v1/credit_notes', { invoice: id, reason: 'other', lines });
    expect(await life.end(id, 'void')).toMatchObject({
      status: 409,
      body: { error: { code: 'invoice_has_credit_notes' } },
    });
  });

  test('when a later change has given back a part of what it charged', async () => {
    const seats = { code: 'seat', type: 'fixed', model: 'per_unit', unit_amount: '3100' };
    const life = await anUnpaidLife({ prices: [seats] });
    await life.to('2026-01-11T00:00:00Z');
    await life.change({ quantity: 2 });
    expect(await life.end(await life.idOf(0), 'void')).toMatchObject({
      status: 409,
      body: { error: { code: 'invoice_given_back' } },
    });
  });
});

describe('an uncollectible invoice', () => {
  test('is a loss, and nobody collects it; its subscription is active', async () => {
    const life = await anUnpaidLife();
    const id = await life.idOf(0);
    expect(await life.end(id, 'mark_uncollectible')).toMatchObject({
      status: 200,
      body: { status: 'uncollectible', amount_remaining: 3100, next_attempt_at: null },
    });
    expect(await life.books()).toMatchObject({ 'bad_debt/USD': 3100 });
    expect(await life.books()).not.toHaveProperty(['accounts_receivable/USD']);
    expect(await life.read()).toMatchObject({ status: 'active' });
    await dunlin.client.post(`/v1/customers/${life.customer}/payment_methods`, { token: 'pm_card_visa' });
    await life.to('2026-01-20T00:00:00Z');
    expect((await life.invoices())[0]).toMatchObject({ status: 'uncollectible', amount_paid: 0 });
  });

  test('that is credited is no loss any more, and paid', async () => {
    const life = await anUnpaidLife();
    const id = await life.idOf(0);
    await life.end(id, 'mark_uncollectible');
    const lines = [{ invoice_line: await firstLine(id), amount: 1100 }];
    await dunlin.client.post('/v1/credit_notes', { invoice: id, reason: 'other', lines });
    expect(await life.books()).toMatchObject({ 'bad_debt/USD': 2000 });
    await dunlin.client.post('/v1/credit_notes', { invoice: id, reason: 'other' });
    expect(await life.books()).toEqual({});
    expect((await life.invoices())[0]).toMatchObject({ status: 'paid', amount_paid: 0 });
  });

  test('can be voided: the loss goes with it', async () => {
    const life = await anUnpaidLife();
    const id = await life.idOf(0);
    await life.to('2026-01-11T00:00:00Z');
    await life.end(id, 'mark_uncollectible');
    expect((await life.end(id, 'void')).body).toMatchObject({ status: 'void' });
    expect(await life.books()).toEqual({});
  });
});

describe('an invoice that sells credit', () => {
  /** Final and not paid; the credit waits for that. */
  async function aSale() {
    const life = await anUnpaidLife({ prices: [{ ...fee, amount: '0' }] });
    const [invoice, line, grant] = [newId('invoice'), newId('invoice_line'), newId('credit_grant')];
    await dunlin.pool.query(
      `INSERT INTO invoices (id, customer_id, test_clock_id, status, currency, period_start, period_end, billing_reason,
                             finalizes_at, created)
       VALUES ($1, $2, $3, 'draft', 'USD', '2026-01-01', '2026-01-02', 'manual', '2026-01-02', '2026-01-01')`,
      [invoice, life.customer, life.clock],
    );
    await dunlin.pool.query(
      `INSERT INTO invoice_lines (id, invoice_id, position, type, price_code, billing, description, period_start, period_end,
                                  quantity, amount, taxable, discountable, computation)
       VALUES ($1, $2, 0, 'credit_purchase', 'credit', 'in_arrears', 'Credit', '2026-01-01', '2026-01-02', 1, 1000, false, false, '{}')`,
      [line, invoice],
    );
    await dunlin.pool.query(
      `INSERT INTO credit_grants (id, customer_id, currency, amount, remaining, paid, priority, status, invoice_id, effective_at, created)
       VALUES ($1, $2, 'USD', 1000, 1000, true, 50, 'pending', $3, '2026-01-01', '2026-01-01')`,
      [grant, life.customer, invoice],
    );
    await life.to('2026-01-03T00:00:00Z');
    const readGrant = async () =>
      (
        await dunlin.pool.query<{ status: string; remaining: number }>(
          `SELECT status, remaining::int FROM credit_grants WHERE id = $1`,
          [grant],
        )
      ).rows[0];
    return { ...life, invoice, line, readGrant };
  }

  test('takes the credit with it when it is voided, and cannot be given up', async () => {
    const { invoice, end, readGrant, books } = await aSale();
    expect(await end(invoice, 'mark_uncollectible')).toMatchObject({
      status: 409,
      body: { error: { code: 'invoice_buys_credit' } },
    });
    expect((await end(invoice, 'void')).status).toBe(200);
    expect(await readGrant()).toEqual({ status: 'voided', remaining: 0 });
    expect(await books()).toEqual({});
  });

  test('gives back of it what a credit note gives back, until nothing is left', async () => {
    const { invoice, line, readGrant, books } = await aSale();
    const part = { invoice, reason: 'other', lines: [{ invoice_line: line, amount: 400 }] };
    expect(await dunlin.client.post('/v1/credit_notes', part)).toMatchObject({ grant_amount: 400 });
    expect(await readGrant()).toEqual({ status: 'pending', remaining: 600 });
    await dunlin.client.post('/v1/credit_notes', { invoice, reason: 'other' });
    expect(await readGrant()).toEqual({ status: 'voided', remaining: 0 });
    expect(await books()).toEqual({});
  });
});

async function firstLine(invoice: string): Promise<string> {
  const { lines } = await dunlin.client.get<{ lines: { data: { id: string }[] } }>(`/v1/invoices/${invoice}`);
  return lines.data[0]?.id ?? '';
}
