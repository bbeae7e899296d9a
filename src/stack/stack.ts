/** The whole of Dunlin on one machine: Postgres, Temporal, API, sandbox and worker, started in order and stopped in reverse. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startApi } from '../api/server.ts';
import { stripeConfig, type Config } from '../config.ts';
import { createLogger } from '../logger.ts';
import type { WebhookTarget } from '../sandbox/webhooks.ts';
import { lockDataDirectory } from './dataLock.ts';
import { migrate } from './migrations.ts';
import { removePostgresData, startPostgres } from './postgres.ts';
import { newWebhookSecret, startOwnSandbox } from './ownSandbox.ts';
import { webhookReaders } from '../ports/payment/webhookReaders.ts';
import { portInUse, StackError } from './stackError.ts';
import { findTemporalBinary, temporalCli } from './temporalBinary.ts';
import { startTemporal, stopTemporalOrphan } from './temporalServer.ts';
import { startWorker } from './workerProcess.ts';
import { workflowBundle } from './workflowBundle.ts';

export interface Stack {
  readonly apiUrl: string;
  /** A first admin key, to be shown once. */
  readonly newApiKey: string | undefined;
  /** Where Temporal is one of its own. */
  readonly temporalUiUrl: string | undefined;
  /** The sandbox that takes the payments of test customers, and of all where no other provider is configured. */
  readonly sandboxUrl: string;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** Where Temporal's binaries are kept. */
  readonly binDirectory?: string;
  /** Starts with empty data, whatever an earlier stack has left. */
  readonly fresh?: boolean;
  readonly progress: (message: string) => void;
}

/** Starts everything. Whatever fails, what had been started is stopped; throws a `StackError` that says what to do. */
export async function startStack(
  config: Config,
  { binDirectory, fresh = false, progress }: StackOptions,
): Promise<Stack> {
  const directory = config.DATA_DIRECTORY;
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let last = stops.pop(); last; last = stops.pop()) await last();
  };
  try {
    stops.push(await lockDataDirectory(directory));
    if (fresh) await removeData(directory);
    const [database, temporal, bundle] = await settleAll([
      startDatabase(config, directory, progress, stops),
      startTemporalServer(config, directory, binDirectory ?? join(directory, 'bin'), progress, stops),
      config.WORKFLOW_BUNDLE ?? workflowBundle(directory),
    ] as const);
    // What runs on one machine may call what runs beside it.
    const allowPrivate = config.WEBHOOK_ALLOW_PRIVATE ?? config.DATABASE_URL === undefined;
    const introspection = config.GRAPHQL_INTROSPECTION ?? config.DATABASE_URL === undefined;
    progress('starting the API, the sandbox and the worker');
    const secret = config.SANDBOX_WEBHOOK_SECRET ?? newWebhookSecret();
    // A level for those who read logs; progress is for people.
    const logger = createLogger('api', config.LOG_LEVEL);
    const api = await startApi({
      config: { ...config, WEBHOOK_ALLOW_PRIVATE: allowPrivate, GRAPHQL_INTROSPECTION: introspection },
      databaseUrl: database,
      temporalAddress: temporal.address,
      logger,
      providerWebhooks: webhookReaders({ sandbox: secret, stripe: stripeConfig(config)?.webhookSecret }),
    }).catch((error: unknown) => {
      throw portInUse(error)
        ? new StackError(`Port ${String(config.PORT)} is in use: set PORT to another one, or to 0 for any.`)
        : error;
    });
    stops.push(() => api.stop());
    const webhooks = { url: `${api.url}/webhooks/sandbox`, secret };
    const sandboxUrl = config.SANDBOX_URL ?? (await startSandbox(config, database, webhooks, stops));
    const worker = await startWorker({
      env: {
        DATABASE_URL: database,
        TEMPORAL_ADDRESS: temporal.address,
        WORKFLOW_BUNDLE: bundle,
        // On a port that was free its address is known only now.
        PUBLIC_URL: config.PUBLIC_URL ?? api.url,
        SANDBOX_URL: sandboxUrl,
        SANDBOX_WEBHOOK_SECRET: secret,
        WEBHOOK_ALLOW_PRIVATE: String(allowPrivate),
      },
      onLine: (line) => line.includes('worker ready') || console.error(line),
    });
    stops.push(() => worker.stop());
    return {
      apiUrl: api.url,
      newApiKey: api.newApiKey,
      temporalUiUrl: temporal.uiUrl,
      sandboxUrl,
      databaseUrl: database,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Removes what an earlier stack left, after its servers have been stopped. */
async function removeData(directory: string): Promise<void> {
  await Promise.all([removePostgresData(directory), stopTemporalOrphan(directory)]);
  for (const name of await readdir(directory)) {
    if (name !== 'stack.pid' && !name.startsWith('workflows-'))
      await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** All of them, also where one fails: what another has started by then must be known, to be stopped. */
async function settleAll<T extends readonly unknown[]>(
  started: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(started);
  return Promise.all(started);
}

async function startDatabase(
  config: Config,
  directory: string,
  progress: (message: string) => void,
  stops: (() => Promise<void>)[],
): Promise<string> {
  let url = config.DATABASE_URL;
  if (url === undefined) {
    progress('starting Postgres');
    const server = await startPostgres(directory);
    stops.push(() => server.stop());
    url = server.url;
  }
  await migrate(url);
  return url;
}

async function startSandbox(
  config: Config,
  databaseUrl: string,
  webhooks: WebhookTarget,
  stops: (() => Promise<void>)[],
): Promise<string> {
  const sandbox = await startOwnSandbox({ config, databaseUrl, webhooks });
  stops.push(() => sandbox.stop());
  return sandbox.url;
}

async function startTemporalServer(
  config: Config,
  directory: string,
  binDirectory: string,
  progress: (message: string) => void,
  stops: (() => Promise<void>)[],
): Promise<{ address: string; uiUrl: string | undefined }> {
  if (config.TEMPORAL_ADDRESS !== undefined) return { address: config.TEMPORAL_ADDRESS, uiUrl: undefined };
  const binary = await findTemporalBinary(temporalCli, {
    given: config.TEMPORAL_CLI,
    binDirectory,
    progress,
  });
  progress('starting Temporal');
  const server = await startTemporal(binary, directory, [config.TEMPORAL_NAMESPACE]);
  stops.push(() => server.stop());
  return server;
}
