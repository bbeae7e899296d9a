/** A request waits for a workflow only so long; the workflow goes on, and the same Idempotency-Key finds its outcome. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { goesOnAsNew } from '../workflows/contract/longLived.ts';

const patienceMs = 30_000;
const askAgainMs = 50;

/** Where the workflow is just going on as a new one, it is asked again: `work` may run several times. */
export function withPatience<T>(temporal: Client, work: () => Promise<T>): Promise<T> {
  return temporal.withDeadline(Date.now() + patienceMs, async () => {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isGoingOn(error)) throw error;
        await sleep(askAgainMs);
      }
    }
  });
}

function isGoingOn(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === goesOnAsNew
  );
}
