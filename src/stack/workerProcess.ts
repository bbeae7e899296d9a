/** The worker as a process of its own, started again where it ends by itself. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ended } from './process.ts';

export interface WorkerProcess {
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Modules that it loads first. */
  readonly preload?: readonly string[];
  readonly onLine: (line: string) => void;
}

const entry = fileURLToPath(new URL('../../worker.ts', import.meta.url));

/** Resolves when the worker polls. It ends with this process: its channel to it closes. */
export async function startWorker({ env, preload = [], onLine }: WorkerOptions): Promise<WorkerProcess> {
  let stopping = false;
  let child: ChildProcess;
  let restarts = 0;
  const launch = (): Promise<void> => {
    const imports = ['tsx', ...preload].flatMap((module) => ['--import', module]);
    child = fork(entry, { execArgv: imports, env: { ...process.env, ...env }, silent: true });
    child.once('exit', () => {
      if (stopping) return;
      restarts += 1;
      onLine('the worker has ended and is started again');
      setTimeout(() => void launch(), Math.min(30_000, 500 * 2 ** restarts));
    });
    return new Promise((resolve) => {
      const read = (chunk: Buffer) => {
        const text = chunk.toString();
        if (text.includes('worker ready')) {
          restarts = 0;
          resolve();
        }
        for (const line of text.trimEnd().split('\n')) onLine(line);
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
    });
  };
  await launch();
  return {
    get pid() {
      return child.pid;
    },
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended(child);
      clearTimeout(impatience);
    },
  };
}
