/** A test clock: advances when it is asked to, and is `ready` when all that fell due is done (semantics.md, section 10). */
import { ApplicationFailure, condition, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { allHandlersFinished } from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { advanceUpdate, type TestClockInput } from './contract.ts';

const short = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '10 seconds' },
});
const long = proxyActivities<Activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

export async function testClock({ testClockId }: TestClockInput): Promise<void> {
  let target: Instant | undefined;
  let asked = 0;
  let refused = 0;
  setHandler(
    advanceUpdate,
    async (to) => {
      asked += 1;
      try {
        await short.beginAdvance(testClockId, to);
        target = to;
      } catch (error) {
        refused += 1;
        throw error;
      }
    },
    {
      validator(to) {
        if (target !== undefined && target !== to) throw alreadyAdvancing();
      },
    },
  );
  await condition(() => target !== undefined || (asked > 0 && refused === asked));
  while (target !== undefined) {
    setCurrentDetails(`Advancing to ${formatInstant(target)}.`);
    await long.advanceTestClock(testClockId);
    target = undefined;
    await condition(allHandlersFinished);
  }
  await condition(allHandlersFinished);
}

export async function deleteTestClock({ testClockId }: TestClockInput): Promise<void> {
  await short.deleteTestClock(testClockId);
}

function alreadyAdvancing(): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'clock_advancing',
    message: 'The clock is advancing. Wait until its status is "ready", then advance it again.',
    nonRetryable: true,
    details: [{ status: 409 }],
  });
}
