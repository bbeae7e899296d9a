/** What is asked of one invoice: short, durable, and followed at once by what it makes due. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { InvoicePreview, InvoiceRequest } from './contract/invoice.ts';
import type { RecordOfflinePayment } from './contract/offlinePayment.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '30 seconds' },
});
const { previewInvoice: preview } = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumAttempts: 3 },
});

export async function invoiceOperation(request: InvoiceRequest): Promise<void> {
  await activities.operateInvoice(request);
}

export async function recordOfflinePayment(request: RecordOfflinePayment): Promise<void> {
  await activities.recordOfflinePayment(request);
}

/** Nothing comes of it. */
export async function previewInvoice(request: InvoicePreview): ReturnType<Activities['previewInvoice']> {
  return preview(request);
}
