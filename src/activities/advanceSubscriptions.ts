/** The one way to move subscriptions on: signup, changes, renewals, pauses and ends, for one or for hundreds. */
import type { PoolClient } from 'pg';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import { type Instant } from '../domain/instant.ts';
import type { TaxProvider } from '../ports/tax/provider.ts';
import type { DueScope } from '../store/dueScope.ts';
import { claimDueSubscriptions, type TakenStep } from '../store/subscriptionSteps.ts';
import type { DueStep } from './dueStep.ts';
import { rateUsage } from './rateUsage.ts';
import { estimateSums } from './sumInvoices.ts';
import { decideSteps } from './decideSteps.ts';
import { joinGroups, recordSteps } from './recordSteps.ts';

/** Of a renewal nobody needs to be told at once; of whatever else happened, `turned` gets the subscription. */
export function advanceSubscriptions(taxes: TaxProvider, turned: SubscriptionId[] = []): DueStep {
  return {
    name: 'advance',
    single: (subjectId) => ({ kind: 'subscriptions', subscriptionIds: [subjectId as SubscriptionId] }),
    async run(tx, scope, now, limit, claimed) {
      const taken = await advance(tx, taxes, scope, now, limit, claimed);
      turned.push(
        ...taken
          .filter(({ step }) => step.events.some((event) => event !== 'subscription.renewed'))
          .map(({ subscription }) => subscription.id),
      );
    },
  };
}

async function advance(
  tx: PoolClient,
  taxes: TaxProvider,
  scope: DueScope,
  now: Instant,
  limit: number,
  claimed: (subjectIds: readonly string[]) => void,
): Promise<TakenStep[]> {
  const due = await claimDueSubscriptions(tx, scope, now, limit);
  claimed(due.map(({ id }) => id));
  if (due.length === 0) return [];
  const taken = await joinGroups(tx, await decideSteps(tx, due));
  await recordSteps(tx, taken);
  // Who looks at a draft in its grace period sees the usage so far; it is rated again when that ends.
  await estimate(
    tx,
    taxes,
    taken.flatMap(({ step: { invoice }, invoiceId }) =>
      invoice && invoiceId && invoice.usageOf && invoice.finalizesAt > now ? [invoiceId] : [],
    ),
    now,
  );
  return taken;
}

async function estimate(
  tx: PoolClient,
  taxes: TaxProvider,
  invoiceIds: readonly InvoiceId[],
  now: Instant,
): Promise<void> {
  await rateUsage(tx, invoiceIds);
  await estimateSums(tx, taxes, invoiceIds, now);
}
