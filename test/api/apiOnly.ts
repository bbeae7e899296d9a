/** The API alone: a real Postgres on a line that can be cut, and a Temporal that answers what the test says. */
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ServiceError, type Client } from '@temporalio/client';
import type pg from 'pg';
import { pino } from 'pino';
import { createApp } from '../../src/api/app.ts';
import type { GraphqlSettings } from '../../src/graphql/settings.ts';
import type { WebhookReaders } from '../../src/domain/providerNotice.ts';
import { ensureAdminKey } from '../../src/store/apiKeys.ts';
import { createPool } from '../../src/store/database.ts';
import { freshDatabase } from '../stack/database.ts';

export const adminKey = 'dk_test_admin_0123456789';

export interface Line {
  /** The database's address by way of the line. */
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** A line to a server that can be cut and mended, as when the server goes away and comes back. */
export async function lineTo(databaseUrl: string): Promise<Line> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((near) => {
        const far = connect(Number(target.port), target.hostname);
        for (const [socket, other] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(socket);
          socket.once('close', () => {
            sockets.delete(socket);
            other.destroy();
          });
          socket.on('error', () => other.destroy());
        }
        near.pipe(far).pipe(near);
      });
      server.listen(port, '127.0.0.1', () => resolve(server));
    });
  let server: Server | undefined = await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.port = String(port);
  return {
    url: url.href,
    async cut() {
      const open = server;
      server = undefined;
      if (!open) return;
      const closed = new Promise((resolve) => open.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    async mend() {
      server ??= await listen(port);
    },
  };
}

/** What a workflow was asked: its type or update, its id, and what it was given. */
export interface Asked {
  readonly name: string;
  readonly workflowId: string;
  readonly args: readonly unknown[];
}

export type Answer = (asked: Asked) => unknown;

/** What the client throws when no server is there. */
export function temporalAway(): never {
  const cause = Object.assign(new Error('14 UNAVAILABLE: no connection'), { code: 14 });
  throw new ServiceError('Failed to start Workflow', { cause });
}

function standIn(answer: () => Answer): Client {
  const ask = (asked: Asked) => Promise.resolve().then(() => answer()(asked));
  type Named = { readonly name: string };
  type WithStart = { args: unknown[]; startWorkflowOperation: { options: { workflowId: string } } };
  const client = {
    options: { namespace: 'default' },
    withDeadline: (_deadline: number, work: () => unknown) => work(),
    workflow: {
      start: (name: string, options: { workflowId: string; args: unknown[] }) =>
        ask({ name, workflowId: options.workflowId, args: options.args }),
      execute: (name: string, options: { workflowId: string; args: unknown[] }) =>
        ask({ name, workflowId: options.workflowId, args: options.args }),
      signalWithStart: (name: string, options: { workflowId: string; args: unknown[] }) =>
        ask({ name, workflowId: options.workflowId, args: options.args }),
      executeUpdateWithStart: ({ name }: Named, { args, startWorkflowOperation }: WithStart) =>
        ask({ name, workflowId: startWorkflowOperation.options.workflowId, args }),
      getHandle: (workflowId: string) => ({
        executeUpdate: ({ name }: Named, { args }: { args: unknown[] }) => ask({ name, workflowId, args }),
      }),
    },
    workflowService: {
      getSystemInfo: () => ask({ name: 'getSystemInfo', workflowId: '', args: [] }),
      describeTaskQueue: () => ask({ name: 'describeTaskQueue', workflowId: '', args: [] }),
    },
  };
  return client as unknown as Client;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown> & {
    readonly id?: string;
    readonly data?: readonly Record<string, unknown>[];
    readonly error?: { type: string; code: string; param?: string; message: string; request_id: string };
  };
}

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Reply>;

/** Any request, any answer. A text or bytes are sent as they are; an empty `authorization` sends none. */
export function callerOf(url: string): Call {
  return async (method, path, body, headers) => {
    const given: Record<string, string> = {
      authorization: `Bearer ${adminKey}`,
      'content-type': 'application/json',
      ...headers,
    };
    const response = await fetch(url + path, {
      method,
      headers: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
      ...(body !== undefined && {
        body:
          typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (json ? JSON.parse(text) : {}) as Reply['body'],
    };
  };
}

export interface ApiOnly {
  readonly url: string;
  /** Past the line: it also works while the API's own connection is cut. */
  readonly pool: pg.Pool;
  readonly line: Line;
  readonly call: Call;
  /** What was asked of workflows, in order. */
  readonly asked: Asked[];
  /** From now on Temporal answers so; at first it is away. */
  temporal(answer: Answer): void;
  stop(): Promise<void>;
}

export async function startApiOnly(
  providerWebhooks: WebhookReaders = {},
  graphql: Partial<GraphqlSettings> = {},
): Promise<ApiOnly> {
  const database = await freshDatabase();
  await ensureAdminKey(database.pool, adminKey);
  const line = await lineTo(database.url);
  const pool = createPool(line.url);
  const asked: Asked[] = [];
  let answer: Answer = temporalAway;
  const temporal = standIn(() => (question) => {
    asked.push(question);
    return answer(question);
  });
  const app = createApp(
    {
      pool,
      temporal,
      taskQueue: 'test',
      providerWebhooks,
      allowPrivateWebhooks: false,
      site: { publicUrl: 'https://pay.test', showsMails: true, stripePublishableKey: null },
      graphql: { introspection: true, persistedOperations: null, persistedOnly: false, ...graphql },
    },
    pino({ level: 'silent' }),
  );
  const server = createHttpServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    url,
    pool: database.pool,
    line,
    call: callerOf(url),
    asked,
    temporal(next) {
      answer = next;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await line.mend();
      await pool.end();
      await line.cut();
      await database.drop();
    },
  };
}
