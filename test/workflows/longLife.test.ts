/** One subscription for years: its histories stay within Temporal's limits, and no update is lost between two of them. */
import { expect, test } from '@jest/globals';
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy, type Client } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../src/activities/activities.ts';
import { withPatience } from '../../src/api/patience.ts';
import type { CustomerId, SubscriptionId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { findTemporalBinary, temporalCli } from '../../src/stack/temporalBinary.ts';
import {
  changeUpdate,
  subscriptionWorkflowId,
  type ChangeRequest,
  type SubscriptionInput,
} from '../../src/workflows/contract/subscription.ts';
import { workflowTypes } from '../../src/workflows/contract/workflowTypes.ts';
import { environment } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';

quietTemporal();

const dayMs = 86_400_000;
/**
 * Each run of a workflow is as long as the one before it: two years show it, and `LIFE_YEARS=10` lives all ten. That gave
 * 27 runs of 4,111 events and 2.2 MB each, of the 51,200 events and 50 MB that Temporal allows.
 */
const years = Number(process.env['LIFE_YEARS'] ?? 2);
const days = 365 * years;
const taskQueue = 'long-life';
const customerId = 'cus_1' as CustomerId;
const subscriptionId = 'sub_1' as SubscriptionId;
const workflowId = subscriptionWorkflowId(subscriptionId);
const input: SubscriptionInput = { subscriptionId, customerId, testClockId: null, signedUp: true };
const searchAttributes = ['BillingCustomer', 'BillingStatus', 'BillingPlan'];
/** As much text as a subscription shows of itself at most. */
const text = Array.from({ length: 10 }, () => 'x'.repeat(100)).join('\n');

const aChange = (operationId: string): ChangeRequest => ({
  operationId,
  change: { quantity: 2 },
  effective: null,
  prorationBehavior: 'create_prorations',
  withdrawPending: false,
  undoCancellation: false,
  undoPause: false,
  trialEnd: null,
});

const checkedUntil = (checkAt: number) => ({
  status: 'active' as const,
  over: false,
  customerId,
  planCode: 'plan',
  checkAt: checkAt as Instant,
  happened: text,
  next: text,
});

/** The events and bytes of each run, the first one first. */
async function runsOf(client: Client, firstRunId: string): Promise<{ events: number; bytes: number }[]> {
  const runs: { events: number; bytes: number }[] = [];
  for (let runId: string | null | undefined = firstRunId; runId;) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const events: NonNullable<typeof history.events> = history.events ?? [];
    runs.push({ events: events.length, bytes: JSON.stringify(events).length });
    runId = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

test('years of daily billing with a change a day go on as new in time, again and again', async () => {
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: environment('TEST_SERVER_BINARY') } },
  });
  try {
    const keyword = 2; // the server's number
    await env.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: Object.fromEntries(searchAttributes.map((name) => [name, keyword])),
    });
    const begun = await env.currentTimeMs();
    const changed: string[] = [];
    let day = 0;
    let looks = 0;
    const activities: Partial<Activities> = {
      changeSubscription: (_id, { operationId }) => {
        changed.push(operationId);
        return Promise.resolve();
      },
      bringUpToDate: () => {
        looks += 1;
        return Promise.resolve(checkedUntil(begun + (day + 1) * dayMs));
      },
    };
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      activities,
      workflowBundle: { codePath: environment('TEST_WORKFLOW_BUNDLE') },
    });
    const runs = await worker.runUntil(async () => {
      const { firstExecutionRunId } = await env.client.workflow.start(workflowTypes.subscription, {
        workflowId,
        taskQueue,
        args: [input],
      });
      const handle = env.client.workflow.getHandle(workflowId);
      for (day = 1; day <= days; day += 1) {
        await env.sleep(dayMs);
        await handle.executeUpdate(changeUpdate, { args: [aChange(String(day))] });
      }
      return runsOf(env.client, firstExecutionRunId);
    });
    expect(changed).toEqual(Array.from({ length: days }, (_, nth) => String(nth + 1)));
    expect(looks).toBeGreaterThanOrEqual(2 * days);
    expect(runs.length).toBeGreaterThan(2 * years);
    expect(Math.max(...runs.map(({ events }) => events))).toBeLessThan(5_120); // a tenth of what Temporal allows
    expect(Math.max(...runs.map(({ bytes }) => bytes))).toBeLessThan(5 * 2 ** 20);
  } finally {
    await env.teardown();
  }
}, 600_000);

test('updates that are sent without pause while it goes on as new are each carried out and answered once', async () => {
  const env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: {
        type: 'existing-path',
        path: await findTemporalBinary(temporalCli, {
          given: process.env['TEMPORAL_CLI'],
          binDirectory: '.data/bin',
          progress: () => undefined,
        }),
      },
      searchAttributes: searchAttributes.map((name) =>
        defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
      ),
      extraArgs: [
        '--log-level',
        'never',
        '--dynamic-config-value',
        'limit.historyCount.suggestContinueAsNew=100',
      ],
    },
  });
  try {
    const carriedOut: string[] = [];
    const activities: Partial<Activities> = {
      changeSubscription: (_id, { operationId }) => {
        carriedOut.push(operationId);
        return Promise.resolve();
      },
      bringUpToDate: () => Promise.resolve(checkedUntil(Date.now() + dayMs)),
    };
    const worker = await Worker.create({
      connection: env.nativeConnection,
      taskQueue,
      activities,
      workflowBundle: { codePath: environment('TEST_WORKFLOW_BUNDLE') },
    });
    const clients = ['a', 'b', 'c', 'd', 'e', 'f'];
    const requests = Array.from({ length: 30 }, (_, nth) => nth);
    const answered: string[] = [];
    const runs = await worker.runUntil(async () => {
      const { firstExecutionRunId } = await env.client.workflow.start(workflowTypes.subscription, {
        workflowId,
        taskQueue,
        args: [input],
      });
      await Promise.all(
        clients.map(async (client) => {
          for (const nth of requests) {
            const id = `${client}${String(nth)}`;
            await withPatience(env.client, () =>
              env.client.workflow.executeUpdateWithStart(changeUpdate, {
                args: [aChange(id)],
                updateId: id,
                startWorkflowOperation: new WithStartWorkflowOperation(workflowTypes.subscription, {
                  workflowId,
                  taskQueue,
                  args: [input],
                  workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
                }),
              }),
            );
            answered.push(id);
          }
        }),
      );
      return runsOf(env.client, firstExecutionRunId);
    });
    const all = clients.flatMap((client) => requests.map((nth) => `${client}${String(nth)}`)).sort();
    expect(answered.toSorted()).toEqual(all);
    expect(carriedOut.toSorted()).toEqual(all);
    expect(runs.length).toBeGreaterThan(10);
    // What it has accepted by then is done before it goes on: of six clients, as many at most.
    expect(Math.max(...runs.map(({ events }) => events))).toBeLessThan(250);
  } finally {
    await env.teardown();
  }
}, 120_000);
