/** The one way to wait: a real timer, or a test clock that says when it has got there. */
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import type { TestClockId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { clockReachedUpdate } from './contract/testClock.ts';

export interface Clock {
  /** Waits until `at` (null: for ever) or until `interrupted` holds, whichever comes first. */
  waitUntil(at: Instant | null, interrupted: () => boolean): Promise<void>;
  /** To be awaited before the workflow ends or goes on as new: no update may be cut off. */
  finish(): Promise<void>;
}

export function clockOf(testClockId: TestClockId | null): Clock {
  return testClockId === null ? realClock() : testClock();
}

function realClock(): Clock {
  return {
    async waitUntil(at, interrupted) {
      if (at === null) await condition(interrupted);
      else if (at > Date.now()) await condition(interrupted, at - Date.now());
    },
    async finish() {
      await condition(allHandlersFinished);
    },
  };
}

/**
 * `clockReached` returns only when the workflow waits for something later, or when it ends or goes on as new. Which of
 * these it was, the clock sees in Postgres: there a workflow that has looked says when it will look next.
 */
function testClock(): Clock {
  let reached = -Infinity;
  let waitingFor: number | undefined;
  let finished = false;
  setHandler(clockReachedUpdate, async (at) => {
    reached = Math.max(reached, at);
    await condition(() => finished || (waitingFor !== undefined && waitingFor > reached));
  });
  return {
    async waitUntil(at, interrupted) {
      waitingFor = at ?? Infinity;
      await condition(() => interrupted() || reached >= (at ?? Infinity));
      waitingFor = undefined;
    },
    async finish() {
      finished = true;
      await condition(allHandlersFinished);
    },
  };
}
