/** For an invoice one attempt is in flight, over all ways to pay it: the one that waits for the customer is ended first. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { creditNoteActivities } from '../../src/activities/creditNotes.ts';
import { dunningRequestActivities } from '../../src/activities/dunningRequests.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { invoiceActivities } from '../../src/activities/invoices.ts';
import { paymentMethodActivities } from '../../src/activities/paymentMethods.ts';
import { recordOutcomes } from '../../src/activities/paymentOutcomes.ts';
import type { InvoiceId, PaymentId, PaymentMethodId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { readDatabaseTime } from '../../src/store/askedPayments.ts';
import { inTransaction } from '../../src/store/database.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { freshDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { withProvider } from './dependencies.ts';
import { dayMs, insufficientFunds, live, lostCard, now, PaymentLife } from './paymentLife.ts';
import { billAllDue } from '../../src/activities/billDue.ts';

quietTemporal();

let life: PaymentLife;
beforeEach(async () => {
  life = new PaymentLife(await freshDatabase());
});
afterEach(async () => {
  expect(await life.wrongs()).toEqual([]);
  await life.database.drop();
});

async function aWaiting() {
  const customer = await life.customer('requires_action');
  const [invoice] = (await life.invoices(customer)) as [InvoiceId];
  await life.bill();
  const [payment] = await life.payments(invoice);
  return { customer, invoice, payment: payment?.id as PaymentId };
}

async function aPayRequest(invoiceId: InvoiceId, paymentMethodId: PaymentMethodId | null = null) {
  const askedAt = await readDatabaseTime(life.database.pool);
  const pay = {
    paymentId: newId('payment', newOperationId()),
    paymentMethodId,
    source: 'api',
    askedAt,
  } as const;
  return { invoiceId, operation: 'pay', pay } as const;
}
const pay = async (invoice: InvoiceId, method: PaymentMethodId | null = null) =>
  invoiceActivities(life.deps).operateInvoice(await aPayRequest(invoice, method));

test('a payment of the pay page that comes to be made when nobody waits for it any more is not made', async () => {
  const customer = await life.customer('requires_action');
  const [invoice] = (await life.invoices(customer)) as [InvoiceId];
  const request = await aPayRequest(invoice);
  const long = {
    ...request.pay,
    source: 'pay_page',
    askedAt: (request.pay.askedAt - 31_000) as Instant,
  } as const;
  const activities = invoiceActivities(life.deps);
  await expect(activities.operateInvoice({ ...request, pay: long })).rejects.toMatchObject({
    type: 'unavailable',
  });
  expect(await life.statuses(invoice)).toEqual([]);
  await activities.operateInvoice({ ...request, pay: { ...request.pay, source: 'pay_page' } });
  expect(await life.statuses(invoice)).toEqual(['requires_action']);
  // One that was made goes on.
  await activities.operateInvoice({ ...request, pay: long });
  expect(await life.statuses(invoice)).toEqual(['requires_action']);
});

const aVoid = (invoiceId: InvoiceId) => ({ operationId: newOperationId(), invoiceId });

describe('an attempt that waits for the customer', () => {
  test('is counted once, is not retried on a schedule, and pays the invoice when the customer has acted', async () => {
    const { invoice, payment } = await aWaiting();
    expect(await life.statuses(invoice)).toEqual(['requires_action']);
    expect(await life.invoice(invoice)).toMatchObject({
      ...{ status: 'open', attempt_count: 1, collect_at: null, next_attempt_at: null },
      last_failure_code: 'authentication_required',
    });
    life.provider.settle(payment);
    const outcome = { reference: null, code: null, decline: null, advice: null, action: null };
    const report = () =>
      inTransaction(life.database.pool, (tx) =>
        recordOutcomes(tx, [{ ...outcome, id: payment, status: 'succeeded' }], now()),
      );
    expect([await report(), await report()]).toEqual([[invoice], []]);
    expect(await life.invoice(invoice)).toMatchObject({ status: 'paid', attempt_count: 1 });
  });

  test('lesson 7: that fails in the end is retried as if it had failed at once', async () => {
    const { invoice, payment } = await aWaiting();
    const failed = {
      reference: null,
      code: 'card_declined',
      decline: 'soft',
      advice: null,
      action: null,
    } as const;
    await inTransaction(life.database.pool, (tx) =>
      recordOutcomes(tx, [{ ...failed, id: payment, status: 'failed' }], now()),
    );
    const after = await life.invoice(invoice);
    expect(after).toMatchObject({ status: 'open', attempt_count: 1, last_failure_code: 'card_declined' });
    expect(after.next_attempt_at).not.toBeNull();
  });

  test('lesson 6: is ended before another method is tried', async () => {
    const { customer, invoice, payment } = await aWaiting();
    await life.choose(customer, await life.method(customer, 'succeeds'));
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['canceled', 'succeeded']);
    expect(life.provider.charges.get(payment)?.outcome.status).toBe('canceled');
    expect(await life.invoice(invoice)).toMatchObject({ status: 'paid', attempt_count: 2 });
  });

  test('lesson 6: that has succeeded unseen pays the invoice, and no other is made', async () => {
    const { customer, invoice, payment } = await aWaiting();
    life.provider.settle(payment);
    await life.choose(customer, await life.method(customer, 'succeeds'));
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['succeeded']);
    expect(life.provider.captured).toBe(1000n);
  });

  test('of which the provider does not tell is replaced when it does, not before', async () => {
    const { customer, invoice } = await aWaiting();
    await life.choose(customer, await life.method(customer, 'succeeds'));
    const silent = withProvider(life.deps, {
      cancel: (attempts) =>
        Promise.resolve(
          attempts.map(() => ({ status: 'unknown', reason: 'timeout', retryAfterMs: null }) as const),
        ),
    });
    await life.age(60);
    await billAllDue(silent, live, now);
    expect(await life.statuses(invoice)).toEqual(['requires_action']);
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['canceled', 'succeeded']);
  });

  test('is ended by a void, which is refused where it turns out to be paid', async () => {
    const { voidInvoice } = endInvoiceActivities(life.deps);
    const first = await aWaiting();
    await voidInvoice(aVoid(first.invoice));
    expect([await life.statuses(first.invoice), (await life.invoice(first.invoice)).status]).toEqual([
      ['canceled'],
      'void',
    ]);
    const second = await aWaiting();
    life.provider.settle(second.payment);
    await expect(voidInvoice(aVoid(second.invoice))).rejects.toMatchObject({ type: 'invoice_paid' });
    expect((await life.invoice(second.invoice)).status).toBe('paid');
  });

  test('is ended when its invoice is given up', async () => {
    const { invoice } = await aWaiting();
    await endInvoiceActivities(life.deps).markUncollectible(aVoid(invoice));
    expect([await life.statuses(invoice), (await life.invoice(invoice)).status]).toEqual([
      ['canceled'],
      'uncollectible',
    ]);
  });

  test('is ended by a credit note, and the customer is asked for the rest', async () => {
    const { invoice } = await aWaiting();
    const [line] = await life.select<{ id: string }>(`SELECT id FROM invoice_lines WHERE invoice_id = $1`, [
      invoice,
    ]);
    const note = (amount: string) =>
      creditNoteActivities(life.deps).issueCreditNote({
        creditNoteId: newId('credit_note'),
        invoiceId: invoice,
        asked: {
          kind: 'lines',
          lines: [{ invoiceLine: line?.id as never, amount }],
          refund: '0',
          credit: null,
        },
        ...{ reason: 'other', memo: null, metadata: {} },
      });
    await expect(note('2000')).rejects.toMatchObject({ nonRetryable: true });
    expect(await life.statuses(invoice)).toEqual(['requires_action']);
    await note('300');
    await life.bill();
    expect((await life.payments(invoice)).map(({ status, amount }) => [status, amount])).toEqual([
      ['canceled', 1000n],
      ['requires_action', 700n],
    ]);
  });

  describe('and a payment that is refused', () => {
    test('for a method that is not there goes on waiting', async () => {
      const { invoice, payment } = await aWaiting();
      const other = await life.method(await life.customer(null), 'succeeds');
      await expect(pay(invoice, other)).rejects.toMatchObject({ type: 'payment_method_missing' });
      expect(await life.statuses(invoice)).toEqual(['requires_action']);
      expect(life.provider.charges.get(payment)?.outcome.status).toBe('requires_action');
    });

    test('for a card that was tried too often goes on waiting', async () => {
      const { customer, invoice } = await aWaiting();
      const used = await life.method(customer, insufficientFunds);
      const [second] = (await life.invoices(customer)) as [InvoiceId];
      for (let nth = 0; nth < 15; nth += 1) await pay(second, used);
      await expect(pay(invoice, used)).rejects.toMatchObject({ type: 'card_tried_too_often' });
      expect(await life.statuses(invoice)).toEqual(['requires_action']);
    });

    test('when it has ended already is followed by another one', async () => {
      const { customer, invoice } = await aWaiting();
      const card = await life.method(customer, 'succeeds');
      const racing = withProvider(life.deps, {
        async cancel(attempts) {
          await life.select(`UPDATE payment_methods SET detached_at = now() WHERE id = $1`, [card]);
          return life.provider.cancel(attempts);
        },
      });
      await expect(
        invoiceActivities(racing).operateInvoice(await aPayRequest(invoice, card)),
      ).rejects.toMatchObject({ type: 'payment_method_missing' });
      await life.bill();
      expect(await life.statuses(invoice)).toEqual(['canceled', 'requires_action']);
    });
  });

  test('is ended when its card is removed', async () => {
    const { customer, invoice, payment } = await aWaiting();
    const [row] = await life.payments(invoice);
    const request = { customerId: customer, paymentMethodId: row?.payment_method_id as PaymentMethodId };
    await paymentMethodActivities(
      withProvider(life.deps, { detach: () => Promise.resolve() }),
    ).detachPaymentMethod(request);
    expect(life.provider.charges.get(payment)?.outcome.status).toBe('canceled');
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['canceled']);
    expect(await life.invoice(invoice)).toMatchObject({
      last_failure_code: 'no_payment_method',
      attempt_count: 1,
    });
    await life.choose(customer, await life.method(customer, 'succeeds'));
    await life.bill();
    expect((await life.invoice(invoice)).status).toBe('paid');
  });
});

test('an attempt that its provider refuses to make has failed, and its invoice can be voided', async () => {
  const customer = await life.customer({ declines: 'amount_too_small', refused: true });
  const [invoice] = (await life.invoices(customer)) as [InvoiceId];
  await life.bill();
  expect(await life.statuses(invoice)).toEqual(['failed']);
  expect(await life.invoice(invoice)).toMatchObject({
    ...{ status: 'open', attempt_count: 1, last_failure_code: 'amount_too_small' },
    ...{ collect_at: null, next_attempt_at: null }, // it would be refused again
  });
  expect(await life.select(`SELECT FROM collections WHERE invoice_id = $1`, [invoice])).toHaveLength(1);
  await endInvoiceActivities(life.deps).voidInvoice(aVoid(invoice));
  expect((await life.invoice(invoice)).status).toBe('void');
});

describe('a payment that is asked for', () => {
  test('lesson 6: by two at once is one attempt', async () => {
    for (const behaviour of ['succeeds', insufficientFunds, 'requires_action'] as const) {
      const [invoice] = (await life.invoices(await life.customer(behaviour))) as [InvoiceId];
      const requests = [await aPayRequest(invoice), await aPayRequest(invoice)];
      await Promise.all(requests.map((request) => invoiceActivities(life.deps).operateInvoice(request)));
      expect(await life.payments(invoice)).toMatchObject([{ source: 'api' }]);
    }
  });

  test('and run again, after its worker died, is the same one', async () => {
    const [invoice] = (await life.invoices(await life.customer(insufficientFunds))) as [InvoiceId];
    const request = await aPayRequest(invoice);
    await invoiceActivities(life.deps).operateInvoice(request);
    await invoiceActivities(life.deps).operateInvoice(request);
    expect(await life.statuses(invoice)).toEqual(['failed']);
  });

  test('lesson 6: while the billing cycle and a new card ask for one too takes the money once', async () => {
    for (let run = 0; run < 8; run += 1) {
      const customer = await life.customer(insufficientFunds);
      const [invoice] = (await life.invoices(customer)) as [InvoiceId];
      await life.bill();
      const card = await life.method(customer, 'succeeds');
      await Promise.all([
        pay(invoice, card),
        life.choose(customer, card).then(() => billAllDue(life.deps, live, now)),
        pay(invoice),
        billAllDue(life.deps, { kind: 'invoice', invoiceId: invoice }, now),
      ]);
      await life.bill();
      expect((await life.statuses(invoice)).filter((status) => status === 'succeeded')).toHaveLength(1);
      expect((await life.invoice(invoice)).status).toBe('paid');
    }
  });

  test('with a method by name uses it for this attempt alone, and no other after it', async () => {
    const customer = await life.customer('succeeds', ['succeeds']);
    const named = await life.method(customer, insufficientFunds);
    const [invoice] = (await life.invoices(customer)) as [InvoiceId];
    await pay(invoice, named);
    expect(await life.payments(invoice)).toMatchObject([{ payment_method_id: named, status: 'failed' }]);
    expect((await life.invoice(invoice)).next_attempt_at).not.toBeNull();
    await pay(invoice);
    expect((await life.invoice(invoice)).status).toBe('paid');
  });

  describe('with another card than the default', () => {
    const fromPage = async (invoiceId: InvoiceId, card: PaymentMethodId) => {
      const { pay: asked, ...request } = await aPayRequest(invoiceId, card);
      const pay = { ...asked, source: 'pay_page' } as const;
      await invoiceActivities(life.deps).operateInvoice({ ...request, pay });
    };
    const after = (at: number | null) => () => (Number(at) + 1) as ReturnType<typeof now>;

    test.each([lostCard, insufficientFunds, 'requires_action'] as const)(
      'that comes to %j keeps the retry that is planned for the default',
      async (behaviour) => {
        const customer = await life.customer(insufficientFunds);
        const [invoice] = (await life.invoices(customer)) as [InvoiceId];
        await life.bill();
        const { next_attempt_at: planned } = await life.invoice(invoice);
        expect(planned).not.toBeNull();
        await fromPage(invoice, await life.method(customer, behaviour));
        expect(await life.invoice(invoice)).toMatchObject({
          ...{ attempt_count: 2, next_attempt_at: planned, collect_at: planned },
        });
        const [first] = await life.payments(invoice);
        life.behave(first?.payment_method_id as PaymentMethodId, 'succeeds');
        await life.bill(after(planned));
        const asked = behaviour === 'requires_action' ? 'canceled' : 'failed';
        expect(await life.statuses(invoice)).toEqual(['failed', asked, 'succeeded']);
      },
    );

    test('plans no retry for a default that is declined for good', async () => {
      const customer = await life.customer(lostCard);
      const [invoice] = (await life.invoices(customer)) as [InvoiceId];
      await life.bill();
      await fromPage(invoice, await life.method(customer, insufficientFunds));
      expect(await life.invoice(invoice)).toMatchObject({ next_attempt_at: null, collect_at: null });
    });

    test('that is the first to fail leaves the default to the schedule of retries', async () => {
      const customer = await life.customer('succeeds');
      const [invoice] = (await life.invoices(customer)) as [InvoiceId];
      await fromPage(invoice, await life.method(customer, lostCard));
      const { next_attempt_at: planned } = await life.invoice(invoice);
      await life.bill(after(planned));
      expect(await life.statuses(invoice)).toEqual(['failed', 'succeeded']);
    });

    test('keeps the retry that waits until the customer has promised to pay', async () => {
      const customer = await life.customer(insufficientFunds);
      const [invoice] = (await life.invoices(customer)) as [InvoiceId];
      await life.bill();
      const until = (now() + 9 * dayMs) as ReturnType<typeof now>;
      await dunningRequestActivities(life.deps).promiseToPay({ invoiceId: invoice, until });
      const held = () => life.select(`SELECT held_attempt_at FROM collections`);
      const before = await held();
      await fromPage(invoice, await life.method(customer, lostCard));
      expect(await life.invoice(invoice)).toMatchObject({ next_attempt_at: until, collect_at: until });
      expect(await held()).toEqual(before);
    });
  });

  test('by the name of a method of another customer, or one that is removed, is refused', async () => {
    const [invoice] = (await life.invoices(await life.customer('succeeds'))) as [InvoiceId];
    const other = await life.method(await life.customer(null), 'succeeds');
    await expect(pay(invoice, other)).rejects.toMatchObject({ type: 'payment_method_missing' });
    expect(await life.statuses(invoice)).toEqual([]);
  });

  test('without any method fails, and counts as no attempt', async () => {
    const [invoice] = (await life.invoices(await life.customer(null))) as [InvoiceId];
    await pay(invoice);
    expect(await life.invoice(invoice)).toMatchObject({
      ...{ status: 'open', attempt_count: 0, last_failure_code: 'no_payment_method' },
    });
    expect(await life.payments(invoice)).toEqual([]);
  });
});

describe('an attempt without an outcome', () => {
  test('is asked about when its provider said, not before', async () => {
    const customer = await life.customer('is_limited');
    const [invoice] = (await life.invoices(customer)) as [InvoiceId];
    await life.bill();
    const [payment] = await life.payments(invoice);
    const id = payment?.id as PaymentId;
    expect(life.provider.asked.get(id)).toBe(1);
    await billAllDue(life.deps, { kind: 'invoice', invoiceId: invoice }, now);
    expect(life.provider.asked.get(id)).toBe(1);
    life.behave(payment?.payment_method_id as PaymentMethodId, 'succeeds');
    await life.bill(); // a minute later
    expect(await life.statuses(invoice)).toEqual(['succeeded']);
  });

  test('that the provider works on for days is looked up, and not asked for with its key', async () => {
    const [invoice] = (await life.invoices(await life.customer('processes'))) as [InvoiceId];
    await life.bill();
    const [payment] = await life.payments(invoice);
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['pending']);
    life.provider.settle(payment?.id as PaymentId);
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['succeeded']);
    expect(life.provider.asked.get(payment?.id as PaymentId)).toBe(1);
  });

  const answerless = () =>
    withProvider(life.deps, {
      charge: (requests) =>
        Promise.resolve(
          requests.map(() => ({ status: 'unknown', reason: 'timeout', retryAfterMs: null }) as const),
        ),
    });

  test('lesson 7: and older than its key is looked up: what was made is recorded', async () => {
    const [invoice] = (await life.invoices(await life.customer('succeeds'))) as [InvoiceId];
    const lost = withProvider(life.deps, {
      async charge(requests) {
        await life.provider.charge(requests);
        return answerless().payments.named('sandbox').charge(requests);
      },
    });
    await billAllDue(lost, live, now);
    await life.age(60, 23);
    await life.bill();
    const [payment] = await life.payments(invoice);
    expect(payment?.status).toBe('succeeded');
    expect(life.provider.asked.get(payment?.id as PaymentId)).toBe(1);
  });

  test('and older than its key, that the provider never got, is not charged any more, but made anew', async () => {
    const [invoice] = (await life.invoices(await life.customer('succeeds'))) as [InvoiceId];
    await billAllDue(answerless(), live, now);
    await life.age(60, 23);
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['pending']);
    await life.age(60, 1);
    await life.bill();
    expect((await life.payments(invoice)).map(({ status, failure_code: code }) => [status, code])).toEqual([
      ['canceled', 'never_made'],
      ['succeeded', null],
    ]);
    expect(await life.invoice(invoice)).toMatchObject({ status: 'paid', attempt_count: 1 });
  });

  test('keeps its outcome when the card is removed meanwhile, and the next one has no method', async () => {
    const customer = await life.customer(insufficientFunds);
    const [invoice] = (await life.invoices(customer)) as [InvoiceId];
    await billAllDue(answerless(), live, now);
    const [payment] = await life.payments(invoice);
    await paymentMethodActivities(
      withProvider(life.deps, { detach: () => Promise.resolve() }),
    ).detachPaymentMethod({
      customerId: customer,
      paymentMethodId: payment?.payment_method_id as PaymentMethodId,
    });
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['failed']);
    const { next_attempt_at: next } = await life.invoice(invoice);
    await life.bill(() => (Number(next) + 1) as ReturnType<typeof now>);
    expect(await life.statuses(invoice)).toEqual(['failed']);
    expect(await life.invoice(invoice)).toMatchObject({
      last_failure_code: 'no_payment_method',
      attempt_count: 1,
    });
  });
});

describe('backups', () => {
  test('are tried at once, in their order, each once, where the default has failed', async () => {
    const [invoice] = (await life.invoices(
      await life.customer(insufficientFunds, [lostCard, 'succeeds', 'succeeds']),
    )) as [InvoiceId];
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['failed', 'failed', 'succeeded']);
    expect(await life.invoice(invoice)).toMatchObject({ status: 'paid', attempt_count: 1 });
  });

  test('that all fail leave the invoice to the schedule of retries, in which they are one round', async () => {
    const [invoice] = (await life.invoices(await life.customer(lostCard, [insufficientFunds, lostCard]))) as [
      InvoiceId,
    ];
    await life.bill();
    const after = await life.invoice(invoice);
    expect(after).toMatchObject({ attempt_count: 1, last_failure_code: 'lost_card' });
    expect(after.next_attempt_at).not.toBeNull(); // one of them may work another day
    expect(after.collect_at).toBe(after.next_attempt_at);
    await life.bill(() => (Number(after.next_attempt_at) + 1) as ReturnType<typeof now>);
    // Those that were declined for good are not tried again.
    expect(await life.statuses(invoice)).toHaveLength(4);
    expect((await life.invoice(invoice)).attempt_count).toBe(2);
  });

  test('wait where the customer must act, and one that asks the customer ends the round', async () => {
    const [first] = (await life.invoices(await life.customer('requires_action', ['succeeds']))) as [
      InvoiceId,
    ];
    const [second] = (await life.invoices(
      await life.customer(insufficientFunds, ['requires_action', 'succeeds']),
    )) as [InvoiceId];
    await life.bill();
    expect(await life.statuses(first)).toEqual(['requires_action']);
    expect(await life.statuses(second)).toEqual(['failed', 'requires_action']);
    expect((await life.invoice(second)).next_attempt_at).toBeNull();
  });

  test('are tried where there is no default, and as soon as one is named where all has failed', async () => {
    const [first] = (await life.invoices(await life.customer(null, ['succeeds']))) as [InvoiceId];
    const customer = await life.customer(lostCard);
    const [second] = (await life.invoices(customer)) as [InvoiceId];
    await life.bill();
    expect((await life.invoice(first)).status).toBe('paid');
    const spare = await life.method(customer, 'succeeds');
    const request = { customerId: customer, paymentMethodId: spare, priority: 1 };
    expect(await paymentMethodActivities(life.deps).setBackupPaymentMethod(request)).toEqual([second]);
    await life.bill();
    expect(await life.statuses(second)).toEqual(['failed', 'succeeded']);
  });
});

describe('a card that was tried in vain 15 times in 30 days', () => {
  test('is left alone until the card networks allow it, whatever its invoice and however it is attached', async () => {
    const customer = await life.customer(null);
    const [old, again] = [
      await life.method(customer, insufficientFunds, null, 'one card'),
      await life.method(customer, insufficientFunds, null, 'one card'),
    ];
    await life.choose(customer, old);
    const [first] = (await life.invoices(customer)) as [InvoiceId];
    for (let nth = 0; nth < 15; nth += 1) await pay(first);
    await expect(pay(first)).rejects.toMatchObject({ type: 'card_tried_too_often' });
    await life.choose(customer, again);
    const [second] = (await life.invoices(customer)) as [InvoiceId];
    await life.bill();
    expect(await life.payments(second)).toEqual([]);
    const { collect_at: at } = await life.invoice(second);
    expect(Math.round((Number(at) - now()) / 86_400_000)).toBe(30);
    await pay(second, await life.method(customer, 'succeeds'));
    expect((await life.invoice(second)).status).toBe('paid');
  });

  test('leaves its invoice unpaid, so that dunning begins, and counts as no attempt', async () => {
    const customer = await life.customer(insufficientFunds);
    const [first] = (await life.invoices(customer)) as [InvoiceId];
    for (let nth = 0; nth < 15; nth += 1) await pay(first);
    const [second] = (await life.invoices(customer)) as [InvoiceId];
    await life.bill();
    await life.bill();
    const after = await life.invoice(second);
    expect(after).toMatchObject({
      ...{ status: 'open', attempt_count: 0, last_failure_code: 'card_tried_too_often' },
    });
    expect(after.collect_at).toBe(after.next_attempt_at);
    expect(Math.round((Number(after.collect_at) - now()) / dayMs)).toBe(30);
    expect(
      await life.select(
        `SELECT d.reason, s.status FROM collections d JOIN invoices i ON i.id = d.invoice_id
           JOIN subscriptions s ON s.id = i.subscription_id WHERE i.id = $1`,
        [second],
      ),
    ).toEqual([{ reason: 'card_tried_too_often', status: 'past_due' }]);
    const { next_attempt_at: at } = after;
    await life.bill(() => (Number(at) - dayMs) as ReturnType<typeof now>);
    expect(await life.payments(second)).toEqual([]);
  });
});
