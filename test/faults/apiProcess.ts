/** The API in a process of its own, as in production, so that it can be killed. It ends with whoever started it. */
import { startApi } from '../../src/api/server.ts';
import { loadConfig, stripeConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { webhookReaders } from '../../src/ports/payment/webhookReaders.ts';
import { environment } from '../stack/database.ts';

const config = loadConfig(process.env);
const api = await startApi({
  config,
  databaseUrl: environment('DATABASE_URL'),
  temporalAddress: environment('TEMPORAL_ADDRESS'),
  logger: createLogger('api', 'error'),
  providerWebhooks: webhookReaders({
    sandbox: config.SANDBOX_WEBHOOK_SECRET,
    stripe: stripeConfig(config)?.webhookSecret,
  }),
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url: api.url });
