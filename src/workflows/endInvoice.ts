/** An invoice is voided, or given up: short and durable, done once for each request. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { EndInvoice } from './contract/invoice.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '30 seconds' },
});

export async function voidInvoice(request: EndInvoice): Promise<void> {
  await activities.voidInvoice(request);
}

export async function markUncollectible(request: EndInvoice): Promise<void> {
  await activities.markUncollectible(request);
}
