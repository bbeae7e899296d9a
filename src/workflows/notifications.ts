/**
 * Sends what customers are to be told until nothing is left. Whoever writes notices prompts it; a Schedule starts it every
 * minute for what is to be tried again, and for a prompt that got lost.
 */
import { proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { refreshSignal } from './contract/longLived.ts';

const { sendNotifications: send } = proxyActivities<Activities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { maximumInterval: '30 seconds', maximumAttempts: 5 },
});

/** Batches at most: what is left then, the next one finds. */
const mostBatches = 200;

export async function sendNotifications(): Promise<void> {
  const prompts = { seen: 0 };
  setHandler(refreshSignal, () => {
    prompts.seen += 1;
  });
  for (let batches = 0; batches < mostBatches; batches += 1) {
    const before = prompts.seen;
    const more = await send();
    if (!more && prompts.seen === before) return;
  }
}
