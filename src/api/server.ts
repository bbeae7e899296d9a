/** Starts the API on loopback. Postgres and Temporal may be away: it answers 503 until they are there. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import { oidcConfig, stripeConfig, type Config } from '../config.ts';
import type { WebhookReaders } from '../domain/providerNotice.ts';
import { startEntitlementCache } from '../entitlementCache/cache.ts';
import { ensureAdminKey } from '../store/apiKeys.ts';
import { graphqlSettings } from '../graphql/settings.ts';
import { createPool, isDatabaseAway } from '../store/database.ts';
import { createApp } from './app.ts';

export interface ApiServer {
  readonly url: string;
  /** A first admin key that was made because there was none: to be shown once. Not known while Postgres is away. */
  readonly newApiKey: string | undefined;
  stop(): Promise<void>;
}

export interface ApiOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly logger: Logger;
  readonly providerWebhooks: WebhookReaders;
}

/** How often a database that was away at the start is asked for its admin key. */
const retryMs = 1_000;
/**
 * Longer than load balancers and clients keep an idle connection (mostly 60 seconds): who closes second may have sent a
 * request into the closed connection, and cannot know whether it was received.
 */
const keepAliveTimeoutMs = 75_000;

/** Throws Node's own error where the port is in use. */
export async function startApi({
  config,
  databaseUrl,
  temporalAddress,
  logger,
  providerWebhooks,
}: ApiOptions): Promise<ApiServer> {
  const graphql = graphqlSettings(config);
  const pool = createPool(databaseUrl);
  const connection = Connection.lazy({ address: temporalAddress });
  const temporal = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.PORT, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  const site = {
    publicUrl: config.PUBLIC_URL ?? url,
    // Never on a public address: mails hold names, and links that pay.
    showsMails: config.SMTP_URL === undefined && isLoopback(config.PUBLIC_URL ?? url),
    stripePublishableKey: stripeConfig(config)?.publishableKey ?? null,
  };
  const entitlements = startEntitlementCache({ pool, databaseUrl });
  // Before anything else happens: no connection has been accepted yet.
  const deps = {
    pool,
    temporal,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    providerWebhooks,
    allowPrivateWebhooks: config.WEBHOOK_ALLOW_PRIVATE ?? false,
    site,
    graphql,
    provider: oidcConfig(config),
    entitlements,
  };
  server.on('request', createApp(deps, logger));
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;

  async function stop(): Promise<void> {
    stopped = true;
    clearTimeout(retry);
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    const impatience = setTimeout(() => server.closeAllConnections(), 5_000);
    await closed;
    clearTimeout(impatience);
    await entitlements.stop();
    await pool.end();
    await connection.close();
  }

  /** For a database that came late: nobody waits for the key any more, so it is shown here. */
  async function ensureAdminKeyLater(): Promise<void> {
    try {
      const key = await ensureAdminKey(pool, config.API_KEY);
      if (key !== undefined) console.log(`API key      ${key}  (shown this once)`);
    } catch {
      if (!stopped) retry = setTimeout(() => void ensureAdminKeyLater(), retryMs);
    }
  }

  let newApiKey: string | undefined;
  try {
    newApiKey = await ensureAdminKey(pool, config.API_KEY);
  } catch (error) {
    if (!isDatabaseAway(error)) {
      await stop();
      throw error;
    }
    logger.warn('Postgres is away: requests are answered 503 until it is there');
    retry = setTimeout(() => void ensureAdminKeyLater(), retryMs);
  }
  return { url, newApiKey, stop };
}

function isLoopback(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
