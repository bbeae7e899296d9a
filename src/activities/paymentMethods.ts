/** Payment methods: what the provider keeps and what we know of it, brought together. */
import { notFound } from '../domain/errors.ts';
import { inTransaction } from '../store/database.ts';
import { findInvoicesInCollection } from '../store/invoices.ts';
import {
  chooseDefaultPaymentMethod,
  findPaymentMethodReference,
  insertPaymentMethod,
  markDetached,
} from '../store/paymentMethodChanges.ts';
import { lockCustomer } from '../store/customerLock.ts';
import type { InvoiceId } from '../domain/ids.ts';
import type { AttachPaymentMethod, ChoosePaymentMethod } from '../workflows/contract.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';

export function paymentMethodActivities(deps: Dependencies) {
  return {
    /** Attaches a method at the provider and adds it; the customer's first becomes the default. Returns what may be paid now. */
    async attachPaymentMethod(request: AttachPaymentMethod): Promise<InvoiceId[]> {
      return refusing(async () => {
        const attached = await deps.payments.attach(request);
        return inTransaction(deps.pool, async (tx) => {
          const customer = await lockCustomer(tx, request.customerId);
          if (!customer) throw notFound('customer', request.customerId);
          const isDefault = await insertPaymentMethod(tx, {
            id: request.paymentMethodId,
            customerId: request.customerId,
            provider: deps.payments.name,
            providerReference: attached.reference,
            type: attached.type,
            card: attached.card,
            createdAt: await currentTime(tx, customer.test_clock_id),
          });
          return isDefault ? findInvoicesInCollection(tx, request.customerId) : [];
        });
      });
    },

    /** Makes a method the customer's default. Returns the invoices in collection, to be tried at once. */
    async setDefaultPaymentMethod({
      customerId,
      paymentMethodId,
    }: ChoosePaymentMethod): Promise<InvoiceId[]> {
      return refusing(() =>
        inTransaction(deps.pool, async (tx) => {
          const chosen = await chooseDefaultPaymentMethod(tx, customerId, paymentMethodId);
          if (!chosen) throw notFound('payment method', paymentMethodId);
          return findInvoicesInCollection(tx, customerId);
        }),
      );
    },

    /** Detaches a method here, then at the provider; a default that goes leaves none. */
    async detachPaymentMethod({ customerId, paymentMethodId }: ChoosePaymentMethod): Promise<void> {
      await refusing(async () => {
        const reference = await findPaymentMethodReference(deps.pool, customerId, paymentMethodId);
        if (reference === undefined) throw notFound('payment method', paymentMethodId);
        await inTransaction(deps.pool, (tx) => markDetached(tx, customerId, paymentMethodId));
        await deps.payments.detach(reference);
      });
    },
  };
}
