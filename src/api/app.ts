/** The API: every route, and what surrounds them all. */
import './zodExtension.ts';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { notFound } from '../domain/errors.ts';
import { newOperationId } from '../store/newId.ts';
import { authenticator } from './authentication.ts';
import { serveDocs } from './docs.ts';
import { errorHandler } from './errors.ts';
import { serveHealth } from './health.ts';
import { serveMetrics } from './metrics.ts';
import { createRegistry, serveOpenApi } from './openapi.ts';
import type { ApiDependencies } from './route.ts';
import { addApiKeyRoutes } from './routes/apiKeys.ts';
import { addCreditNoteRoutes } from './routes/creditNotes.ts';
import { addCustomerRoutes } from './routes/customers.ts';
import { addEventRoutes } from './routes/events.ts';
import { addExplainRoutes } from './routes/explain.ts';
import { addInvoiceEndRoutes } from './routes/invoiceEnds.ts';
import { addInvoiceRoutes } from './routes/invoices.ts';
import { addLedgerRoutes } from './routes/ledger.ts';
import { addMeterRoutes } from './routes/meters.ts';
import { addPaymentMethodRoutes } from './routes/paymentMethods.ts';
import { addPaymentRoutes } from './routes/payments.ts';
import { addPlanMigrationRoutes } from './routes/planMigrations.ts';
import { addPlanRoutes } from './routes/plans.ts';
import { addRefundRoutes } from './routes/refunds.ts';
import { addSimulateRoutes } from './routes/simulate.ts';
import { addSubscriptionPreviewRoutes } from './routes/subscriptionPreview.ts';
import { addSubscriptionRoutes } from './routes/subscriptions.ts';
import { addSubscriptionChangeRoutes } from './routes/subscriptionChanges.ts';
import { addTestClockRoutes } from './routes/testClocks.ts';
import { addUsageRoutes } from './routes/usage.ts';

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
  const registry = createRegistry();
  const to = { ...deps, app, registry, authenticate: authenticator(deps.pool) };
  addApiKeyRoutes(to);
  addTestClockRoutes(to);
  addCustomerRoutes(to);
  addPaymentMethodRoutes(to);
  addMeterRoutes(to);
  addUsageRoutes(to);
  addEventRoutes(to);
  addPlanRoutes(to);
  addSimulateRoutes(to);
  addPlanMigrationRoutes(to);
  addSubscriptionRoutes(to);
  addSubscriptionChangeRoutes(to);
  addSubscriptionPreviewRoutes(to);
  addInvoiceRoutes(to);
  addInvoiceEndRoutes(to);
  addCreditNoteRoutes(to);
  addExplainRoutes(to);
  addPaymentRoutes(to);
  addRefundRoutes(to);
  addLedgerRoutes(to);
  serveOpenApi(app, registry);
  serveDocs(app);
  app.use((request) => {
    throw notFound('route', `${request.method} ${request.path.slice(0, 200)}`);
  });
  app.use(errorHandler(logger));
  return app;
}
