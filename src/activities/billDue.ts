/** Everything that is due, in its order: subscriptions moved on, credit expired, drafts finalised, payments tried, dunning, collections started. */
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { mayBeDue } from '../store/anythingDue.ts';
import type { DueScope } from '../store/dueScope.ts';
import { takeOverdue } from './beginDunning.ts';
import { collectPayments } from './collectPayments.ts';
import type { Dependencies } from './dependencies.ts';
import { takeDunningSteps } from './dunningSteps.ts';
import { runDueStep } from './dueStep.ts';
import { expireCredit } from './expireCredit.ts';
import { finalizeInvoices } from './finalizeInvoices.ts';
import { advanceSubscriptions } from './advanceSubscriptions.ts';
import { promptNotifications } from './promptNotifications.ts';
import { startCollections } from './startCollections.ts';
import { tellCollections } from './tellCollections.ts';
import { endWaitingAttempt } from './waitingAttempts.ts';

/**
 * Does one batch of each step and returns how much was done; 0 means that nothing is due by `now`. What one step makes
 * due, the next one finds, so a subscription that is long overdue gains one period a round. `turned` gets the
 * subscriptions of which more than a renewal happened. The collections of which something was done are told at once, or
 * get into `moved` where there is one.
 */
export async function billDue(
  deps: Dependencies,
  scope: DueScope,
  now: Instant,
  turned: SubscriptionId[] = [],
  moved?: InvoiceId[],
): Promise<number> {
  if (!(await mayBeDue(deps.pool, scope, now))) return 0;
  const advanced = await runDueStep(deps, advanceSubscriptions(deps.taxes, turned), scope, now);
  const expired = await runDueStep(deps, expireCredit, scope, now);
  const finalized = await runDueStep(deps, finalizeInvoices(deps.taxes), scope, now);
  const tell = async (ids: readonly InvoiceId[]) => {
    if (moved) moved.push(...ids);
    // The collection that asks for its own invoice sees for itself.
    else if (scope.kind !== 'invoice') await tellCollections(deps, ids);
  };
  const settled: InvoiceId[] = [];
  const collected = await collectPayments(deps, scope, now, settled);
  await tell(settled);
  const overdue = await runDueStep(deps, takeOverdue, scope, now);
  const stepped: InvoiceId[] = [];
  const waiting: InvoiceId[] = [];
  const dunned = await runDueStep(deps, takeDunningSteps(stepped, turned, waiting), scope, now);
  // Nothing is given up while the customer may still pay it by an attempt that waits.
  for (const id of waiting) await endWaitingAttempt(deps, id, now);
  await tell(stepped);
  const inCollection = await startCollections(deps, scope);
  const done = advanced + expired + finalized + collected + overdue + dunned + inCollection;
  if (done > 0) await promptNotifications(deps);
  return done;
}

/** Goes on until nothing is due; `progress` is told after each round how much has been done. */
export async function billAllDue(
  deps: Dependencies,
  scope: DueScope,
  now: () => Instant,
  progress: (done: number) => void = () => undefined,
  goOn: () => boolean = () => true,
  turned: SubscriptionId[] = [],
): Promise<number> {
  let total = 0;
  for (;;) {
    const done = await billDue(deps, scope, now(), turned);
    if (done === 0) return total;
    total += done;
    progress(total);
    if (!goOn()) return total;
  }
}
