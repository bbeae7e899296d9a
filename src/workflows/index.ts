/** What the worker registers; the names are those of contract/workflowTypes.ts. */
export { billingCycle } from './billingCycle.ts';
export { collection } from './collection.ts';
export { grantCredit, setAutoTopUp, voidCreditGrant } from './creditGrant.ts';
export { issueCreditNote, refund } from './creditNote.ts';
export { markUncollectible, voidInvoice } from './endInvoice.ts';
export { lookUpFromPage, payFromPage } from './payPage.ts';
export { sendNotifications } from './notifications.ts';
export {
  attachPaymentMethod,
  detachPaymentMethod,
  setBackupPaymentMethod,
  setDefaultPaymentMethod,
} from './paymentMethod.ts';
export { invoiceOperation, previewInvoice, recordOfflinePayment } from './invoice.ts';
export { planMigration } from './planMigration.ts';
export { providerEvents } from './providerEvents.ts';
export { previewChange } from './previewChange.ts';
export { reconciliation } from './reconciliation.ts';
export { settleRefund } from './settleRefund.ts';
export { repair } from './repair.ts';
export { subscription } from './subscription.ts';
export { dailyClose } from './dailyClose.ts';
export { deleteTestClock, testClock } from './testClock.ts';
export { usageRollup } from './usageRollup.ts';
export { eventRelay } from './eventRelay.ts';
export { webhookDelivery } from './webhookDelivery.ts';
