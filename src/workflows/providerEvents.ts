/**
 * Applies the webhooks that were recorded. The API starts it with each that comes in, so several soon share one run; a
 * Schedule starts it for those that wait for a retry, and where nobody could say that they came.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { providerEventSignal } from './contract/providers.ts';

const { applyProviderEvents } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { maximumInterval: '10 seconds' },
});

export async function providerEvents(): Promise<void> {
  let more = true;
  setHandler(providerEventSignal, () => {
    more = true;
  });
  while (more) {
    more = false;
    const { applied, failed } = await applyProviderEvents();
    setCurrentDetails(`**Applied:** ${String(applied)} **Wait for their retry:** ${String(failed)}`);
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof providerEvents>();
    }
  }
}
