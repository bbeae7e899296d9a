/** Collects what is due: the attempt is committed, the provider asked, the outcome recorded. It may die on any line. */
import type { PoolClient } from 'pg';
import { classifyDecline, nextAttemptAt } from '../domain/collection.ts';
import type { InvoiceId, PaymentId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { ChargeOutcome } from '../ports/payment/provider.ts';
import { inTransaction, isDatabaseAway } from '../store/database.ts';
import type { DueScope } from '../store/dueScope.ts';
import {
  claimCollectableInvoices,
  clearCollectAt,
  findInvoicedSubscriptions,
  lockFailureHistories,
  saveFailedAttempts,
  savePaid,
  type InvoiceFailure,
} from '../store/invoices.ts';
import { newId } from '../store/newId.ts';
import {
  insertPendingPayments,
  settlePayments,
  takePendingPayments,
  type NewPayment,
  type PendingPayment,
  type PaymentOutcome,
} from '../store/payments.ts';
import { setAside } from '../store/setAsides.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import type { Dependencies } from './dependencies.ts';
import { batchSize, runDueStep, type DueStep } from './dueStep.ts';
import { postPayments } from './postPayments.ts';
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
  const outcomes = await deps.payments.charge(
    pending.map((payment) => ({
      paymentId: payment.id,
      invoiceId: payment.invoice_id,
      methodReference: payment.provider_reference,
      amount: payment.amount,
      currency: payment.currency,
    })),
  );
  const known = pending.flatMap(({ id }, index) => outcomeOf(id, outcomes[index]));
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

function outcomeOf(id: PaymentId, outcome: ChargeOutcome | undefined): PaymentOutcome[] {
  if (outcome === undefined || outcome.status === 'unknown') return [];
  const { status, reference } = outcome;
  if (status === 'succeeded') return [{ id, status, reference, code: null, decline: null }];
  const decline = status === 'requires_action' ? 'requires_action' : classifyDecline(outcome.code);
  return [{ id, status, reference, code: outcome.code, decline }];
}

/** Whoever reports an outcome first, what follows is the same; one that is known already changes nothing. */
async function recordOutcomes(
  tx: PoolClient,
  outcomes: readonly PaymentOutcome[],
  now: Instant,
): Promise<InvoiceId[]> {
  const settled = await settlePayments(tx, outcomes, now);
  const succeeded = settled.filter((payment) => payment.status === 'succeeded');
  if (succeeded.length > 0) {
    await postPayments(tx, succeeded, now);
    const paid = succeeded.map(({ invoice_id: invoiceId, amount }) => ({ invoiceId, amount }));
    await settleStatuses(tx, await savePaid(tx, paid, now));
  }
  const failed = settled.flatMap(
    ({
      invoice_id: invoiceId,
      payment_method_id: paymentMethodId,
      failure_code: code,
      decline,
    }): InvoiceFailure[] =>
      decline === null ? [] : [{ invoiceId, paymentMethodId, code: code ?? decline, decline }],
  );
  await recordFailures(tx, failed, now);
  return settled.map(({ invoice_id: invoiceId }) => invoiceId);
}

async function recordFailures(
  tx: PoolClient,
  failures: readonly InvoiceFailure[],
  now: Instant,
): Promise<void> {
  if (failures.length === 0) return;
  const histories = await lockFailureHistories(
    tx,
    failures.map((failure) => failure.invoiceId),
  );
  const failureOf = new Map(failures.map((failure) => [failure.invoiceId, failure]));
  const attempts = histories.flatMap((history) => {
    const failure = failureOf.get(history.id);
    if (!failure) return [];
    const attemptCount = history.attempt_count + 1;
    const firstFailedAt = history.first_failed_at ?? now;
    const planned = nextAttemptAt(firstFailedAt, attemptCount, failure.decline, now);
    const { payment_method_id: method } = history;
    const changed = method !== null && method !== failure.paymentMethodId;
    return [
      {
        ...failure,
        attemptCount,
        firstFailedAt,
        nextAttemptAt: planned,
        collectAt: changed ? now : planned,
      },
    ];
  });
  await saveFailedAttempts(tx, attempts);
  const failedIds = histories.map(({ id }) => id);
  await settleStatuses(tx, await findInvoicedSubscriptions(tx, failedIds));
}
