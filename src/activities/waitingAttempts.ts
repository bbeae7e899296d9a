/** Attempts that wait for the customer are ended at their provider before anything takes their place (semantics.md, section 8). */
import type { InvoiceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { inTransaction } from '../store/database.ts';
import type { DueScope } from '../store/dueScope.ts';
import { postponePending } from '../store/payments.ts';
import { takeReplacedPayments, takeWaitingPayment, type WaitingPayment } from '../store/waitingPayments.ts';
import { groupByProvider, knownOutcome, nameOf, postponedBy } from './askProviders.ts';
import type { Dependencies } from './dependencies.ts';
import { recordOutcomes } from './paymentOutcomes.ts';
import { settleAttempts } from './settleAttempts.ts';

/**
 * Ends those of which another attempt is due, and returns the invoices of those that have ended. One that turns out to have
 * succeeded pays its invoice, and no other is made; one of which the provider does not tell stays, and so does the wish
 * for another.
 */
export async function endReplacedAttempts(
  deps: Dependencies,
  scope: DueScope,
  now: Instant,
  patienceSeconds: number,
  limit: number,
): Promise<InvoiceId[]> {
  const replaced = await takeReplacedPayments(deps.pool, scope, now, patienceSeconds, limit);
  return settleAttempts(deps, replaced, (waiting) => end(deps, waiting, now));
}

/**
 * Ends the attempt of an invoice that waits for the customer, where there is one, before the invoice ends or what is due
 * of it changes. Returns whether one has ended; it may have paid the invoice.
 */
export async function endWaitingAttempt(
  deps: Dependencies,
  invoiceId: InvoiceId,
  now: Instant,
): Promise<boolean> {
  const waiting = await takeWaitingPayment(deps.pool, invoiceId);
  if (!waiting) return false;
  return (await end(deps, [waiting], now)).length > 0;
}

async function end(
  deps: Dependencies,
  waiting: readonly WaitingPayment[],
  now: Instant,
): Promise<InvoiceId[]> {
  const groups = await Promise.all(
    [...groupByProvider(waiting)].map(async ([name, payments]) => {
      const outcomes = await deps.payments.named(name).cancel(payments.map(nameOf));
      return payments.map((payment, index) => ({ payment, outcome: outcomes[index] }));
    }),
  );
  const answers = groups.flat();
  await postponePending(
    deps.pool,
    answers.flatMap(({ payment, outcome }) => postponedBy(payment, outcome)),
  );
  const known = answers.flatMap(({ payment, outcome }) => knownOutcome(payment, outcome));
  return inTransaction(deps.pool, (tx) => recordOutcomes(tx, known, now));
}
