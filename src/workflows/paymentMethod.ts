/** Changes of payment methods: short, durable, and followed at once by the payments that waited for them. */
import { getExternalWorkflowHandle, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { InvoiceId } from '../domain/ids.ts';
import { collectionWorkflowId } from './contract/collection.ts';
import type { AttachPaymentMethod, ChoosePaymentMethod, SetBackup } from './contract/paymentMethod.ts';
import { refreshSignal } from './contract/longLived.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '30 seconds' },
});

export async function attachPaymentMethod(request: AttachPaymentMethod): Promise<void> {
  await tryAtOnce(await activities.attachPaymentMethod(request));
}

export async function setDefaultPaymentMethod(request: ChoosePaymentMethod): Promise<void> {
  await tryAtOnce(await activities.setDefaultPaymentMethod(request));
}

export async function detachPaymentMethod(request: ChoosePaymentMethod): Promise<void> {
  await activities.detachPaymentMethod(request);
}

export async function setBackupPaymentMethod(request: SetBackup): Promise<void> {
  await tryAtOnce(await activities.setBackupPaymentMethod(request));
}

/** The collections of invoices look again: what waited for a method is tried. */
export async function tryAtOnce(invoiceIds: readonly InvoiceId[]): Promise<void> {
  await Promise.all(
    invoiceIds.map(
      (invoiceId) =>
        getExternalWorkflowHandle(collectionWorkflowId(invoiceId))
          .signal(refreshSignal)
          .catch(() => undefined), // not started yet, or ended: the billing cycle finds what is due
    ),
  );
}
