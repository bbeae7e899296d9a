/**
 * Collects one invoice whose first payment did not succeed: it waits for the next attempt, and for what makes one
 * worth while. When an attempt is due is a fact in Postgres; whoever comes first makes it, this or the billing cycle.
 */
import {
  continueAsNew,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { clockOf } from './clock.ts';
import { refreshSignal, subscriptionWorkflowId, type CollectionInput } from './contract.ts';
import { showDetails } from './operatorView.ts';

const { collect } = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '1 minute' },
});

export async function collection(input: CollectionInput): Promise<void> {
  const clock = clockOf(input.testClockId);
  let lookAgain = false;
  setHandler(refreshSignal, () => {
    lookAgain = true;
  });
  for (;;) {
    lookAgain = false;
    const state = await collect(input.invoiceId, input.testClockId);
    showDetails(state);
    await tellSubscription(input);
    if (!state.open) break;
    if (workflowInfo().continueAsNewSuggested) {
      await clock.finish();
      await continueAsNew<typeof collection>(input);
    }
    await clock.waitUntil(state.checkAt, () => lookAgain);
  }
  await clock.finish();
}

/** The subscription's workflow shows the new status; one that has ended needs no telling. */
async function tellSubscription({ subscriptionId }: CollectionInput): Promise<void> {
  if (subscriptionId === null) return;
  await getExternalWorkflowHandle(subscriptionWorkflowId(subscriptionId))
    .signal(refreshSignal)
    .catch(() => undefined);
}
