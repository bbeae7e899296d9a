/** What is done for a customer who pays on the pay page, beside the payment itself. */
import type { InvoiceId } from '../domain/ids.ts';
import { collectAtOnce } from '../store/dueAgain.ts';
import { findInvoicedSubscriptions } from '../store/invoices.ts';
import { findPageMethod, readTestClockOfInvoice } from '../store/payPage.ts';
import { findInFlightOf } from '../store/providerRecords.ts';
import type { LookUpFromPage } from '../workflows/contract/payPage.ts';
import { billAllDue } from './billDue.ts';
import type { Dependencies } from './dependencies.ts';
import { dropRefusedMethods } from './dropRefusedMethods.ts';
import { lookUpAttempts } from './lookUpAttempts.ts';
import { currentTime } from './now.ts';
import { promptNotifications } from './promptNotifications.ts';
import { tellCollections } from './tellCollections.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';

export function payPageActivities(deps: Dependencies) {
  return {
    /** Asks the provider what has become of the attempt of an invoice, and records it. Makes none. */
    async lookUpAttempt(invoiceId: InvoiceId): Promise<void> {
      const now = await currentTime(deps.pool, await readTestClockOfInvoice(deps.pool, invoiceId));
      const attempt = await findInFlightOf(deps.pool, invoiceId);
      if (attempt) await lookUpAttempts(deps, attempt.provider, [attempt]);
      await billAllDue(deps, { kind: 'invoice', invoiceId }, () => now);
      await tellCollections(deps, [invoiceId]);
      await tellSubscriptions(deps, await findInvoicedSubscriptions(deps.pool, [invoiceId]));
      await promptNotifications(deps);
    },

    /**
     * What is left to do behind a payment of the page: a new method that was refused is detached, so that nobody chooses it
     * again, and one that has become the default is tried for what waits. Returns the invoices that are tried now.
     */
    async concludePagePayment(request: LookUpFromPage): Promise<InvoiceId[]> {
      const { invoiceId, customerId, paymentId } = request;
      const used = await findPageMethod(deps.pool, invoiceId, paymentId);
      if (!used) return [];
      await dropRefusedMethods(deps, paymentId);
      await promptNotifications(deps);
      if (used.status !== 'succeeded' || !used.became_default) return [];
      const now = await currentTime(deps.pool, await readTestClockOfInvoice(deps.pool, invoiceId));
      return collectAtOnce(deps.pool, customerId, now);
    },
  };
}
