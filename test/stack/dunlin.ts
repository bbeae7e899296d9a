/** Dunlin as it runs: a real API on a free port and a real worker process, on a database of their own. */
import { randomBytes } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { startApi } from '../../src/api/server.ts';
import { loadConfig, stripeConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { httpClient, type HttpClient } from '../../src/stack/demo/httpClient.ts';
import { startSandbox, type RunningSandbox } from '../../src/sandbox/server.ts';
import { webhookReaders } from '../../src/ports/payment/webhookReaders.ts';
import { startWorker, type WorkerProcess } from '../../src/stack/workerProcess.ts';
import { scheduleIds } from '../../src/workflows/contract/schedules.ts';
import { environment, freshDatabase } from './database.ts';

export interface ApiAnswer {
  readonly status: number;
  // An answer is whatever the API says; tests say what they expect of it.
  readonly body: Record<string, unknown> & {
    readonly error?: { type: string; code: string; param?: string; message: string };
  };
  readonly headers: Headers;
}

export interface Dunlin {
  readonly url: string;
  readonly databaseUrl: string;
  readonly key: string;
  /** Throws where the answer is no 2xx. */
  readonly client: HttpClient;
  readonly pool: pg.Pool;
  readonly temporal: Client;
  readonly worker: WorkerProcess;
  /** The outside system that takes the money; its own way to the database is never cut. */
  readonly sandbox: RunningSandbox;
  readonly taskQueue: string;
  /** The environment in which another process of this Dunlin runs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Any request, any answer. A string is sent as it is. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  stop(): Promise<void>;
}

export interface DunlinOptions {
  /** Modules that the worker loads first. */
  readonly preload?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another way to the same database, for the API and the worker. */
  readonly through?: (databaseUrl: string) => Promise<string>;
  /** Where the sandbox sends its webhooks, instead of to the API at this address. */
  readonly webhooksThrough?: (apiUrl: string) => Promise<string>;
}

export async function startDunlin({
  preload = [],
  env = {},
  through,
  webhooksThrough = (apiUrl) => Promise.resolve(apiUrl),
}: DunlinOptions = {}): Promise<Dunlin> {
  const database = await freshDatabase();
  const address = environment('TEST_TEMPORAL_ADDRESS');
  const namespace = `test-${process.env['JEST_WORKER_ID'] ?? '1'}`;
  const taskQueue = `test-${randomBytes(6).toString('hex')}`;
  const key = `dk_test_${randomBytes(12).toString('hex')}`;
  const databaseUrl = through ? await through(database.url) : database.url;
  const secret = `secret_${randomBytes(12).toString('hex')}`;
  const settings = {
    SANDBOX_WEBHOOK_SECRET: secret,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_TASK_QUEUE: taskQueue,
    WORKFLOW_BUNDLE: environment('TEST_WORKFLOW_BUNDLE'),
    LOG_LEVEL: 'error',
    // Receivers of tests are on this machine.
    WEBHOOK_ALLOW_PRIVATE: 'true',
    ...env,
  };
  const connection = await Connection.connect({ address });
  const temporal = new Client({ connection, namespace });
  await deleteSchedules(temporal);
  const logger = createLogger('api', env['LOG_LEVEL'] ?? 'silent');
  const config = loadConfig({ ...settings, PORT: '0', API_KEY: key });
  const api = await startApi({
    config,
    databaseUrl,
    temporalAddress: address,
    logger,
    providerWebhooks: webhookReaders({ sandbox: secret, stripe: stripeConfig(config)?.webhookSecret }),
  });
  const sandbox = await startSandbox({
    databaseUrl: database.url,
    port: 0,
    webhooks: { url: `${await webhooksThrough(api.url)}/webhooks/sandbox`, secret },
  });
  const processSettings = { PUBLIC_URL: api.url, SANDBOX_URL: sandbox.url, ...settings };
  const worker = await startWorker({
    env: { ...processSettings, LOG_LEVEL: 'info' },
    preload,
    onLine: () => undefined,
  });
  return {
    url: api.url,
    databaseUrl: database.url,
    key,
    client: httpClient(api.url, key),
    pool: database.pool,
    temporal,
    worker,
    sandbox,
    taskQueue,
    environment: { ...processSettings, PORT: '0', API_KEY: key },
    async call(method, path, body, headers) {
      const response = await fetch(api.url + path, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as ApiAnswer['body'],
      };
    },
    async stop() {
      await deleteSchedules(temporal);
      await worker.stop();
      await sandbox.stop();
      await api.stop();
      await connection.close();
      await database.drop();
    },
  };
}

async function deleteSchedules(temporal: Client): Promise<void> {
  for (const id of scheduleIds) {
    await temporal.schedule
      .getHandle(id)
      .delete()
      .catch(() => undefined);
  }
}
