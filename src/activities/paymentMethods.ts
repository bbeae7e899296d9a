/** Payment methods: what the provider keeps and what we know of it, brought together. */
import { notFound } from '../domain/errors.ts';
import { inTransaction } from '../store/database.ts';
import { collectAtOnce } from '../store/invoices.ts';
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
import { providerCustomer } from './providerCustomer.ts';
import { refusing } from './failure.ts';
import { currentTime } from './now.ts';

export function paymentMethodActivities(deps: Dependencies) {
  return {
    /** Attaches a method at the provider and adds it; the customer's first becomes the default. Returns the invoices that are tried now. */
    async attachPaymentMethod(request: AttachPaymentMethod): Promise<InvoiceId[]> {
      return refusing(async () => {
        const { customerId, paymentMethodId, token } = request;
        const { provider, reference: customerReference } = await providerCustomer(deps, customerId);
        const attached = await provider.attach({ paymentMethodId, customerId, customerReference, token });
        const { isDefault, now } = await inTransaction(deps.pool, async (tx) => {
          const customer = await lockCustomer(tx, request.customerId);
          if (!customer) throw notFound('customer', request.customerId);
          const at = await currentTime(tx, customer.test_clock_id);
          const becameDefault = await insertPaymentMethod(tx, {
            id: request.paymentMethodId,
            customerId: request.customerId,
            provider: provider.name,
            providerReference: attached.reference,
            type: attached.type,
            card: attached.card,
            createdAt: at,
          });
          return { isDefault: becameDefault, now: at };
        });
        return isDefault ? collectAtOnce(deps.pool, request.customerId, now) : [];
      });
    },

    /** Makes a method the customer's default. Returns the invoices that are tried now. */
    async setDefaultPaymentMethod({
      customerId,
      paymentMethodId,
    }: ChoosePaymentMethod): Promise<InvoiceId[]> {
      return refusing(async () => {
        const testClockId = await chooseDefaultPaymentMethod(deps.pool, customerId, paymentMethodId);
        if (testClockId === undefined) throw notFound('payment method', paymentMethodId);
        // After the choice is committed: an attempt that fails meanwhile sees it, or is seen here.
        return collectAtOnce(deps.pool, customerId, await currentTime(deps.pool, testClockId));
      });
    },

    /** Detaches a method here, then at the provider; a default that goes leaves none. */
    async detachPaymentMethod({ customerId, paymentMethodId }: ChoosePaymentMethod): Promise<void> {
      await refusing(async () => {
        const method = await findPaymentMethodReference(deps.pool, customerId, paymentMethodId);
        if (method === undefined) throw notFound('payment method', paymentMethodId);
        await inTransaction(deps.pool, (tx) => markDetached(tx, customerId, paymentMethodId));
        await deps.payments.named(method.provider).detach(method.reference);
      });
    },
  };
}
