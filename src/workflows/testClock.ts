/** A test clock: advances when it is asked to, and is `ready` when all that fell due is done (semantics.md, section 10). */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import { formatInstant } from '../domain/instant.ts';
import { advanceUpdate, type TestClockInput } from './contract/testClock.ts';

const short = proxyActivities<Activities>({
  startToCloseTimeout: '20 seconds',
  retry: { maximumInterval: '10 seconds' },
});
const long = proxyActivities<Activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
  retry: { maximumInterval: '10 seconds' },
});

/** Lives as long as its clock; deleting the clock ends it. */
export async function testClock(input: TestClockInput): Promise<void> {
  let asked = 0;
  let served = 0;
  setHandler(advanceUpdate, async (to) => {
    // Whether the clock may advance is a fact in Postgres; two that ask at once are told apart there.
    await short.beginAdvance(input.testClockId, to);
    setCurrentDetails(`Advancing to ${formatInstant(to)}.`);
    asked += 1;
  });
  for (;;) {
    served = asked;
    await long.advanceTestClock(input.testClockId); // nothing, where it stands still
    if (served === asked) setCurrentDetails('Standing still.');
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof testClock>(input);
    }
    // Also advances that are refused make the history longer.
    await condition(() => asked > served || workflowInfo().continueAsNewSuggested);
  }
}

export async function deleteTestClock({ testClockId }: TestClockInput): Promise<void> {
  await short.deleteTestClock(testClockId);
}
