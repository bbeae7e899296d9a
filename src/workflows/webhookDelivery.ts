/**
 * Delivers what waits for one endpoint, and ends when nothing waits any more: whoever has something new starts it again.
 * What is due, and when, are facts in Postgres. Its details tell what waits, since when and why.
 */
import {
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { Instant } from '../domain/instant.ts';
import { refreshSignal } from './contract/longLived.ts';
import type { WebhookDeliveryInput } from './contract/webhookDelivery.ts';

const { deliverWebhooks } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Between two looks, so that nothing can make it run in circles. */
const shortestWaitMs = 250;

export async function webhookDelivery(input: WebhookDeliveryInput): Promise<void> {
  let lookAgain = false;
  setHandler(refreshSignal, () => {
    lookAgain = true;
  });
  const isTold = () => lookAgain;
  for (;;) {
    lookAgain = false;
    const { nextAt, details } = await deliverWebhooks(input.endpointId, Date.now() as Instant);
    setCurrentDetails(details);
    if (workflowInfo().continueAsNewSuggested && (nextAt !== null || isTold()))
      await continueAsNew<typeof webhookDelivery>(input);
    if (nextAt !== null) await condition(isTold, Math.max(shortestWaitMs, nextAt - Date.now()));
    else if (!isTold()) return;
  }
}
