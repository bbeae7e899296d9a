/** Starts the API on loopback. Postgres and Temporal may be away: it answers 503 until they are there. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { ensureAdminKey } from '../store/apiKeys.ts';
import { createPool } from '../store/database.ts';
import { createApp } from './app.ts';

export interface ApiServer {
  readonly url: string;
  /** A first admin key that was made because there was none: to be shown once. */
  readonly newApiKey: string | undefined;
  stop(): Promise<void>;
}

export interface ApiOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly logger: Logger;
}

/** Throws Node's own error where the port is in use. */
export async function startApi({
  config,
  databaseUrl,
  temporalAddress,
  logger,
}: ApiOptions): Promise<ApiServer> {
  const pool = createPool(databaseUrl);
  const connection = Connection.lazy({ address: temporalAddress });
  const temporal = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const app = createApp({ pool, temporal, taskQueue: config.TEMPORAL_TASK_QUEUE }, logger);
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.PORT, '127.0.0.1', resolve);
  });
  const newApiKey = await ensureAdminKey(pool, config.API_KEY);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    newApiKey,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), 5_000);
      await closed;
      clearTimeout(impatience);
      await pool.end();
      await connection.close();
    },
  };
}
