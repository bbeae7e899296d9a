/** What a change of a subscription would give; nothing comes of it. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { PreviewInput } from './contract/preview.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumAttempts: 3 },
});

export async function previewChange({
  subscriptionId,
  request,
}: PreviewInput): ReturnType<Activities['previewChange']> {
  return activities.previewChange(subscriptionId, request);
}
