/** A card that is given on the pay page is kept where it pays; one that the customer's bank refuses is not. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { applyCharge } from '../../src/activities/providerRecords.ts';
import { dropRefusedMethods } from '../../src/activities/dropRefusedMethods.ts';
import { invoiceActivities } from '../../src/activities/invoices.ts';
import { payPageActivities } from '../../src/activities/payPage.ts';
import { paymentMethodActivities } from '../../src/activities/paymentMethods.ts';
import type { CustomerId, InvoiceId, PaymentId } from '../../src/domain/ids.ts';
import type { Amount } from '../../src/domain/money.ts';
import { readDatabaseTime } from '../../src/store/askedPayments.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { freshDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { withProvider } from './dependencies.ts';
import type { Behaviour } from './memoryProvider.ts';
import { PaymentLife } from './paymentLife.ts';

quietTemporal();

let life: PaymentLife;
let customer: CustomerId;
let invoice: InvoiceId;
let detached: string[];
beforeEach(async () => {
  life = new PaymentLife(await freshDatabase());
  customer = await life.customer(null);
  [invoice] = (await life.invoices(customer)) as [InvoiceId];
  detached = [];
});
afterEach(async () => {
  expect(await life.wrongs()).toEqual([]);
  await life.database.drop();
});

const deps = () =>
  withProvider(
    { ...life.deps },
    {
      ...life.provider,
      detach: (reference) => {
        detached.push(reference);
        return Promise.resolve();
      },
    },
  );
const methods = () =>
  life.select<{ gone: boolean }>(
    `SELECT detached_at IS NOT NULL AS gone FROM payment_methods WHERE customer_id = $1 ORDER BY id`,
    [customer],
  );

/** As the pay page's workflow does. */
async function payWithNewCard(behaviour: Behaviour) {
  const paymentMethodId = newId('payment_method');
  const by = paymentMethodActivities(deps());
  await by.attachPaymentMethod({
    paymentMethodId,
    customerId: customer,
    token: 'pm_card_visa',
    keepsDefault: true,
  });
  const [method] = await life.select<{ reference: string }>(
    `SELECT provider_reference AS reference FROM payment_methods WHERE id = $1`,
    [paymentMethodId],
  );
  const reference = method?.reference ?? '';
  life.provider.behaviours.set(reference, behaviour);
  const paymentId = newId('payment', newOperationId());
  const askedAt = await readDatabaseTime(life.database.pool);
  const pay = { paymentId, paymentMethodId, source: 'pay_page', askedAt } as const;
  await invoiceActivities(deps()).operateInvoice({ invoiceId: invoice, operation: 'pay', pay });
  await conclude(paymentId);
  return { paymentId, paymentMethodId, reference };
}
const conclude = (paymentId: PaymentId) =>
  payPageActivities(deps()).concludePagePayment({ invoiceId: invoice, customerId: customer, paymentId });

test('one that the bank refuses when the customer is asked there is detached when the customer is back', async () => {
  const { paymentId, reference } = await payWithNewCard('requires_action');
  expect(await methods()).toEqual([{ gone: false }]);
  life.provider.refuse(paymentId, 'authentication_required');
  await payPageActivities(deps()).lookUpAttempt(invoice);
  await conclude(paymentId);
  expect(await methods()).toEqual([{ gone: true }]);
  expect(detached).toEqual([reference]);
});

test.each([
  ['pay_page', 15],
  ['api', 0],
] as const)(
  'a notice that the bank asks waits after an attempt by %s %i minutes',
  async (source, minutes) => {
    const paymentMethodId = await life.method(customer, 'requires_action');
    const paymentId = newId('payment', newOperationId());
    const askedAt = await readDatabaseTime(life.database.pool);
    const pay = { paymentId, paymentMethodId, source, askedAt } as const;
    await invoiceActivities(deps()).operateInvoice({ invoiceId: invoice, operation: 'pay', pay });
    const waits = await life.select(
      `SELECT round(extract(epoch FROM try_after - created) / 60)::int AS minutes FROM notifications
      WHERE kind = 'payment_action_required'`,
    );
    expect(waits).toEqual([{ minutes }]);
  },
);

test('one that the bank refuses is detached also where the customer never comes back', async () => {
  const { paymentId, reference } = await payWithNewCard('requires_action');
  await applyCharge(deps(), 'sandbox', {
    reference: `ch_${paymentId}`,
    paymentId,
    outcome: { status: 'failed', reference: `ch_${paymentId}`, code: 'card_declined', advice: null },
    amountCaptured: 0n as Amount,
    currency: 'USD',
    createdAt: await readDatabaseTime(life.database.pool),
  });
  life.provider.refuse(paymentId, 'card_declined');
  await dropRefusedMethods(deps(), null);
  await dropRefusedMethods(deps(), null);
  expect(await methods()).toEqual([{ gone: true }]);
  expect(detached).toEqual([reference]);
});

test('one whose detaching at the provider has failed is detached there later', async () => {
  const { paymentId, reference } = await payWithNewCard('requires_action');
  life.provider.refuse(paymentId, 'card_declined');
  await payPageActivities(deps()).lookUpAttempt(invoice);
  const away = withProvider(deps(), { detach: () => Promise.reject(new Error('away')) });
  await expect(dropRefusedMethods(away, paymentId)).rejects.toThrow('away');
  await conclude(paymentId);
  expect(detached).toEqual([reference]);
});

test('one that pays is kept, also when a later payment with it is refused', async () => {
  const { paymentMethodId, reference } = await payWithNewCard('succeeds');
  [invoice] = (await life.invoices(customer)) as [InvoiceId];
  life.provider.behaviours.set(reference, { declines: 'card_declined' });
  const paymentId = newId('payment', newOperationId());
  const askedAt = await readDatabaseTime(life.database.pool);
  const pay = { paymentId, paymentMethodId, source: 'pay_page', askedAt } as const;
  await invoiceActivities(deps()).operateInvoice({ invoiceId: invoice, operation: 'pay', pay });
  await conclude(paymentId);
  expect(await methods()).toEqual([{ gone: false }]);
});

test('one that the customer had before stays, though it is given anew and refused', async () => {
  const before = await life.method(customer, 'succeeds');
  const same = withProvider(deps(), {
    attach: () => Promise.resolve({ reference: `ref_${before}`, type: 'card', card: null }),
  });
  const paymentMethodId = newId('payment_method');
  await paymentMethodActivities(same).attachPaymentMethod({
    ...{ paymentMethodId, customerId: customer, token: 'pm_card_visa', keepsDefault: true },
  });
  life.behave(before, { declines: 'card_declined' });
  const paymentId = newId('payment', newOperationId());
  const askedAt = await readDatabaseTime(life.database.pool);
  const pay = { paymentId, paymentMethodId, source: 'pay_page', askedAt } as const;
  await invoiceActivities(deps()).operateInvoice({ invoiceId: invoice, operation: 'pay', pay });
  await conclude(paymentId);
  expect(detached).toEqual([]);
});
