/** Temporal for one machine: the CLI's development server with its UI, its data in a file that outlasts it. */
import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Connection } from '@temporalio/client';
import getPort from 'get-port';
import { commandLine, endProcess, isAlive } from './process.ts';
import { StackError } from './stackError.ts';

export interface TemporalServer {
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const searchAttributes = ['BillingCustomer', 'BillingStatus', 'BillingPlan'];
const startPatienceMs = 60_000;

/** Starts the server with its data under `directory`. Throws a `StackError` where it will not start. */
export async function startTemporal(
  binary: string,
  directory: string,
  namespaces: readonly string[],
): Promise<TemporalServer> {
  await mkdir(directory, { recursive: true });
  await stopTemporalOrphan(directory);
  const { file, logFile } = filesIn(directory);
  for (let attempt = 1; ; attempt += 1) {
    const started = await launch(binary, directory, namespaces);
    if (typeof started !== 'string') return started;
    // Besides those it is given, the server picks ports of its own, and another may be quicker.
    if (attempt < 3 && started.includes('address already in use')) continue;
    throw new StackError(
      `Temporal does not start from ${file} (${started.slice(0, 200)}): see ${logFile}, or move ${file} away to start afresh.`,
    );
  }
}

/** A server that answers, or the last line that it left. */
async function launch(
  binary: string,
  directory: string,
  namespaces: readonly string[],
): Promise<TemporalServer | string> {
  const { file, pidFile, logFile } = filesIn(directory);
  const [port, uiPort, httpPort, metricsPort] = await Promise.all(
    Array.from({ length: 4 }, () => getPort({ host: '127.0.0.1' })),
  );
  const log = await open(logFile, 'a');
  const child = spawn(
    binary,
    [
      'server',
      'start-dev',
      ...['--ip', '127.0.0.1', '--db-filename', file, '--log-level', 'error'],
      ...['--port', String(port), '--ui-port', String(uiPort)],
      ...['--http-port', String(httpPort), '--metrics-port', String(metricsPort)],
      ...namespaces.flatMap((namespace) => ['--namespace', namespace]),
      ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
      // A write is safe from a crash of the process at once, and from one of the machine within moments.
      ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ],
    { stdio: ['ignore', log.fd, log.fd], detached: true },
  );
  await log.close();
  const { pid } = child;
  if (pid === undefined) throw new StackError(`Temporal could not be started: ${binary} does not run here.`);
  const address = `127.0.0.1:${String(port)}`;
  await writeFile(pidFile, `${String(pid)}\n${address}\n`);
  try {
    await untilReady(address, namespaces, pid);
  } catch (error) {
    await endProcess(pid, 'SIGTERM', 5_000);
    return (await readFile(logFile, 'utf8')).trimEnd().split('\n').at(-1) ?? String(error);
  }
  return {
    address,
    uiUrl: `http://127.0.0.1:${String(uiPort)}`,
    pid,
    async stop() {
      await endProcess(pid, 'SIGTERM', 10_000);
      await rm(pidFile, { force: true });
    },
  };
}

function filesIn(directory: string): { file: string; pidFile: string; logFile: string } {
  const [file, pidFile, logFile] = ['temporal.db', 'temporal.pid', 'temporal.log'].map((name) =>
    resolve(directory, name),
  ) as [string, string, string];
  return { file, pidFile, logFile };
}

/** The server that runs on the file under `directory`, or undefined where none does. */
async function findRunning(
  directory: string,
): Promise<{ pid: number; address: string | undefined } | undefined> {
  const { file, pidFile } = filesIn(directory);
  const [first, address] = (await readFile(pidFile, 'utf8').catch(() => 'none')).split('\n');
  const pid = Number(first);
  if (!Number.isInteger(pid) || !isAlive(pid)) return undefined;
  return (await commandLine(pid)).includes(file) ? { pid, address } : undefined;
}

/** The address of the server that runs on the data under `directory`, or undefined where none does. */
export async function findRunningTemporal(directory: string): Promise<string | undefined> {
  return (await findRunning(directory))?.address;
}

/** A server that an earlier stack left behind holds the file. */
export async function stopTemporalOrphan(directory: string): Promise<void> {
  const running = await findRunning(directory);
  if (running) await endProcess(running.pid, 'SIGTERM', 10_000);
}

/** Ready is when every namespace answers. */
async function untilReady(address: string, namespaces: readonly string[], pid: number): Promise<void> {
  const deadline = Date.now() + startPatienceMs;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      try {
        for (const namespace of namespaces) await connection.workflowService.describeNamespace({ namespace });
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (!isAlive(pid) || Date.now() > deadline) throw error;
      await new Promise((resume) => setTimeout(resume, 100));
    }
  }
}
