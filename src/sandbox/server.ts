/** The sandbox on its own port, with its own connections to Postgres. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { ConnectionDropped, json, type SandboxAnswer } from './exchange.ts';
import { startAttendant } from './attendant.ts';
import { settle } from './chargeEnds.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { countWaiting, sendWebhooks, type WebhookTarget } from './webhooks.ts';

export interface RunningSandbox extends Sandbox {
  readonly url: string;
  /** How many webhooks are still to be sent, now or later. */
  waitingWebhooks(): Promise<number>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly databaseUrl: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly settleAfterMs?: number | null;
  /** Who is told what happened; without it nobody. */
  readonly webhooks?: WebhookTarget | undefined;
}

/** A batch of a thousand charges has a third of a megabyte. */
const bodyLimitBytes = 4 * 2 ** 20;

/** Starts it on loopback. Postgres may be away: it answers 500 until it is there. Throws Node's own error where the port is in use. */
export async function startSandbox({
  databaseUrl,
  port,
  settleAfterMs = 2_000,
  webhooks,
}: ServerOptions): Promise<RunningSandbox> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 8,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    application_name: 'sandbox',
  });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const sandbox = createSandbox({ pool, settleAfterMs, tells: webhooks !== undefined });
  // Longer than its clients keep an idle connection: who closes second may have sent a request into the closed one.
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    serve(sandbox, request, response)
      .catch(() => response.destroy())
      .finally(() => attendant.wake());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const attendant = startAttendant(async () => {
    const settled = await settle(pool, 'due', webhooks !== undefined);
    const sent = webhooks === undefined ? 0 : await sendWebhooks(pool, sandbox.faults, webhooks);
    return settled > 0 || sent > 0;
  });
  return {
    ...sandbox,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    waitingWebhooks: () => countWaiting(pool),
    async stop() {
      await attendant.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), 2_000);
      await closed;
      clearTimeout(impatience);
      await pool.end();
    },
  };
}

async function serve(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(request);
  const { status, headers, body: text } = await answer(sandbox, request, body);
  response.writeHead(status, headers).end(text);
}

async function answer(
  sandbox: Sandbox,
  request: IncomingMessage,
  body: string | undefined,
): Promise<SandboxAnswer> {
  if (body === undefined)
    return json(413, { error: { code: 'body_too_large', message: 'Send less at once.' } });
  try {
    return await sandbox.handle({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value[0] : value,
        ]),
      ),
      body,
    });
  } catch (error) {
    if (error instanceof ConnectionDropped) throw error;
    return json(500, {
      error: { code: 'internal', message: error instanceof Error ? error.message : String(error) },
    });
  }
}

/** Undefined: it is too large. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bodyLimitBytes) chunks.push(chunk);
  }
  return size > bodyLimitBytes ? undefined : Buffer.concat(chunks).toString();
}
