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
  const execArgv = ['tsx', ...preload].flatMap((module) => ['--import', module]);
  let stopping = false;
  let child: ChildProcess | undefined;
  let restarts = 0;
  let ready: () => void;
  const polls = new Promise<void>((resolve) => (ready = resolve));

  function launch(): void {
    const launched = fork(entry, { execArgv, env: { ...process.env, ...env }, silent: true });
    child = launched;
    const read = (chunk: Buffer) => {
      for (const line of chunk.toString().trimEnd().split('\n')) onLine(line);
    };
    launched.once('message', () => {
      restarts = 0;
      ready();
    });
    launched.stdout?.on('data', read);
    launched.stderr?.on('data', read);
    launched.once('exit', () => {
      if (stopping) return;
      restarts += 1;
      onLine('the worker has ended and is started again');
      setTimeout(launch, Math.min(30_000, 250 * 2 ** restarts));
    });
  }

  launch();
  await polls;
  return {
    get pid() {
      return child?.pid;
    },
    async stop() {
      stopping = true;
      if (!child) return;
      const last = child;
      last.kill('SIGTERM');
      const impatience = setTimeout(() => last.kill('SIGKILL'), 15_000);
      await ended(last);
      clearTimeout(impatience);
    },
  };
}
