/** Collects one invoice whose first payment did not succeed: retries by the schedule, and at once when the method changes. */
import { getExternalWorkflowHandle, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { clockOf } from './clock.ts';
import {
  paymentMethodChangedSignal,
  refreshSignal,
  subscriptionWorkflowId,
  type CollectionInput,
} from './contract.ts';
import { showDetails } from './operatorView.ts';

const { readCollection, attemptPayment } = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '1 minute' },
});

export async function collection(input: CollectionInput): Promise<void> {
  const clock = clockOf(input.testClockId);
  let methodChanged = false;
  setHandler(paymentMethodChangedSignal, () => {
    methodChanged = true;
  });

  let state = await readCollection(input.invoiceId);
  await tellSubscription(input);
  while (state.open) {
    showDetails(state);
    await clock.waitUntil(state.nextAttemptAt, () => methodChanged);
    methodChanged = false;
    state = await attemptPayment(input.invoiceId, state.attemptCount, input.testClockId);
  }
  showDetails(state);
  await tellSubscription(input);
  await clock.finish();
}

/** The subscription's workflow shows the new status; one that has ended needs no telling. */
async function tellSubscription({ subscriptionId }: CollectionInput): Promise<void> {
  if (subscriptionId === null) return;
  await getExternalWorkflowHandle(subscriptionWorkflowId(subscriptionId))
    .signal(refreshSignal)
    .catch(() => undefined);
}
