/** An operator settles a refund that its provider refuses: short and durable, done once for each request. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { SettleRefund } from './contract/creditNote.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '30 seconds' },
});

export async function settleRefund(request: SettleRefund): Promise<void> {
  await activities.settleRefundByHand(request);
}
