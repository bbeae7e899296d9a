/** What is done once a day; started every hour by a Schedule of its own, so that billing never waits for it. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';

const { closeDay } = proxyActivities<Activities>({
  startToCloseTimeout: '50 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { maximumInterval: '1 minute' },
});

export async function dailyClose(): Promise<void> {
  await closeDay();
}
