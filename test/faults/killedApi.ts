/** API processes for tests: requests are held at a step, and the process is killed while they are there. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ended } from '../../src/stack/process.ts';
import type { Dunlin } from '../stack/dunlin.ts';

export interface ApiProcess {
  readonly url: string;
  /** The steps that the request of this id has come to, in order. */
  stepsOf(request: string): readonly string[];
  /** Resolves when the request of this id is held. */
  untilHeld(request: string): Promise<void>;
  /** Resolves when the request of this id has come to a step. */
  untilStep(request: string, step: string): Promise<void>;
  kill(): Promise<void>;
}

interface StepTaken {
  readonly request: string;
  readonly step: string;
  readonly held: boolean;
}

const entry = fileURLToPath(new URL('apiProcess.ts', import.meta.url));
const holding = new URL('holdAtStep.mjs', import.meta.url).href;

/** What makes a request one that is held at a step; 0: it is only watched. */
export const heldAt = (step: number, request: string) => ({
  'x-hold-at': String(step),
  'x-hold-id': request,
});

/** Another API process of a Dunlin, on the same database. */
export async function startApiProcess(dunlin: Dunlin): Promise<ApiProcess> {
  const execArgv = [holding, 'tsx'].flatMap((module) => ['--import', module]);
  const child: ChildProcess = fork(entry, { execArgv, env: { ...process.env, ...dunlin.environment } });
  const taken: StepTaken[] = [];
  const waiting = new Set<() => void>();
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the API process has ended: ${String(code)}`)));
    child.on('message', (message: StepTaken | { readonly url: string }) => {
      if ('url' in message) {
        resolve(message.url);
        return;
      }
      taken.push(message);
      for (const look of waiting) look();
    });
  });
  const until = (isReached: (step: StepTaken) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!taken.some(isReached)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    url,
    stepsOf: (request) => taken.filter((each) => each.request === request).map(({ step }) => step),
    untilHeld: (request) => until((each) => each.request === request && each.held),
    untilStep: (request, step) => until((each) => each.request === request && each.step === step),
    async kill() {
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}
