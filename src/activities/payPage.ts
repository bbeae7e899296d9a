/** What is done for a customer who pays on the pay page, beside the payment itself. */
import type { PoolClient } from 'pg';
import type { CustomerId, InvoiceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { inTransaction } from '../store/database.ts';
import { collectAtOnce } from '../store/dueAgain.ts';
import { findInvoicedSubscriptions } from '../store/invoices.ts';
import { insertNotifications } from '../store/notifications.ts';
import { chooseDefaultPaymentMethod, markDetached } from '../store/paymentMethodChanges.ts';
import { findAttemptToLookUp, findPageMethod, readTestClockOfInvoice } from '../store/payPage.ts';
import type { LookUpFromPage } from '../workflows/contract.ts';
import { knownOutcome, nameOf } from './askProviders.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { currentTime } from './now.ts';
import { recordOutcomes } from './paymentOutcomes.ts';
import { promptNotifications } from './promptNotifications.ts';
import { tellCollections } from './tellCollections.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';

export function payPageActivities(deps: Dependencies) {
  return {
    /** Asks the provider what has become of the attempt of an invoice, and records it. Makes none. */
    async lookUpAttempt(invoiceId: InvoiceId): Promise<void> {
      const now = await currentTime(deps.pool, await readTestClockOfInvoice(deps.pool, invoiceId));
      const attempt = await findAttemptToLookUp(deps.pool, invoiceId);
      if (attempt) {
        const [outcome] = await deps.payments.named(attempt.provider).lookUp([nameOf(attempt)]);
        await inTransaction(deps.pool, (tx) => recordOutcomes(tx, knownOutcome(attempt, outcome), now));
      }
      await billAllDue(deps, { kind: 'invoice', invoiceId }, () => now);
      await tellCollections(deps, [invoiceId]);
      await tellSubscriptions(deps, await findInvoicedSubscriptions(deps.pool, [invoiceId]));
      await promptNotifications(deps);
    },

    /**
     * What follows from a payment of the page: a receipt; its method the default where the attempt says so, it has paid, and
     * the customer has chosen no other since. A
     * new one that was refused is detached, so that nobody chooses it again. Returns the invoices that are tried now.
     */
    async concludePagePayment(
      request: LookUpFromPage & { readonly newMethod?: unknown },
    ): Promise<InvoiceId[]> {
      const { invoiceId, customerId, paymentId, newMethod } = request;
      const used = await findPageMethod(deps.pool, invoiceId, paymentId);
      if (!used) return [];
      if (used.status === 'failed' && newMethod) {
        await inTransaction(deps.pool, (tx) => markDetached(tx, customerId, used.id));
        await deps.payments.named(used.provider).detach(used.reference);
      }
      if (used.status !== 'succeeded') return [];
      const now = await currentTime(deps.pool, await readTestClockOfInvoice(deps.pool, invoiceId));
      await inTransaction(deps.pool, (tx) => tellOfPayment(tx, customerId, invoiceId, now));
      await promptNotifications(deps);
      if (!used.becomes_default) return [];
      const chosen = await chooseDefaultPaymentMethod(deps.pool, customerId, used.id);
      return chosen === undefined ? [] : collectAtOnce(deps.pool, customerId, now);
    },
  };
}

/** Once for each invoice, as where it ends dunning. */
async function tellOfPayment(
  tx: PoolClient,
  customerId: CustomerId,
  invoiceId: InvoiceId,
  now: Instant,
): Promise<void> {
  await insertNotifications(tx, [
    {
      key: `payment_succeeded/${invoiceId}`,
      kind: 'payment_succeeded',
      customerId,
      invoiceId,
      paymentMethodId: null,
      data: {},
      createdAt: now,
    },
  ]);
}
