/** Collects what is due: the attempt is committed, the provider asked, the outcome recorded. It may die on any line. */
import type { PoolClient } from 'pg';
import { classifyDecline, nextAttemptAt } from '../domain/collection.ts';
import type { InvoiceId, PaymentId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { paymentSucceeded } from '../domain/ledger.ts';
import type { ChargeOutcome } from '../ports/payment/provider.ts';
import { inTransaction } from '../store/database.ts';
import type { DueScope } from '../store/dueScope.ts';
import {
  claimCollectableInvoices,
  clearCollectAt,
  lockFailureHistories,
  saveFailedAttempts,
  savePaid,
  type InvoiceFailure,
} from '../store/invoices.ts';
import { postTransactions } from '../store/ledger.ts';
import { newId } from '../store/newId.ts';
import {
  insertPendingPayments,
  settlePayments,
  takePendingPayments,
  type NewPayment,
  type PaymentOutcome,
} from '../store/payments.ts';
import { applySubscriptionEvent } from '../store/subscriptions.ts';
import type { Dependencies } from './dependencies.ts';
import { batchSize, runDueStep, type DueStep } from './dueStep.ts';

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
  const settled = await inTransaction(deps.pool, (tx) => recordOutcomes(tx, known, now));
  return Math.max(claimed, settled);
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
        unpayable.map(({ id }) => ({ invoiceId: id, code: 'no_payment_method', decline: 'hard' })),
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
): Promise<number> {
  const settled = await settlePayments(tx, outcomes, now);
  const succeeded = settled.filter((payment) => payment.status === 'succeeded');
  if (succeeded.length > 0) {
    await postTransactions(
      tx,
      succeeded.map((payment) => ({
        book: payment.book,
        currency: payment.currency,
        kind: 'payment_succeeded' as const,
        sourceId: payment.id,
        effectiveAt: now,
        customerId: payment.customer_id,
        postings: paymentSucceeded(payment.amount),
      })),
    );
    const paid = succeeded.map(({ invoice_id: invoiceId, amount }) => ({ invoiceId, amount }));
    await applySubscriptionEvent(tx, await savePaid(tx, paid, now), 'payment_recovered');
  }
  const failed = settled.flatMap(
    ({ invoice_id: invoiceId, failure_code: code, decline }): InvoiceFailure[] =>
      decline === null ? [] : [{ invoiceId, code: code ?? decline, decline }],
  );
  await recordFailures(tx, failed, now);
  return settled.length;
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
    return [
      {
        ...failure,
        attemptCount,
        firstFailedAt,
        nextAttemptAt: nextAttemptAt(firstFailedAt, attemptCount, failure.decline),
      },
    ];
  });
  await saveFailedAttempts(tx, attempts);
  const subscriptionIds = histories.flatMap((history) => history.subscription_id ?? []);
  await applySubscriptionEvent(tx, subscriptionIds, 'payment_failed');
}
