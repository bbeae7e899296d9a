/** The API: every route, and what surrounds them all. */
import './zodExtension.ts';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { notFound } from '../domain/errors.ts';
import { uncachedEntitlements } from '../entitlementCache/reader.ts';
import { newOperationId } from '../store/newId.ts';
import { serveGraphql } from '../graphql/server.ts';
import { authenticator } from './authentication.ts';
import { serveDocs } from './docs.ts';
import { errorHandler, toBillingError } from './errors.ts';
import { serveHealth } from './health.ts';
import { actorReader } from './identity/actor.ts';
import { serveIdentity } from './identity/serveIdentity.ts';
import { serveMetrics } from './metrics.ts';
import { createRegistry, serveOpenApi } from './openapi.ts';
import { organizationDependencies } from './organizationDependencies.ts';
import type { ApiDependencies } from './route.ts';
import { serveProviderWebhooks } from './providerWebhooks.ts';
import { addAccountStatementRoutes } from './routes/accountStatement.ts';
import { addAgingReportRoutes } from './routes/agingReport.ts';
import { addApiKeyRoutes } from './routes/apiKeys.ts';
import { addBusinessProfileRoutes } from './routes/businessProfile.ts';
import { addCouponRoutes } from './routes/coupons.ts';
import { addCustomerLedgerRoutes } from './routes/customerLedger.ts';
import { addAuditLogRoutes } from './routes/auditLog.ts';
import { addBalanceTransactionRoutes } from './routes/balanceTransactions.ts';
import { addCreditGrantRoutes } from './routes/creditGrants.ts';
import { addCreditNoteDocumentRoutes } from './routes/creditNoteDocuments.ts';
import { addCreditNoteRoutes } from './routes/creditNotes.ts';
import { addCustomerRoutes } from './routes/customers.ts';
import { addDiscountRoutes } from './routes/discounts.ts';
import { addDisputeRoutes } from './routes/disputes.ts';
import { addDunningRoutes } from './routes/dunning.ts';
import { addDunningCampaignRoutes } from './routes/dunningCampaigns.ts';
import { addEntitlementOverrideRoutes } from './routes/entitlementOverrides.ts';
import { addEntitlementRoutes } from './routes/entitlements.ts';
import { addEventRoutes } from './routes/events.ts';
import { addEventLogRoutes } from './routes/eventLog.ts';
import { serveDevMail } from './routes/devMail.ts';
import { addExplainRoutes } from './routes/explain.ts';
import { addExportRoutes } from './routes/exports.ts';
import { addFeatureRoutes } from './routes/features.ts';
import { addInvoiceEndRoutes } from './routes/invoiceEnds.ts';
import { addInvoiceRoutes } from './routes/invoices.ts';
import { addInvoiceDocumentRoutes } from './routes/invoiceDocuments.ts';
import { addInvoiceItemRoutes } from './routes/invoiceItems.ts';
import { addInvoiceSeriesRoutes } from './routes/invoiceSeries.ts';
import { addLedgerRoutes } from './routes/ledger.ts';
import { addManualInvoiceRoutes } from './routes/manualInvoices.ts';
import { addMeterRoutes } from './routes/meters.ts';
import { addPayLinkRoutes } from './routes/payLinks.ts';
import { servePayPage } from './routes/payPage.ts';
import { addPaymentMethodRoutes } from './routes/paymentMethods.ts';
import { addNotificationRoutes } from './routes/notifications.ts';
import { addPaymentRoutes } from './routes/payments.ts';
import { addPlanMigrationRoutes } from './routes/planMigrations.ts';
import { addPlanRoutes } from './routes/plans.ts';
import { addRecurringReportRoutes } from './routes/recurringReports.ts';
import { addRevenueReportRoutes } from './routes/revenueReport.ts';
import { addReconciliationRoutes } from './routes/reconciliations.ts';
import { addRecoveryReportRoutes } from './routes/recoveryReport.ts';
import { addRefundRoutes } from './routes/refunds.ts';
import { addSimulateRoutes } from './routes/simulate.ts';
import { addSubscriptionPreviewRoutes } from './routes/subscriptionPreview.ts';
import { addSubscriptionRoutes } from './routes/subscriptions.ts';
import { addSubscriptionChangeRoutes } from './routes/subscriptionChanges.ts';
import { addTaxRateRoutes } from './routes/taxRates.ts';
import { addTestClockRoutes } from './routes/testClocks.ts';
import { addUsageRoutes } from './routes/usage.ts';
import { addWebhookDeliveryRoutes } from './routes/webhookDeliveries.ts';
import { addWebhookEndpointRoutes } from './routes/webhookEndpoints.ts';

export function createApp(deps: ApiDependencies, logger: Logger): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use((request, response, next) => {
    const given = request.get('x-request-id');
    response.set(
      'X-Request-Id',
      given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : `req_${newOperationId()}`,
    );
    next();
  });
  serveMetrics(app, deps.pool);
  serveHealth(app, deps);
  serveProviderWebhooks(app, deps);
  const registry = createRegistry();
  const to = {
    ...deps,
    app,
    registry,
    authenticate: authenticator(deps.pool),
    entitlements: deps.entitlements ?? uncachedEntitlements(deps.pool),
  };
  addApiKeyRoutes(to);
  addTestClockRoutes(to);
  addBusinessProfileRoutes(to);
  addCustomerRoutes(to);
  addPaymentMethodRoutes(to);
  addCreditGrantRoutes(to);
  addBalanceTransactionRoutes(to);
  addMeterRoutes(to);
  addUsageRoutes(to);
  addEventRoutes(to);
  addPlanRoutes(to);
  addFeatureRoutes(to);
  addEntitlementRoutes(to);
  addEntitlementOverrideRoutes(to);
  addSimulateRoutes(to);
  addPlanMigrationRoutes(to);
  addCouponRoutes(to);
  addDiscountRoutes(to);
  addTaxRateRoutes(to);
  addDunningCampaignRoutes(to);
  addSubscriptionRoutes(to);
  addSubscriptionChangeRoutes(to);
  addSubscriptionPreviewRoutes(to);
  addInvoiceDocumentRoutes(to);
  addInvoiceRoutes(to);
  addInvoiceItemRoutes(to);
  addManualInvoiceRoutes(to);
  addPayLinkRoutes(to);
  addInvoiceSeriesRoutes(to);
  addInvoiceEndRoutes(to);
  addDunningRoutes(to);
  addCreditNoteDocumentRoutes(to);
  addCreditNoteRoutes(to);
  addExplainRoutes(to);
  addPaymentRoutes(to);
  addDisputeRoutes(to);
  addReconciliationRoutes(to);
  addRefundRoutes(to);
  addNotificationRoutes(to);
  addLedgerRoutes(to);
  addAccountStatementRoutes(to);
  addCustomerLedgerRoutes(to);
  addRecurringReportRoutes(to);
  addRevenueReportRoutes(to);
  addAgingReportRoutes(to);
  addRecoveryReportRoutes(to);
  addExportRoutes(to);
  addEventLogRoutes(to);
  addAuditLogRoutes(to);
  addWebhookEndpointRoutes(to);
  addWebhookDeliveryRoutes(to);
  const organizations = deps.planBounds
    ? { pool: deps.pool, planBounds: deps.planBounds }
    : organizationDependencies(deps.pool, to.entitlements);
  const actorOf = actorReader(deps, (authorization) => to.authenticate(authorization, 'read'));
  serveGraphql(app, {
    deps: organizations,
    entitlements: to.entitlements,
    logger,
    actorOf,
    explain: toBillingError,
    settings: deps.graphql,
  });
  serveIdentity(app, deps, { organizations, actorOf }, logger);
  servePayPage(app, deps, logger);
  if (deps.site.showsMails) serveDevMail(app, deps.pool);
  serveOpenApi(app, registry);
  serveDocs(app);
  app.use((request) => {
    throw notFound('route', `${request.method} ${request.path.slice(0, 200)}`);
  });
  app.use(errorHandler(logger));
  return app;
}
