/** Who is sent invoices, or whose dunning is held, is not charged by itself, whatever makes an attempt due again. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { collectionActivities } from '../../src/activities/collection.ts';
import { billAllDue } from '../../src/activities/billDue.ts';
import { dunningRequestActivities } from '../../src/activities/dunningRequests.ts';
import { invoiceActivities } from '../../src/activities/invoices.ts';
import { offlinePaymentActivities } from '../../src/activities/offlinePayments.ts';
import { paymentMethodActivities } from '../../src/activities/paymentMethods.ts';
import type { CustomerId, InvoiceId, PaymentMethodId } from '../../src/domain/ids.ts';
import { addMilliseconds, type Instant } from '../../src/domain/instant.ts';
import { readDatabaseTime } from '../../src/store/askedPayments.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { freshDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { withProvider } from './dependencies.ts';
import type { Behaviour } from './memoryProvider.ts';
import { dayMs, insufficientFunds, lostCard, now, PaymentLife } from './paymentLife.ts';

quietTemporal();

let life: PaymentLife;
beforeEach(async () => {
  life = new PaymentLife(await freshDatabase());
});
afterEach(async () => {
  expect(await life.wrongs()).toEqual([]);
  await life.database.drop();
});

const later = (days: number) => addMilliseconds(now(), days * dayMs);
const at = (days: number) => () => later(days);
const ask = () => dunningRequestActivities(life.deps);

async function anInvoice(behaviour: Behaviour | null, backups: readonly Behaviour[] = []) {
  const customer = await life.customer(behaviour, backups);
  const [invoice] = (await life.invoices(customer)) as [InvoiceId];
  return { customer, invoice };
}

/** One that is sent, and overdue. */
async function aSentInvoice(behaviour: Behaviour | null) {
  const customer = await life.customer(behaviour);
  await life.select(
    `UPDATE customers SET collection_method = 'send_invoice', days_until_due = 0 WHERE id = $1`,
    [customer],
  );
  const [invoice] = (await life.invoices(customer)) as [InvoiceId];
  await life.bill(at(1));
  return { customer, invoice };
}

async function pay(invoiceId: InvoiceId, paymentMethodId: PaymentMethodId | null, deps = life.deps) {
  const paymentId = newId('payment', newOperationId());
  const askedAt = await readDatabaseTime(life.database.pool);
  const request = { paymentId, paymentMethodId, source: 'api', askedAt } as const;
  await invoiceActivities(deps).operateInvoice({ invoiceId, operation: 'pay', pay: request });
}

const nameBackup = async (customerId: CustomerId) =>
  paymentMethodActivities(life.deps).setBackupPaymentMethod({
    customerId,
    paymentMethodId: await life.method(customerId, 'succeeds'),
    priority: 1,
  });

const recordPart = (invoiceId: InvoiceId) =>
  offlinePaymentActivities(life.deps).recordOfflinePayment({
    paymentId: newId('payment', newOperationId()),
    invoiceId,
    amount: '400',
    reference: 'transfer',
    receivedAt: null,
    metadata: {},
  });

const answerless = () =>
  withProvider(life.deps, {
    charge: (requests) =>
      Promise.resolve(
        requests.map(() => ({ status: 'unknown', reason: 'timeout', retryAfterMs: null }) as const),
      ),
  });

describe('a backup that is named', () => {
  test('charges nobody who is sent invoices', async () => {
    const { customer, invoice } = await aSentInvoice(null);
    expect(await nameBackup(customer)).toEqual([]);
    await life.bill(at(2));
    expect(await life.payments(invoice)).toEqual([]);
  });

  test('is not charged in a pause, and is when that ends', async () => {
    const { customer, invoice } = await anInvoice(lostCard);
    await life.bill();
    await ask().pauseDunning({ invoiceId: invoice });
    expect(await nameBackup(customer)).toEqual([]);
    await life.bill(at(30));
    expect(await life.statuses(invoice)).toEqual(['failed']);
    await ask().resumeDunning({ invoiceId: invoice });
    await life.bill();
    expect((await life.invoice(invoice)).status).toBe('paid');
  });

  test('waits for a promise to end', async () => {
    const { customer, invoice } = await anInvoice(lostCard);
    await life.bill();
    await ask().promiseToPay({ invoiceId: invoice, until: later(10) });
    await nameBackup(customer);
    await life.bill(at(9));
    expect(await life.statuses(invoice)).toEqual(['failed']);
    await life.bill(at(11));
    expect((await life.invoice(invoice)).status).toBe('paid');
  });
});

describe('what is left after an attempt that waited for the customer was ended for a part that came by itself', () => {
  test('is not charged to who is sent invoices', async () => {
    const { invoice, customer } = await aSentInvoice('succeeds');
    await pay(invoice, await life.method(customer, 'requires_action'));
    await recordPart(invoice);
    await life.bill(at(2));
    expect((await life.payments(invoice)).filter(({ source }) => source === 'automatic')).toEqual([]);
  });

  test('is not charged in a pause, and is when that ends', async () => {
    const { invoice } = await anInvoice('requires_action');
    await life.bill();
    await ask().pauseDunning({ invoiceId: invoice });
    await recordPart(invoice);
    await life.bill(at(2));
    expect(await life.statuses(invoice)).toEqual(['canceled', 'succeeded']);
    await ask().resumeDunning({ invoiceId: invoice });
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['canceled', 'succeeded', 'requires_action']);
  });
});

describe('an attempt that its provider never got', () => {
  const loses = async (invoice: InvoiceId, method: PaymentMethodId | null) => {
    await pay(invoice, method, answerless());
    await life.age(60, 24);
    await life.bill();
  };

  test('and that was asked for is not made anew for who is sent invoices', async () => {
    const { customer, invoice } = await aSentInvoice('succeeds');
    await loses(invoice, await life.method(customer, 'succeeds'));
    await life.bill(at(2));
    expect(await life.statuses(invoice)).toEqual(['canceled']);
  });

  test('and that named its method leaves the retries of the default as they were planned', async () => {
    const { customer, invoice } = await anInvoice(insufficientFunds);
    await life.bill();
    const { next_attempt_at: planned } = await life.invoice(invoice);
    expect(planned).not.toBeNull();
    await loses(invoice, await life.method(customer, 'succeeds'));
    expect(await life.statuses(invoice)).toEqual(['failed', 'canceled']);
    expect(await life.invoice(invoice)).toMatchObject({ collect_at: planned, next_attempt_at: planned });
  });

  test('is not made anew in a pause, and is when that ends', async () => {
    const { invoice, customer } = await anInvoice(insufficientFunds);
    await life.bill();
    await life.choose(customer, await life.method(customer, 'succeeds'));
    await billAllDue(answerless(), { kind: 'invoice', invoiceId: invoice }, now);
    await ask().pauseDunning({ invoiceId: invoice });
    await life.age(60, 24);
    await life.bill();
    expect(await life.statuses(invoice)).toEqual(['failed', 'canceled']);
    await ask().resumeDunning({ invoiceId: invoice });
    await life.bill();
    expect((await life.invoice(invoice)).status).toBe('paid');
  });
});

describe('a card that is chosen while the customer has promised to pay', () => {
  const promised = async () => {
    const { customer, invoice } = await anInvoice(lostCard);
    await life.bill();
    await ask().promiseToPay({ invoiceId: invoice, until: later(10) });
    await life.choose(customer, await life.method(customer, 'succeeds'));
    return invoice;
  };

  test('is charged at the end of a promise that is extended', async () => {
    const invoice = await promised();
    const until: Instant = later(20);
    await ask().promiseToPay({ invoiceId: invoice, until });
    expect(await life.invoice(invoice)).toMatchObject({ collect_at: until });
    await life.bill(at(19));
    expect(await life.statuses(invoice)).toEqual(['failed']);
    await life.bill(at(21));
    expect((await life.invoice(invoice)).status).toBe('paid');
  });

  test('is charged at once where the promise is ended', async () => {
    const invoice = await promised();
    await ask().resumeDunning({ invoiceId: invoice });
    await life.bill();
    expect((await life.invoice(invoice)).status).toBe('paid');
  });
});

test('a part that came by itself makes no new card of the one that was declined for good', async () => {
  const { invoice } = await anInvoice(lostCard);
  await life.bill();
  await recordPart(invoice);
  await ask().pauseDunning({ invoiceId: invoice });
  await ask().resumeDunning({ invoiceId: invoice });
  await life.bill();
  expect(await life.statuses(invoice)).toEqual(['failed', 'succeeded']);
});

describe('what an operator reads of an invoice that nobody charges', () => {
  const next = async (invoice: InvoiceId) =>
    (await collectionActivities(life.deps).collect(invoice, null)).next.split('\n')[0];

  test('that is sent: it waits for the customer, and for no other card', async () => {
    const { invoice } = await aSentInvoice('succeeds');
    expect(await next(invoice)).toBe(
      'Waits for the customer to pay: the invoice was sent, and nothing is charged by itself.',
    );
  });

  test('whose dunning is paused: no attempt is made, whatever card there is', async () => {
    const { invoice } = await anInvoice(insufficientFunds);
    await life.bill();
    expect(await next(invoice)).toMatch(/^Attempt 2 at /);
    await ask().pauseDunning({ invoiceId: invoice });
    expect(await next(invoice)).toBe('No attempt is made while dunning is paused.');
  });
});

describe('a method that an invoice was declined for good with', () => {
  const methodsTried = async (invoice: InvoiceId) =>
    (await life.payments(invoice)).map((payment) => payment.payment_method_id);

  test('is not tried again where a pause ends, though a backup may work another day', async () => {
    const { invoice } = await anInvoice(lostCard, [insufficientFunds]);
    await life.bill();
    await ask().pauseDunning({ invoiceId: invoice });
    await life.bill(at(4));
    const [lost, backup] = await methodsTried(invoice);
    await ask().resumeDunning({ invoiceId: invoice });
    await life.bill(at(5));
    expect(await methodsTried(invoice)).toEqual([lost, backup, backup]);
  });

  test('is not tried again as a backup, each time the default is', async () => {
    const { invoice } = await anInvoice(insufficientFunds, [lostCard]);
    await life.bill();
    const [first, lost] = await methodsTried(invoice);
    await life.bill(at(1.1));
    await life.bill(at(3.1));
    expect(await methodsTried(invoice)).toEqual([first, lost, first, first]);
  });

  test('is tried where it is chosen anew', async () => {
    const { customer, invoice } = await anInvoice(lostCard, [insufficientFunds]);
    await life.bill();
    const [lost] = (await methodsTried(invoice)) as [PaymentMethodId];
    await paymentMethodActivities(life.deps).setDefaultPaymentMethod({
      customerId: customer,
      paymentMethodId: lost,
    });
    await life.bill(at(1.1));
    expect((await methodsTried(invoice)).filter((method) => method === lost)).toHaveLength(2);
  });
});
