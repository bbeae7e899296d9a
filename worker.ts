/** Starts the Temporal worker: bundle, activities, task queue, shutdown. Nothing else. */
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from './src/activities/activities.ts';
import { seatPrompter } from './src/activities/promptSeats.ts';
import { ensureSchedules } from './src/activities/schedule.ts';
import { loadConfig, stripeConfig } from './src/config.ts';
import { listenForChanges } from './src/entitlementCache/listener.ts';
import { createLogger } from './src/logger.ts';
import { mailers } from './src/ports/mail/mailer.ts';
import { smtpMailer } from './src/ports/mail/smtp.ts';
import { storedMailer } from './src/ports/mail/stored.ts';
import { paymentProviders } from './src/ports/payment/providers.ts';
import { sandboxProvider } from './src/ports/payment/sandbox/provider.ts';
import { httpTransport, noTransport } from './src/ports/payment/sandbox/transport.ts';
import { stripeProvider } from './src/ports/payment/stripe/provider.ts';
import { rateTable } from './src/ports/tax/rateTable.ts';
import { httpSender } from './src/ports/webhook/httpSender.ts';
import { createPool } from './src/store/database.ts';

const config = loadConfig(process.env);
const logger = createLogger('worker', config.LOG_LEVEL);
const address = config.TEMPORAL_ADDRESS ?? '127.0.0.1:7233';
const namespace = config.TEMPORAL_NAMESPACE;
const taskQueue = config.TEMPORAL_TASK_QUEUE;
if (config.DATABASE_URL === undefined)
  throw new Error('The worker needs DATABASE_URL. `npm start` starts all of it.');

// A worker that its stack has left behind must not go on.
process.on('disconnect', () => process.exit(1));
// The process that started the worker decides when it stops; a Ctrl-C goes to both.
Runtime.install({ shutdownSignals: ['SIGTERM'], logger: temporalLogger() });

const pool = createPool(config.DATABASE_URL);
const connection = await NativeConnection.connect({ address });
const temporal = new Client({ connection: await Connection.connect({ address }), namespace });
const stored = storedMailer(pool);
const sandbox = sandboxProvider(
  config.SANDBOX_URL === undefined ? noTransport : httpTransport(config.SANDBOX_URL),
);
const stripe = stripeConfig(config);
const live = stripe === null ? sandbox : stripeProvider(stripe);
const dependencies = {
  pool,
  payments: paymentProviders(live, sandbox),
  taxes: rateTable,
  webhooks: httpSender({ allowPrivate: config.WEBHOOK_ALLOW_PRIVATE ?? false }),
  mail: {
    mailers: mailers(config.SMTP_URL === undefined ? stored : smtpMailer(config.SMTP_URL), stored),
    sender: config.MAIL_FROM ?? null,
    publicUrl: config.PUBLIC_URL ?? `http://127.0.0.1:${String(config.PORT)}`,
  },
  temporal,
  taskQueue,
  logger,
  checkMarginMs: config.BILLING_CHECK_MARGIN_SECONDS * 1000,
  checkJitterMs: config.BILLING_CHECK_JITTER_SECONDS * 1000,
  retentionDays: config.RETENTION_DAYS,
};
const activities = createActivities(dependencies);
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue,
  activities,
  workflowBundle:
    config.WORKFLOW_BUNDLE === undefined
      ? await bundleWorkflowCode({
          workflowsPath: new URL('src/workflows/index.ts', import.meta.url).pathname,
        })
      : { codePath: config.WORKFLOW_BUNDLE },
  shutdownGraceTime: '10 seconds',
});
await ensureSchedules(temporal, taskQueue);
const prompter = seatPrompter(dependencies);
const listener = listenForChanges(
  config.DATABASE_URL,
  // What is not heard is found by the billing cycle.
  {
    listening: () => undefined,
    lost: () => undefined,
    changed: (id) => {
      prompter.changed(id);
    },
  },
  'seats',
);
logger.info('worker ready');
process.send?.('ready');
await worker.run();
await listener.stop();
await prompter.stop();
await pool.end();
process.exit(0);

/** Temporal's own lines, through our log. */
function temporalLogger() {
  const log = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) => {
    logger[level]({ ...meta }, message);
  };
  return {
    log: (level: string, message: string, meta?: object) =>
      log(level === 'ERROR' ? 'error' : 'info')(message, meta),
    trace: log('trace'),
    debug: log('debug'),
    info: log('debug'),
    warn: log('warn'),
    error: log('error'),
  };
}
