/** Collects what is due: the attempt is committed, the provider asked, the outcome recorded. It may die on any line. */
import type { InvoiceId, PaymentId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { inTransaction } from '../store/database.ts';
import type { DueScope } from '../store/dueScope.ts';
import {
  patienceSeconds,
  postponePending,
  takePendingPayments,
  type PendingPayment,
} from '../store/payments.ts';
import { askProviders } from './askProviders.ts';
import type { Dependencies } from './dependencies.ts';
import { batchSize, runDueStep } from './dueStep.ts';
import { openAttempts } from './openAttempts.ts';
import { recordOutcomes } from './paymentOutcomes.ts';
import { settleAttempts } from './settleAttempts.ts';
import { endReplacedAttempts } from './waitingAttempts.ts';

/**
 * Tries one batch of payments and returns how many invoices and attempts it moved on. An attempt without an outcome
 * stays in flight and is asked about again with the same key, never charged anew; one that waits for the customer is
 * ended before another is made (semantics.md, section 8). `moved` gets the invoices of which an attempt has come to an end.
 */
export async function collectPayments(
  deps: Dependencies,
  scope: DueScope,
  now: Instant,
  moved: InvoiceId[] = [],
): Promise<number> {
  const patience = scope.kind === 'live' ? patienceSeconds : 0;
  const ended = await endReplacedAttempts(deps, scope, now, patience, batchSize);
  const fresh: PaymentId[] = [];
  const claimed = await runDueStep(deps, openAttempts(fresh), scope, now);
  const pending = await takePendingPayments(deps.pool, scope, fresh, patience, batchSize);
  const settled = await settleAttempts(deps, pending, (payments) => ask(deps, payments, now));
  moved.push(...ended, ...settled);
  return Math.max(claimed, ended.length + settled.length);
}

/** Returns the invoices of which an attempt has come to an end. */
async function ask(
  deps: Dependencies,
  pending: readonly PendingPayment[],
  now: Instant,
): Promise<InvoiceId[]> {
  const { known, postponed } = await askProviders(deps.payments, pending);
  await postponePending(deps.pool, postponed);
  return inTransaction(deps.pool, (tx) => recordOutcomes(tx, known, now));
}
