/** Credit granted, bought and voided: short and durable, and what was bought is billed at once. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { GrantCredit, SetAutoTopUp, VoidCreditGrant } from './contract/credit.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '30 seconds' },
});

export async function grantCredit(request: GrantCredit): Promise<void> {
  await bill(await activities.grantCredit(request));
}

export async function voidCreditGrant(request: VoidCreditGrant): Promise<void> {
  await bill(await activities.voidCreditGrant(request));
}

export async function setAutoTopUp(request: SetAutoTopUp): Promise<void> {
  await bill(await activities.setAutoTopUp(request));
}

async function bill(purchases: Awaited<ReturnType<Activities['grantCredit']>>): Promise<void> {
  for (const purchase of purchases) await activities.billPurchase(purchase);
}
