/** The stack's own sandbox: on the port of its last start, so that addresses that it has given out go on working. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import getPort from 'get-port';
import type { Config } from '../config.ts';
import { startSandbox, type RunningSandbox } from '../sandbox/server.ts';
import type { WebhookTarget } from '../sandbox/webhooks.ts';
import { portInUse, StackError } from './stackError.ts';

export interface OwnSandboxOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly webhooks: WebhookTarget;
}

/**
 * Starts it in the stack's process: what makes it an outside system is its port, its tables and its connections, and so
 * it outlives the worker, which may end at any moment. Throws a `StackError` where SANDBOX_PORT is in use.
 */
export async function startOwnSandbox({
  config,
  databaseUrl,
  webhooks,
}: OwnSandboxOptions): Promise<RunningSandbox> {
  const note = join(config.DATA_DIRECTORY, 'sandbox.port');
  const last = Number(await readFile(note, 'utf8').catch(() => '0'));
  const port =
    config.SANDBOX_PORT === 0
      ? await getPort({ host: '127.0.0.1', ...(last > 0 && { port: last }) })
      : config.SANDBOX_PORT;
  const sandbox = await startSandbox({ databaseUrl, port, webhooks }).catch((error: unknown) => {
    throw portInUse(error)
      ? new StackError(`Port ${String(port)} is in use: set SANDBOX_PORT to another one, or to 0 for any.`)
      : error;
  });
  await writeFile(note, new URL(sandbox.url).port);
  return sandbox;
}

/** What the sandbox signs with and the API checks: made at each start where none is given. */
export function newWebhookSecret(): string {
  return randomBytes(24).toString('hex');
}
