/**
 * Lesson 7: a worker that dies at any word of a payment, before it is said or before its answer comes. Whatever became of
 * it, the next one finishes: captured = recorded = ledger, and an invoice is paid by one attempt.
 */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { collectPayments } from '../../src/activities/collectPayments.ts';
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { endInvoiceActivities } from '../../src/activities/endInvoices.ts';
import { invoiceActivities } from '../../src/activities/invoices.ts';
import { offlinePaymentActivities } from '../../src/activities/offlinePayments.ts';
import { paymentMethodActivities } from '../../src/activities/paymentMethods.ts';
import type { CustomerId, InvoiceId, PaymentId } from '../../src/domain/ids.ts';
import { readDatabaseTime } from '../../src/store/askedPayments.ts';
import { newId, newOperationId } from '../../src/store/newId.ts';
import { freshDatabase } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';
import { dyingAt } from './crashing.ts';
import { insufficientFunds, live, lostCard, now, PaymentLife } from './paymentLife.ts';

quietTemporal();

jest.setTimeout(400_000); // a process for each word

let life: PaymentLife;
beforeEach(async () => {
  life = new PaymentLife(await freshDatabase());
});
afterEach(() => life.database.drop());

interface Scenario {
  /** What is done by the process that dies, and again by the next one. */
  readonly work: (deps: Dependencies) => Promise<void>;
  /** What has come of it in the end, however often somebody died. */
  readonly check: () => Promise<void>;
}

const collectAll = async (deps: Dependencies) => {
  while ((await collectPayments(deps, live, now())) > 0);
};

/** Dies at every word in turn, until the work is done without a word left to die at. */
async function dieAtEveryWord(prepare: () => Promise<Scenario>): Promise<void> {
  for (const effect of [false, true]) {
    for (let nth = 1; ; nth += 1) {
      const { work, check } = await prepare();
      const { deps, isDead } = dyingAt(life.deps, nth, effect);
      await work(deps).catch((error: unknown) => {
        if (!isDead()) throw error;
      });
      await life.age(60);
      await work(life.deps);
      await collectAll(life.deps);
      await check();
      if (!isDead()) break;
    }
  }
  expect(await life.wrongs()).toEqual([]);
}

const tally = (statuses: readonly string[]) => [...statuses].sort().join(' ');

describe('killed at every word', () => {
  test('of one payment, it is made once', () =>
    dieAtEveryWord(async () => {
      const [invoice] = (await life.invoices(await life.customer('succeeds'))) as [InvoiceId];
      return {
        work: collectAll,
        check: async () => {
          expect(await life.payments(invoice)).toMatchObject([{ status: 'succeeded' }]);
          expect(await life.invoice(invoice)).toMatchObject({ status: 'paid', attempt_count: 1 });
        },
      };
    }));

  test('of a batch in which some fail, some wait and some have backups, each is made once', () =>
    dieAtEveryWord(async () => {
      const customers: CustomerId[] = [
        await life.customer('succeeds'),
        await life.customer(insufficientFunds),
        await life.customer(lostCard, [insufficientFunds, 'succeeds']),
        await life.customer('requires_action'),
        await life.customer(null),
      ];
      const invoices = await life.invoices(...customers);
      return {
        work: collectAll,
        check: async () => {
          const attempts = await Promise.all(invoices.map((id) => life.statuses(id)));
          expect(attempts).toEqual([
            ['succeeded'],
            ['failed'],
            ['failed', 'failed', 'succeeded'],
            ['requires_action'],
            [],
          ]);
          const counts = await Promise.all(
            invoices.map(async (id) => (await life.invoice(id)).attempt_count),
          );
          expect(counts).toEqual([1, 1, 1, 1, 0]);
        },
      };
    }));

  test.each([false, true])(
    'of the end of an attempt that waits (confirmed meanwhile: %s), the money is taken once',
    (confirmed) =>
      dieAtEveryWord(async () => {
        const customer = await life.customer('requires_action');
        const [invoice] = (await life.invoices(customer)) as [InvoiceId];
        await collectAll(life.deps);
        const [waiting] = await life.payments(invoice);
        if (confirmed) life.provider.settle(waiting?.id as PaymentId);
        await life.choose(customer, await life.method(customer, 'succeeds'));
        await life.age(60);
        return {
          work: collectAll,
          check: async () => {
            expect(await life.statuses(invoice)).toEqual(
              confirmed ? ['succeeded'] : ['canceled', 'succeeded'],
            );
            expect((await life.invoice(invoice)).status).toBe('paid');
          },
        };
      }),
  );

  test('of a payment that is asked for, it is made once', () =>
    dieAtEveryWord(async () => {
      const customer = await life.customer('requires_action');
      const [invoice] = (await life.invoices(customer)) as [InvoiceId];
      await collectAll(life.deps);
      const paymentMethodId = await life.method(customer, 'succeeds');
      const askedAt = await readDatabaseTime(life.database.pool);
      const pay = {
        paymentId: newId('payment', newOperationId()),
        paymentMethodId,
        source: 'api',
        askedAt,
      } as const;
      return {
        work: (deps) => invoiceActivities(deps).operateInvoice({ invoiceId: invoice, operation: 'pay', pay }),
        check: async () => {
          expect(await life.statuses(invoice)).toEqual(['canceled', 'succeeded']);
        },
      };
    }));

  test('of money that came by itself while the customer was asked, it is recorded once, and the rest is asked for', () =>
    dieAtEveryWord(async () => {
      const [invoice] = (await life.invoices(await life.customer('requires_action'))) as [InvoiceId];
      await collectAll(life.deps);
      const request = {
        ...{ paymentId: newId('payment', newOperationId()), invoiceId: invoice, amount: '400' },
        ...{ reference: 'transfer', receivedAt: null, metadata: {} },
      };
      return {
        work: (deps) => offlinePaymentActivities(deps).recordOfflinePayment(request),
        check: async () => {
          const payments = await life.payments(invoice);
          expect(payments.map(({ status, amount }) => `${status} ${String(amount)}`).sort()).toEqual([
            'canceled 1000',
            'requires_action 600',
            'succeeded 400',
          ]);
          expect(await life.invoice(invoice)).toMatchObject({ status: 'open', amount_paid: 400n });
        },
      };
    }));

  test('of a void while the customer is asked, the invoice is void and takes no money', () =>
    dieAtEveryWord(async () => {
      const [invoice] = (await life.invoices(await life.customer('requires_action'))) as [InvoiceId];
      await collectAll(life.deps);
      const request = { operationId: newOperationId(), invoiceId: invoice };
      return {
        work: (deps) => endInvoiceActivities(deps).voidInvoice(request),
        check: async () => {
          expect((await life.invoice(invoice)).status).toBe('void');
          expect(tally(await life.statuses(invoice))).toBe('canceled');
        },
      };
    }));
});

type Act =
  | { readonly act: 'collect' | 'pay' | 'payByName' | 'confirm' | 'card' | 'void' | 'giveUp' | 'wait' }
  | { readonly act: 'byHand'; readonly amount: number };

const acts: fc.Arbitrary<{ readonly what: Act; readonly diesAt: number; readonly effect: boolean }> =
  fc.record({
    what: fc.oneof(
      fc.record({ act: fc.constantFrom('collect', 'pay', 'payByName', 'confirm', 'card', 'wait') }),
      fc.record({ act: fc.constantFrom('void', 'giveUp') }),
      fc.record({ act: fc.constant('byHand' as const), amount: fc.integer({ min: 1, max: 1500 }) }),
    ),
    diesAt: fc.integer({ min: 1, max: 40 }),
    effect: fc.boolean(),
  });

test('in any order of all ways to pay, with workers that die anywhere, no invoice is paid twice and no money is lost', async () => {
  const behaviour = fc.constantFrom('succeeds', 'requires_action', 'processes', insufficientFunds, lostCard);
  await fc.assert(
    fc.asyncProperty(
      fc.array(acts, { minLength: 3, maxLength: 10 }),
      fc.array(behaviour, { minLength: 3, maxLength: 3 }),
      async (steps, [first = 'succeeds', second = 'succeeds', third = 'succeeds']) => {
        const customer = await life.customer(first, [second]);
        const [invoice] = (await life.invoices(customer)) as [InvoiceId];
        for (const { what, diesAt, effect } of steps) {
          const mortal = dyingAt(life.deps, diesAt, effect);
          const work = await workOf(what, customer, invoice, third);
          for (const deps of [mortal.deps, life.deps]) {
            // Refused is as good as done.
            await work(deps).catch((error: unknown) => {
              if (!mortal.isDead() && !(error instanceof Error && 'nonRetryable' in error)) throw error;
            });
          }
        }
        for (const { id } of await life.payments(invoice)) life.provider.settle(id);
        await life.bill();
        await life.bill();
        const statuses = await life.payments(invoice);
        expect(
          statuses.filter(({ status, source }) => status === 'succeeded' && source !== 'offline').length,
        ).toBeLessThan(2);
        expect(await life.wrongs()).toEqual([]);
      },
    ),
    { numRuns: 25 },
  );
});

/** The same request, however often its worker dies. */
async function workOf(
  what: Act,
  customerId: CustomerId,
  invoiceId: InvoiceId,
  named: Parameters<PaymentLife['method']>[1],
): Promise<(deps: Dependencies) => Promise<unknown>> {
  const operationId = newOperationId();
  const paymentId = newId('payment', operationId);
  switch (what.act) {
    case 'collect':
      await life.age(60);
      return collectAll;
    case 'pay':
    case 'payByName': {
      const paymentMethodId = what.act === 'pay' ? null : await life.method(customerId, named);
      const askedAt = await readDatabaseTime(life.database.pool);
      const pay = { paymentId, paymentMethodId, source: 'api', askedAt } as const;
      return (deps) => invoiceActivities(deps).operateInvoice({ invoiceId, operation: 'pay', pay });
    }
    case 'confirm':
      for (const { id } of await life.payments(invoiceId)) life.provider.settle(id);
      return () => Promise.resolve();
    case 'card': {
      const paymentMethodId = await life.method(customerId, named);
      return (deps) => paymentMethodActivities(deps).setDefaultPaymentMethod({ customerId, paymentMethodId });
    }
    case 'wait':
      await life.age(60, 12);
      return () => Promise.resolve();
    case 'void':
      return (deps) => endInvoiceActivities(deps).voidInvoice({ operationId, invoiceId });
    case 'giveUp':
      return (deps) => endInvoiceActivities(deps).markUncollectible({ operationId, invoiceId });
    case 'byHand': {
      const request = { paymentId, invoiceId, amount: String(what.amount), reference: 'transfer' };
      return (deps) =>
        offlinePaymentActivities(deps).recordOfflinePayment({ ...request, receivedAt: null, metadata: {} });
    }
  }
}
