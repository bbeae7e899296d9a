/** The API in a process of its own, as in production, so that its memory can be told from that of who measures it. */
import { startApi } from '../src/api/server.ts';
import { loadConfig } from '../src/config.ts';
import { createLogger } from '../src/logger.ts';

const [databaseUrl = '', key = ''] = process.argv.slice(2);
const api = await startApi({
  config: loadConfig({ PORT: '0', API_KEY: key, LOG_LEVEL: 'error' }),
  databaseUrl,
  temporalAddress: '127.0.0.1:1',
  logger: createLogger('bench', 'error'),
  providerWebhooks: {},
});
let peakBytes = 0;
setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage.rss())), 20);
process.on('message', () => process.send?.({ peakBytes, cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit(0));
process.send?.({ url: api.url });
