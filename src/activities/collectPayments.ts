/** Collects what is due: the attempt is committed, the provider asked, the outcome recorded. It may die on any line. */
import type { InvoiceId, PaymentId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { inTransaction, isDatabaseAway } from '../store/database.ts';
import type { DueScope } from '../store/dueScope.ts';
import { claimCollectableInvoices, clearCollectAt } from '../store/invoices.ts';
import { newId } from '../store/newId.ts';
import {
  insertPendingPayments,
  takePendingPayments,
  type NewPayment,
  type PendingPayment,
} from '../store/payments.ts';
import { setAside } from '../store/setAsides.ts';
import { askProviders } from './askProviders.ts';
import type { Dependencies } from './dependencies.ts';
import { batchSize, runDueStep, type DueStep } from './dueStep.ts';
import { recordFailures } from './paymentFailures.ts';
import { recordOutcomes } from './paymentOutcomes.ts';
import { tellCollections } from './tellCollections.ts';

/** Among the many, an attempt that another asks about is left alone for so long. */
const patienceSeconds = 30;

/**
 * Tries one batch of payments and returns how many invoices and attempts it moved on. An attempt without an outcome
 * stays in flight and is asked about again with the same key, never charged anew (semantics.md, section 8).
 */
export async function collectPayments(deps: Dependencies, scope: DueScope, now: Instant): Promise<number> {
  const fresh: PaymentId[] = [];
  const claimed = await runDueStep(deps, openAttempts(fresh), scope, now);
  const patience = scope.kind === 'live' ? patienceSeconds : 0;
  const pending = await takePendingPayments(deps.pool, scope, fresh, patience, batchSize);
  if (pending.length === 0) return claimed;
  const settled = await settle(deps, pending, now);
  // The collection that asks for its own invoice sees for itself.
  if (scope.kind !== 'invoice') await tellCollections(deps, settled);
  return Math.max(claimed, settled.length);
}

/** Asks the provider and records what it says; where that fails for many, for each alone, and what fails is set aside. */
async function settle(
  deps: Dependencies,
  pending: readonly PendingPayment[],
  now: Instant,
): Promise<InvoiceId[]> {
  try {
    return await ask(deps, pending, now);
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    deps.logger.warn({ payments: pending.length, error }, 'payments failed, trying one by one');
  }
  const settled: InvoiceId[] = [];
  for (const payment of pending) {
    try {
      settled.push(...(await ask(deps, [payment], now)));
    } catch (error) {
      if (isDatabaseAway(error)) throw error;
      deps.logger.error({ payment: payment.id, error }, 'set aside');
      const reason = error instanceof Error ? error.message : String(error);
      await setAside(deps.pool, payment.invoice_id, 'settle', reason);
    }
  }
  return settled;
}

/** Returns the invoices of which an attempt has come to an end. */
async function ask(
  deps: Dependencies,
  pending: readonly PendingPayment[],
  now: Instant,
): Promise<InvoiceId[]> {
  const known = await askProviders(deps.payments, pending);
  return inTransaction(deps.pool, (tx) => recordOutcomes(tx, known, now));
}

/** Commits an attempt for each invoice that is to be collected; where there is nothing to charge, that is the failure. */
function openAttempts(fresh: PaymentId[]): DueStep {
  return {
    name: 'collect',
    single: (subjectId) => ({ kind: 'invoice', invoiceId: subjectId as InvoiceId }),
    async run(tx, scope, now, limit, claimed) {
      const invoices = await claimCollectableInvoices(tx, scope, now, limit);
      claimed(invoices.map((invoice) => invoice.id));
      if (invoices.length === 0) return;
      const payments = invoices.flatMap((invoice): NewPayment[] =>
        invoice.payment_method_id === null
          ? []
          : [
              {
                id: newId('payment'),
                invoiceId: invoice.id,
                customerId: invoice.customer_id,
                testClockId: invoice.test_clock_id,
                paymentMethodId: invoice.payment_method_id,
                source: 'automatic',
                amount: invoice.amount,
                currency: invoice.currency,
              },
            ],
      );
      await clearCollectAt(
        tx,
        invoices.map((invoice) => invoice.id),
      );
      await insertPendingPayments(tx, payments, now);
      const unpayable = invoices.filter((invoice) => invoice.payment_method_id === null);
      await recordFailures(
        tx,
        unpayable.map(({ id }) => ({
          invoiceId: id,
          paymentMethodId: null,
          code: 'no_payment_method',
          decline: 'hard',
        })),
        now,
      );
      fresh.push(...payments.map((payment) => payment.id));
    },
  };
}
