/** Advances a test clock: everything that falls due, in the order of due times, by the functions that bill everyone. */
import { sleep } from '@temporalio/activity';
import {
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { BillingError, notFound } from '../domain/errors.ts';
import type { SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import {
  beginAdvance,
  deleteClock,
  endAdvance,
  findAdvancingClock,
  findWaitingOnClock,
  moveClock,
  nextDueOnClock,
} from '../store/clockTime.ts';
import { inTransaction } from '../store/database.ts';
import { setAside } from '../store/setAsides.ts';
import {
  clockReachedUpdate,
  collectionWorkflowId,
  subscriptionWorkflowId,
  testClockWorkflowId,
} from '../workflows/contract.ts';
import { billDue } from './billDue.ts';
import { correctEnded } from './correctEnded.ts';
import type { Dependencies } from './dependencies.ts';
import { tellOfUseOnClock } from './entitlementThresholds.ts';
import { tellOfExpiringCards } from './expiringCards.ts';
import { refusing } from './failure.ts';
import { withHeartbeat, type Progress } from './heartbeat.ts';
import { invoiceEarly } from './invoiceEarly.ts';
import { recognizeDaily } from './recognizeDaily.ts';
import { tellSubscriptions } from './tellSubscriptions.ts';
import { collectionWorkflow, subscriptionWorkflow, type WaitingWorkflow } from './startWorkflows.ts';

/** Workflows woken at one time. */
const wokenAtOnce = 25;

export function testClockActivities(deps: Dependencies) {
  return {
    /** Sets the clock's target; asked twice for the same, it does nothing. */
    async beginAdvance(testClockId: TestClockId, target: Instant): Promise<void> {
      await refusing(async () => {
        if (await beginAdvance(deps.pool, testClockId, target)) return;
        throw await refusal(deps, testClockId, target);
      });
    },

    /** Runs everything up to the clock's target. Its progress is in Postgres: killed, it goes on where it was. */
    async advanceTestClock(testClockId: TestClockId): Promise<void> {
      const clock = await findAdvancingClock(deps.pool, testClockId);
      if (clock?.status !== 'advancing') return;
      await withHeartbeat(async (progress) => {
        await correctEnded(deps, testClockId, clock.frozen_time);
        // What was used while it stood still has passed a threshold there.
        let turned = await invoiceEarly(deps, testClockId, clock.frozen_time);
        for (;;) {
          await billUpTo(deps, testClockId, clock.target_time, progress, turned);
          turned = [];
          if ((await wakeWaiting(deps, testClockId, clock.target_time, progress)) === 0) break;
        }
        await recognizeDaily(deps, testClockId, clock.target_time);
        await tellOfExpiringCards(deps, testClockId, clock.frozen_time, clock.target_time);
        progress.goOn();
        await endAdvance(deps.pool, testClockId, clock.target_time);
      });
    },

    /** Ends everything on the clock; its invoices and its book stay. */
    async deleteTestClock(testClockId: TestClockId): Promise<void> {
      const waiting = await inTransaction(deps.pool, (tx) => deleteClock(tx, testClockId));
      const ids = [
        ...waiting.subscriptions.map(subscriptionWorkflowId),
        ...waiting.collections.map(collectionWorkflowId),
        testClockWorkflowId(testClockId),
      ];
      for (const workflowId of ids) {
        await deps.temporal.workflow
          .getHandle(workflowId)
          .terminate('its test clock was deleted')
          .catch(() => undefined); // it has ended already
      }
    },
  };
}

async function refusal(deps: Dependencies, id: TestClockId, target: Instant): Promise<BillingError> {
  const clock = await findAdvancingClock(deps.pool, id);
  if (!clock || clock.status === 'deleted') return notFound('test clock', id);
  if (target < clock.frozen_time) {
    return new BillingError(
      400,
      'clock_backwards',
      `The clock is at ${formatInstant(clock.frozen_time)} and cannot go backwards. Give a later frozen_time.`,
      'frozen_time',
    );
  }
  return new BillingError(
    409,
    'clock_advancing',
    'The clock is advancing. Wait until its status is "ready", then advance it again.',
  );
}

/**
 * Moves the clock from one due time to the next one, up to `target`, and does what is due there, and what has passed a
 * threshold by then. Those of whom more than a renewal happened join `turned` and are told at the end.
 */
async function billUpTo(
  deps: Dependencies,
  testClockId: TestClockId,
  target: Instant,
  progress: Progress,
  turned: SubscriptionId[],
): Promise<void> {
  let before: Instant | null = null;
  for (;;) {
    const at = await nextDueOnClock(deps.pool, testClockId, target);
    if (at === null) {
      await moveClock(deps.pool, testClockId, target);
      await tellOfUseOnClock(deps, testClockId);
      const early = await invoiceEarly(deps, testClockId, target);
      if (early.length === 0) break;
      turned.push(...early); // their drafts are due at once
      continue;
    }
    if (at !== before) {
      await moveClock(deps.pool, testClockId, at);
      await tellOfUseOnClock(deps, testClockId);
      turned.push(...(await invoiceEarly(deps, testClockId, at)));
    }
    progress.report({ at: formatInstant(at) });
    const done = await billDue(deps, { kind: 'clock', testClockId }, at, turned);
    // A payment whose outcome the provider does not tell yet: it is asked again in a moment.
    if (done === 0 && at === before) await sleep(500);
    progress.goOn();
    before = at;
  }
  await tellSubscriptions(deps, turned);
}

/**
 * Wakes the workflows that have waited for an instant up to `at`, and waits until each has looked. It finds that all is
 * done; so each looks once in an advance, however many of its periods lie in it. Returns how many were woken.
 */
async function wakeWaiting(
  deps: Dependencies,
  testClockId: TestClockId,
  at: Instant,
  progress: Progress,
): Promise<number> {
  const { subscriptions, collections } = await findWaitingOnClock(deps.pool, testClockId, at);
  const wakeUps = [
    ...subscriptions.map((row) => ({ subject: row.id, workflow: subscriptionWorkflow(row) })),
    ...collections.map((row) => ({ subject: row.id, workflow: collectionWorkflow(row) })),
  ];
  for (let first = 0; first < wakeUps.length; first += wokenAtOnce) {
    progress.goOn();
    progress.report({ at: formatInstant(at), woken: first, of: wakeUps.length });
    await Promise.all(
      wakeUps.slice(first, first + wokenAtOnce).map(async ({ subject, workflow }) => {
        try {
          await wake(deps, workflow, at);
        } catch (error) {
          if (!(error instanceof WorkflowUpdateFailedError)) throw error;
          await setAside(deps.pool, subject, 'wake', error.cause?.message ?? error.message);
        }
      }),
    );
  }
  return wakeUps.length;
}

/** A workflow that is not there is started again: the facts are in Postgres. */
async function wake(
  deps: Dependencies,
  { workflowType, workflowId, input }: WaitingWorkflow,
  at: Instant,
): Promise<void> {
  await deps.temporal.workflow.executeUpdateWithStart(clockReachedUpdate, {
    args: [at],
    // One wake-up for an instant, however often this activity is run again.
    updateId: `clock-reached-${String(at)}`,
    startWorkflowOperation: new WithStartWorkflowOperation(workflowType, {
      workflowId,
      taskQueue: deps.taskQueue,
      args: [input],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    }),
  });
}
