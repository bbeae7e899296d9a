/**
 * Keeps the hourly rollups close behind the ingestion; started every minute by a Schedule. Whatever becomes of it, usage
 * is billed right: what is not in the rollups yet is read from the events.
 */
import { proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';

const { foldUsage } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '1 minute',
  retry: { maximumInterval: '10 seconds' },
});

const runMs = 50_000;
const pollMs = 5_000;

export async function usageRollup(): Promise<void> {
  const started = Date.now();
  while (Date.now() - started < runMs) {
    const more = await foldUsage();
    setCurrentDetails(more ? 'Behind the ingestion, folding on.' : 'Up to date with the ingestion.');
    if (!more) await sleep(pollMs);
  }
}
