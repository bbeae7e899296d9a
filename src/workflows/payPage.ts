/** What the customer asks for on the pay page: short workflows, so that what has begun is finished though the page is closed. */
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { LookUpFromPage, PayFromPage } from './contract/payPage.ts';
import { tryAtOnce } from './paymentMethod.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '10 seconds' },
});
/**
 * Before any attempt: given up while the customer waits, so that the next form finds nothing in its way. A payment is
 * committed only so long after it was asked for (`payInvoice`); one that is goes on without this.
 */
const { attachPaymentMethod } = proxyActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '5 seconds' },
});
const { operateInvoice } = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  scheduleToCloseTimeout: '1 minute',
  retry: { maximumInterval: '10 seconds' },
});
/** Somebody waits for it, and can ask again. */
const { lookUpAttempt } = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumAttempts: 3, maximumInterval: '2 seconds' },
});

/** One for an invoice at a time: two tabs that pay at once make one attempt, and see the same of it. */
export async function payFromPage(request: PayFromPage): Promise<void> {
  const { invoiceId, customerId, pay, newMethod } = request;
  // What else the customer owes is none of this: whether the method becomes the default is decided once it has paid.
  if (newMethod) await attachPaymentMethod({ ...newMethod, customerId, keepsDefault: true });
  try {
    await operateInvoice({ invoiceId, operation: 'pay', pay });
  } finally {
    // It may have paid though what follows was given up; where none was made, there is nothing to conclude.
    await conclude(request);
  }
}

/** What has become of an attempt that the customer was sent to its bank for, or that was under way. */
export async function lookUpFromPage(request: LookUpFromPage): Promise<void> {
  await lookUpAttempt(request.invoiceId);
  await conclude(request);
}

/** A new method becomes the default once it has paid; one that was refused is not kept. */
async function conclude(request: LookUpFromPage): Promise<void> {
  await tryAtOnce(await activities.concludePagePayment(request));
}
