/** Subscriptions with the usage of their open period, and invoices. */
import type { InvoiceModel, BillingSubscriptionModel } from '../models.ts';
import type { InvoiceStatus, Resolvers, SubscriptionStatus } from '../generated.ts';

const period = ({ periodStart, periodEnd }: BillingSubscriptionModel) =>
  periodStart === null ? null : { start: periodStart, end: periodEnd };

export const billingResolvers: Resolvers = {
  BillingSubscription: {
    status: ({ statusOfSubscription }) => statusOfSubscription.toUpperCase() as SubscriptionStatus,
    currentPeriod: period,
    usage: ({ id }, _args, { openUsage }) => openUsage.load(id),
  },
  Invoice: {
    status: ({ statusOfInvoice }) => statusOfInvoice.toUpperCase() as InvoiceStatus,
    period: ({ periodStart, periodEnd }: InvoiceModel) => ({ start: periodStart, end: periodEnd }),
  },
};
