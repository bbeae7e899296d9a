/**
 * Keeps the hourly rollups close behind the ingestion; started every minute by a Schedule. Whatever becomes of it, usage
 * is billed right: what is not in the rollups yet is read from the events. What was folded is then held against the
 * thresholds of subscriptions, and against what customers are entitled to.
 */
import { patched, proxyActivities, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';

const { foldUsage } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '1 minute',
  retry: { maximumInterval: '10 seconds' },
});
const { lookAtThresholds, lookAtEntitlements } = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '1 minute',
  // Where it cannot look at all this run fails, so that it shows, and the next one folds on.
  retry: { maximumAttempts: 3, maximumInterval: '10 seconds' },
});

const runMs = 50_000;
const pollMs = 5_000;

export async function usageRollup(): Promise<void> {
  const started = Date.now();
  while (Date.now() - started < runMs) {
    const more = await foldUsage();
    if (patched('thresholds')) await lookAtThresholds();
    if (patched('entitlements')) await lookAtEntitlements();
    setCurrentDetails(more ? 'Behind the ingestion, folding on.' : 'Up to date with the ingestion.');
    if (!more) await sleep(pollMs);
  }
}
