/** All activities, as the worker registers them and the workflows call them. */
import { billingCycleActivities } from './billingCycle.ts';
import { collectionActivities } from './collection.ts';
import { creditGrantActivities } from './creditGrants.ts';
import { dunningRequestActivities } from './dunningRequests.ts';
import { dailyCloseActivities } from './dailyClose.ts';
import type { Dependencies } from './dependencies.ts';
import { entitlementThresholdActivities } from './entitlementThresholds.ts';
import { invoiceActivities } from './invoices.ts';
import { notificationActivities } from './notifications.ts';
import { offlinePaymentActivities } from './offlinePayments.ts';
import { payPageActivities } from './payPage.ts';
import { paymentMethodActivities } from './paymentMethods.ts';
import { planMigrationActivities } from './planMigration.ts';
import { previewChangeActivities } from './previewChange.ts';
import { previewInvoiceActivities } from './previewInvoice.ts';
import { creditNoteActivities } from './creditNotes.ts';
import { endInvoiceActivities } from './endInvoices.ts';
import { providerEventActivities } from './providerEvents.ts';
import { reconciliationActivities } from './reconciliation.ts';
import { refundActivities } from './refunds.ts';
import { repairActivities } from './repair.ts';
import { subscriptionActivities } from './subscription.ts';
import { testClockActivities } from './testClock.ts';
import { thresholdActivities } from './thresholds.ts';
import { usageRollupActivities } from './usageRollup.ts';
import { webhookActivities } from './webhooks.ts';

export function createActivities(deps: Dependencies) {
  return {
    ...subscriptionActivities(deps),
    ...previewChangeActivities(deps),
    ...previewInvoiceActivities(deps),
    ...invoiceActivities(deps),
    ...collectionActivities(deps),
    ...dunningRequestActivities(deps),
    ...billingCycleActivities(deps),
    ...dailyCloseActivities(deps),
    ...testClockActivities(deps),
    ...paymentMethodActivities(deps),
    ...creditGrantActivities(deps),
    ...offlinePaymentActivities(deps),
    ...endInvoiceActivities(deps),
    ...creditNoteActivities(deps),
    ...refundActivities(deps),
    ...providerEventActivities(deps),
    ...reconciliationActivities(deps),
    ...notificationActivities(deps),
    ...payPageActivities(deps),
    ...planMigrationActivities(deps),
    ...usageRollupActivities(deps),
    ...thresholdActivities(deps),
    ...entitlementThresholdActivities(deps),
    ...webhookActivities(deps),
    ...repairActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
