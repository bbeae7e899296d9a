/** `npm start` as a user meets it: it survives kill -9, and what keeps it from starting is one line. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { httpClient } from '../../src/stack/demo/httpClient.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import { ended, endProcess, isAlive } from '../../src/stack/process.ts';
import { temporaryDirectory } from '../../src/stack/temporaryDirectory.ts';
import { environment } from './database.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const key = 'dk_test_0123456789abcdef';
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGINT');
    await ended(child);
  }
});

async function aDataDirectory(): Promise<string> {
  const directory = await temporaryDirectory('start');
  await mkdir(join(directory, 'bin'));
  await cp(join(root, '.data', 'bin', 'temporal'), join(directory, 'bin', 'temporal')).catch(() => undefined); // on the PATH
  return directory;
}

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly sandboxUrl: string | undefined;
}

function run(script: string, env: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    cwd: root,
    env: { ...process.env, PORT: '0', API_KEY: key, LOG_LEVEL: 'error', ...env },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  children.push(child);
  return { child, output: () => text };
}

async function start(directory: string): Promise<Started> {
  const { child, output } = run('src/stack/start.ts', {
    DATA_DIRECTORY: directory,
    WORKFLOW_BUNDLE: environment('TEST_WORKFLOW_BUNDLE'),
  });
  for (;;) {
    const [, url] = /^API +(\S+)$/m.exec(output()) ?? [];
    const [, sandboxUrl] = /^Sandbox +(\S+)$/m.exec(output()) ?? [];
    if (url !== undefined && output().includes('Ctrl-C')) return { child, url, sandboxUrl };
    if (child.exitCode !== null) throw new Error(output());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The exit code and the lines of a command, once it has ended. */
async function runToEnd(
  script: string,
  env: Record<string, string>,
): Promise<{ code: number | null; lines: string[] }> {
  const { child, output } = run(script, env);
  await ended(child);
  return {
    code: child.exitCode,
    lines: output()
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('·')),
  };
}

test('data and open workflows outlast kill -9 of everything, and of the stack alone', async () => {
  const directory = await aDataDirectory();
  const first = await start(directory);
  const client = httpClient(first.url, key);
  const clock = (
    await client.post<{ id: string }>('/v1/test_clocks', { name: 'c', frozen_time: '2026-01-01T00:00:00Z' })
  ).id;
  const fee = { code: 'fee', type: 'fixed', model: 'flat', amount: '500' };
  const plan = (
    await client.post<{ id: string }>('/v1/plans', {
      code: 'p',
      name: 'P',
      currency: 'USD',
      interval: 'month',
      prices: [fee],
    })
  ).id;
  const customer = (await client.post<{ id: string }>('/v1/customers', { name: 'A', test_clock: clock })).id;
  await client.post(`/v1/customers/${customer}/payment_methods`, { token: 'pm_card_visa' });
  await client.post('/v1/subscriptions', { customer, plan });

  const pidIn = async (file: string) =>
    Number((await readFile(join(directory, file), 'utf8')).split('\n')[0]);
  const servers = [await pidIn('temporal.pid'), await pidIn('postgres/postmaster.pid')];
  for (const pid of [first.child.pid ?? 0, ...servers]) process.kill(pid, 'SIGKILL');
  await ended(first.child);

  const second = await start(directory);
  // What it has given out, such as a page for the customer, is there again.
  expect([first.sandboxUrl, second.sandboxUrl]).toEqual([expect.any(String), first.sandboxUrl]);
  await advanceTo(httpClient(second.url, key), clock, '2026-03-02T00:00:00Z');
  second.child.kill('SIGKILL');
  await ended(second.child);
  const orphans = [await pidIn('temporal.pid'), await pidIn('postgres/postmaster.pid')];
  expect(orphans.every(isAlive)).toBe(true);

  const third = await start(directory);
  expect(orphans.some(isAlive)).toBe(false);
  const again = httpClient(third.url, key);
  await advanceTo(again, clock, '2026-04-02T00:00:00Z');
  const invoices = await again.all<{ status: string; total: number }>(`/v1/invoices?customer=${customer}`);
  expect(invoices.map(({ status, total }) => [status, total])).toEqual(
    Array.from({ length: 4 }, () => ['paid', 500]),
  );

  const twice = await runToEnd('src/stack/start.ts', { DATA_DIRECTORY: directory });
  expect(twice).toMatchObject({ code: 1 });
  expect(twice.lines).toEqual([expect.stringContaining(`in use by process ${String(third.child.pid)}`)]);
  const repair = await runToEnd('src/stack/repair.ts', { DATA_DIRECTORY: directory });
  expect(repair).toEqual({ code: 0, lines: ['Nothing to repair.'] });
  third.child.kill('SIGINT');
  await ended(third.child);
  expect(third.child.exitCode).toBe(0);
}, 120_000);

describe('one line says what to do, with exit code 1', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['a malformed variable', { PORT: 'http' }, /^PORT must be a whole number\.$/],
    ['an unknown value', { PAYMENT_PROVIDER: 'bank' }, /^PAYMENT_PROVIDER must be "sandbox" or "stripe"\.$/],
    [
      'a provider without its keys',
      { PAYMENT_PROVIDER: 'stripe', STRIPE_SECRET_KEY: 'sk_test_1' },
      /^STRIPE_PUBLISHABLE_KEY is needed with PAYMENT_PROVIDER=stripe\.$/,
    ],
    [
      'an address that is none',
      { DATABASE_URL: 'localhost' },
      /^DATABASE_URL must be a postgres:\/\/ address\.$/,
    ],
    [
      'an unreachable database',
      { DATABASE_URL: 'postgres://127.0.0.1:1/dunlin' },
      /^DATABASE_URL cannot be reached .*check the address/,
    ],
    ['a CLI that is none', { TEMPORAL_CLI: '/nowhere/temporal' }, /^TEMPORAL_CLI is \/nowhere\/temporal/],
  ])('%s', async (_what, env, line) => {
    const { code, lines } = await runToEnd('src/stack/start.ts', {
      DATA_DIRECTORY: await aDataDirectory(),
      ...env,
    });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(line)]);
  });

  test.each(['PORT', 'SANDBOX_PORT'])('a %s in use', async (variable) => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const env = {
      DATA_DIRECTORY: await aDataDirectory(),
      [variable]: String(port),
      TEMPORAL_ADDRESS: environment('TEST_TEMPORAL_ADDRESS'),
      WORKFLOW_BUNDLE: environment('TEST_WORKFLOW_BUNDLE'),
    };
    const { code, lines } = await runToEnd('src/stack/start.ts', env);
    expect([code, lines]).toEqual([
      1,
      [`Port ${String(port)} is in use: set ${variable} to another one, or to 0 for any.`],
    ]);
    other.close();
  });

  test('a broken data directory', async () => {
    const directory = await aDataDirectory();
    const { child } = await start(directory);
    child.kill('SIGINT');
    await ended(child);
    await writeFile(join(directory, 'postgres', 'global', 'pg_control'), 'broken');
    const { code, lines } = await runToEnd('src/stack/start.ts', { DATA_DIRECTORY: directory });
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^Postgres does not start from .*move .* away to start afresh\.$/),
    ]);
  });

  test('a migration of a database that cannot be reached', async () => {
    const { code, lines } = await runToEnd('src/stack/migrate.ts', {
      DATABASE_URL: 'postgres://127.0.0.1:1/x',
    });
    expect([code, lines.length]).toEqual([1, 1]);
  });
});

test('the end of a process is waited for, and forced where it does not come', async () => {
  const stubborn = spawn(process.execPath, [
    '-e',
    `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')`,
  ]);
  await new Promise((resolve) => stubborn.stdout.once('data', resolve));
  await endProcess(stubborn.pid ?? 0, 'SIGTERM', 300);
  expect(stubborn.signalCode ?? 'SIGKILL').toBe('SIGKILL');
});
