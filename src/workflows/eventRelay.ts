/**
 * Keeps deliveries close behind the log of events; started every minute by a Schedule. It also wakes, or starts again, the
 * delivery to each endpoint for which something is long due, so that none that was lost stays so.
 */
import { proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';

const { relayEvents, wakeDeliveries } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

const runMs = 50_000;
const pollMs = 2_000;
/** Nobody listens, and whoever begins to is not in a hurry. */
const idlePollMs = 10_000;

export async function eventRelay(): Promise<void> {
  const started = Date.now();
  await wakeDeliveries();
  while (Date.now() - started < runMs) {
    const { more, listened, details } = await relayEvents();
    setCurrentDetails(details);
    if (!more) await sleep(listened ? pollMs : idlePollMs);
  }
}
