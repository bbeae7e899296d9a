/** Everything that is due, in its order: subscriptions moved on, credit expired, drafts finalised, payments tried, collections started. */
import type { SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { DueScope } from '../store/dueScope.ts';
import { collectPayments } from './collectPayments.ts';
import type { Dependencies } from './dependencies.ts';
import { runDueStep } from './dueStep.ts';
import { expireCredit } from './expireCredit.ts';
import { finalizeInvoices } from './finalizeInvoices.ts';
import { advanceSubscriptions } from './advanceSubscriptions.ts';
import { promptNotifications } from './promptNotifications.ts';
import { startCollections } from './startCollections.ts';

/**
 * Does one batch of each step and returns how much was done; 0 means that nothing is due by `now`. What one step makes
 * due, the next one finds, so a subscription that is long overdue gains one period a round.
 */
export async function billDue(
  deps: Dependencies,
  scope: DueScope,
  now: Instant,
  turned: SubscriptionId[] = [],
): Promise<number> {
  const advanced = await runDueStep(deps, advanceSubscriptions(deps.taxes, turned), scope, now);
  const expired = await runDueStep(deps, expireCredit, scope, now);
  const finalized = await runDueStep(deps, finalizeInvoices(deps.taxes), scope, now);
  const collected = await collectPayments(deps, scope, now);
  const inCollection = await startCollections(deps, scope);
  if (advanced + expired + finalized + collected > 0) await promptNotifications(deps);
  return advanced + expired + finalized + collected + inCollection;
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
