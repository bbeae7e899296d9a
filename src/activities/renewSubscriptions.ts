/** The one way to move subscriptions over a boundary of their periods: signup, renewal and end, for one or for hundreds. */
import type { PoolClient } from 'pg';
import type { SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { renew, type SubscriptionState } from '../domain/subscription.ts';
import type { TermsHistory } from '../domain/terms.ts';
import type { DueScope } from '../store/dueScope.ts';
import { insertDrafts, type NewInvoice } from '../store/invoices.ts';
import { newId } from '../store/newId.ts';
import {
  claimDueSubscriptions,
  saveRenewals,
  type DueSubscription,
  type RenewedSubscription,
} from '../store/subscriptions.ts';
import { historyOf, readTerms } from '../store/terms.ts';
import type { DueStep } from './dueStep.ts';
import { rateUsage } from './rateUsage.ts';

export const renewSubscriptions: DueStep = {
  name: 'renew',
  single: (subjectId) => ({ kind: 'subscription', subscriptionId: subjectId as SubscriptionId }),
  run,
};

async function run(
  tx: PoolClient,
  scope: DueScope,
  now: Instant,
  limit: number,
  claimed: (subjectIds: readonly string[]) => void,
): Promise<void> {
  const due = await claimDueSubscriptions(tx, scope, now, limit);
  claimed(due.map((subscription) => subscription.id));
  if (due.length === 0) return;

  const renewals: RenewedSubscription[] = [];
  const drafts: NewInvoice[] = [];
  const histories = await readTerms(
    tx,
    due.map(({ id }) => id),
  );
  for (const subscription of due) {
    const { renewal, draft } = decide(subscription, historyOf(histories, subscription.id));
    renewals.push(renewal);
    if (draft) drafts.push(draft);
  }
  await saveRenewals(tx, renewals);
  await insertDrafts(tx, drafts);
  // Who looks at a draft in its grace period sees the usage so far; it is rated again when that ends.
  const waiting = drafts.filter((draft) => draft.finalizesAt > now && draft.usagePeriod !== null);
  await rateUsage(
    tx,
    waiting.map((draft) => draft.id),
  );
}

function decide(
  subscription: DueSubscription,
  history: TermsHistory,
): { renewal: RenewedSubscription; draft: NewInvoice | null } {
  const renewal = renew(stateOf(subscription), history);
  const draft: NewInvoice | null = renewal.invoice && {
    ...renewal.invoice,
    id: newId('invoice'),
    customerId: subscription.customer_id,
    subscriptionId: subscription.id,
    testClockId: subscription.test_clock_id,
    currency: renewal.terms.plan.currency,
    createdAt: subscription.next_due_at,
  };
  return {
    draft,
    renewal: {
      id: subscription.id,
      customerId: subscription.customer_id,
      status: renewal.status,
      closes: renewal.closes,
      opens: renewal.opens,
      endedAt: renewal.endedAt,
      nextDueAt: renewal.nextDueAt,
      terms: renewal.terms,
      latestInvoiceId: draft && draft.id,
    },
  };
}

function stateOf(subscription: DueSubscription): SubscriptionState {
  const { current_period_start: start, current_period_end: end } = subscription;
  return {
    status: subscription.status,
    startedAt: subscription.started_at,
    anchor: subscription.billing_cycle_anchor,
    timezone: subscription.timezone,
    current: start === null || end === null ? null : { index: subscription.period_index, start, end },
    cancelAt: subscription.cancel_at,
    committed: subscription.committed,
    dueAt: subscription.next_due_at,
  };
}
