/** Stand-ins for Stripe that others wrote, each started where it is installed, on loopback and a free port. */
import { describe, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ended } from '../../../../src/stack/process.ts';

export interface StandIn {
  readonly url: string;
  stop(): Promise<void>;
}

interface Installed {
  readonly name: 'stripe-mock' | 'localstripe';
  /** The variable that names its binary, where it is not to be looked for. */
  readonly variable: string;
  readonly arguments: readonly string[];
  /** The line by which it tells its port. */
  readonly listening: RegExp;
}

/** Checks each request against Stripe's own description of its API, and answers with examples. */
export const stripeMock: Installed = {
  name: 'stripe-mock',
  variable: 'STRIPE_MOCK',
  arguments: ['-http-addr', '127.0.0.1:0'],
  listening: /Listening for HTTP at address: \S+:(\d+)/,
};

/** Keeps what it is told and sends webhooks. */
export const localstripe: Installed = {
  name: 'localstripe',
  variable: 'LOCALSTRIPE',
  arguments: ['--port', '0', '--from-scratch'],
  listening: /Running on http:\/\/\S+:(\d+)/,
};

/**
 * The tests with a stand-in. Where it is not installed they are skipped, and say so; with REQUIRE_STRIPE_STANDINS=1, as in
 * CI, that is a failure.
 */
export function describeWith(what: Installed, tests: (start: () => Promise<StandIn>) => void): void {
  const binary = find(what);
  if (binary !== null) {
    describe(`with ${what.name}`, () => tests(() => start(what, binary)));
    return;
  }
  const missing = `${what.name} is not installed: set ${what.variable} to its binary, or put it on the PATH or in .data/bin`;
  if (process.env['REQUIRE_STRIPE_STANDINS'] === '1') {
    test(`${what.name} is installed`, () => {
      throw new Error(missing);
    });
    return;
  }
  console.warn(`SKIPPED: the tests of Stripe with ${what.name}. ${missing}.`);
  describe.skip(`with ${what.name}, skipped: ${missing}`, () =>
    tests(() => Promise.reject(new Error(missing))));
}

function find({ name, variable }: Installed): string | null {
  const named = process.env[variable];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`${variable} is ${named}, which cannot be run.`);
  }
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '.data/bin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function start(what: Installed, binary: string): Promise<StandIn> {
  const child = spawn(binary, what.arguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONUNBUFFERED: '1' },
  });
  const port = await new Promise<string>((resolve, reject) => {
    let said = '';
    const read = (chunk: Buffer) => {
      said += chunk.toString();
      const told = what.listening.exec(said)?.[1];
      if (told !== undefined) resolve(told);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`${what.name} ended with ${String(code)}: ${said}`));
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await ended(child);
    },
  };
}
