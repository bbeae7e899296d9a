/** The workflows' own timers, with time skipped: years pass in seconds. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../src/activities/activities.ts';
import type { CustomerId, InvoiceId, PlanId, PlanMigrationId, SubscriptionId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { CollectionInput } from '../../src/workflows/contract/collection.ts';
import {
  pauseUpdate,
  resumeUpdate,
  type PlanMigrationInput,
} from '../../src/workflows/contract/planMigration.ts';
import { refreshSignal } from '../../src/workflows/contract/longLived.ts';
import type { RepairInput, RepairReport } from '../../src/workflows/contract/repair.ts';
import {
  cancelUpdate,
  signUpUpdate,
  type Cancellation,
  type SignUp,
  type SubscriptionInput,
} from '../../src/workflows/contract/subscription.ts';
import { workflowTypes } from '../../src/workflows/contract/workflowTypes.ts';
import { environment } from '../stack/database.ts';
import { quietTemporal } from '../stack/quietTemporal.ts';

quietTemporal();

let env: TestWorkflowEnvironment;
// The time-skipping server is good for one workflow at a time: each test has its own.
beforeEach(async () => {
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: environment('TEST_SERVER_BINARY') } },
  });
  const names = ['BillingCustomer', 'BillingStatus', 'BillingPlan'];
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(names.map((name) => [name, keyword])),
  });
}, 60_000);
afterEach(() => env.teardown());

/** The server's number for a keyword. */
const keyword = 2;
const dayMs = 86_400_000;
const subscriptionId = 'sub_1' as SubscriptionId;
const customerId = 'cus_1' as CustomerId;

/** Only what the test is about is given; the rest of the world is not there. */
async function withWorker<T>(
  activities: Partial<Activities>,
  taskQueue: string,
  work: () => Promise<T>,
): Promise<T> {
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    activities,
    workflowBundle: { codePath: environment('TEST_WORKFLOW_BUNDLE') },
  });
  return worker.runUntil(work());
}

const signUpRequest: SignUp = {
  subscriptionId,
  customerId,
  content: {
    planId: 'plan_1' as PlanId,
    planVersion: 1,
    quantity: 1,
    quantities: {},
    addOns: [],
    priceOverrides: [],
  },
  commitment: null,
  billingCycleAnchor: 'anniversary',
  startAt: null,
  trialEnd: null,
  cancelAt: null,
  couponId: null,
  collectionMethod: null,
  daysUntilDue: null,
  phases: [],
};
const cancellation = (operationId: string): Cancellation => ({ operationId, at: 'now', creditUnused: false });

test('a subscription looks at itself once a period, for 36 months, and ends when it has ended', async () => {
  const looks: number[] = [];
  let canceled = false;
  const activities: Partial<Activities> = {
    signUp: () => Promise.resolve(),
    cancelSubscription: () => {
      canceled = true;
      return Promise.resolve();
    },
    bringUpToDate: async () => {
      const now = await env.currentTimeMs();
      looks.push(now);
      return {
        status: canceled ? 'canceled' : 'active',
        over: canceled,
        customerId,
        planCode: 'plan',
        checkAt: canceled ? null : ((now + 30 * dayMs) as Instant),
        happened: '',
        next: '',
      };
    },
  };
  await withWorker(activities, 'months', async () => {
    const input: SubscriptionInput = { subscriptionId, customerId, testClockId: null };
    const start = new WithStartWorkflowOperation(workflowTypes.subscription, {
      workflowId: 'subscription/sub_1',
      taskQueue: 'months',
      args: [input],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    });
    await env.client.workflow.executeUpdateWithStart(signUpUpdate, {
      args: [signUpRequest],
      startWorkflowOperation: start,
    });
    await env.sleep(36 * 30 * dayMs + dayMs);
    const spaces = looks.slice(2).map((at, index) => Math.round((at - (looks[index + 1] ?? 0)) / dayMs));
    expect(spaces.length).toBeGreaterThanOrEqual(35);
    expect(new Set(spaces)).toEqual(new Set([30]));
    const handle = env.client.workflow.getHandle('subscription/sub_1');
    await handle.executeUpdate(cancelUpdate, { args: [cancellation('c')] });
    await handle.result();
  });
}, 60_000);

test('two cancellations at once are made one after the other', async () => {
  let running = 0;
  let most = 0;
  const activities: Partial<Activities> = {
    signUp: () => Promise.resolve(),
    async cancelSubscription() {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 50));
      running -= 1;
    },
    bringUpToDate: async () => ({
      status: 'active',
      over: false,
      customerId,
      planCode: 'plan',
      checkAt: ((await env.currentTimeMs()) + dayMs) as Instant,
      happened: '',
      next: '',
    }),
  };
  await withWorker(activities, 'updates', async () => {
    const input: SubscriptionInput = { subscriptionId, customerId, testClockId: null, signedUp: true };
    const handle = await env.client.workflow.start(workflowTypes.subscription, {
      workflowId: 'subscription/sub_2',
      taskQueue: 'updates',
      args: [input],
    });
    await Promise.all(
      ['a', 'b', 'c'].map((id) => handle.executeUpdate(cancelUpdate, { args: [cancellation(id)] })),
    );
    await handle.terminate();
  });
  expect(most).toBe(1);
}, 60_000);

test('a collection tries on the days of its schedule, at once when the method changes, and ends when it is paid', async () => {
  const invoiceId = 'in_1' as InvoiceId;
  const attempts: number[] = [];
  let started: number | undefined;
  const schedule = [1, 3, 5, 7];
  const activities: Partial<Activities> = {
    async collect() {
      const now = await env.currentTimeMs();
      if (started !== undefined) attempts.push(Math.round((now - started) / dayMs));
      started ??= now;
      const days = schedule[attempts.length];
      const paid = attempts.length === 5;
      const checkAt = paid || days === undefined ? null : ((started + days * dayMs) as Instant);
      return { open: !paid, checkAt, happened: '', next: '' };
    },
  };
  await withWorker(activities, 'collection', async () => {
    const input: CollectionInput = { invoiceId, subscriptionId: null, testClockId: null };
    const handle = await env.client.workflow.start(workflowTypes.collection, {
      workflowId: 'collection/in_1',
      taskQueue: 'collection',
      args: [input],
    });
    await env.sleep(20 * dayMs);
    expect(attempts).toEqual(schedule);
    await handle.signal(refreshSignal);
    await handle.result();
    expect(attempts).toEqual([...schedule, 20]);
  });
}, 60_000);

test('a migration that is paused does nothing until it is resumed', async () => {
  const migrationId = 'mig_1' as PlanMigrationId;
  const statuses: string[] = [];
  let batches = 0;
  const activities: Partial<Activities> = {
    migrateBatch: () => {
      batches += 1;
      return Promise.resolve({ moved: batches, refused: 0, left: 3 - batches });
    },
    saveMigrationStatus: (_id, status) => {
      statuses.push(status);
      return Promise.resolve();
    },
  };
  await withWorker(activities, 'migration', async () => {
    const handle = await env.client.workflow.start(workflowTypes.planMigration, {
      workflowId: 'plan-migration/mig_1',
      taskQueue: 'migration',
      args: [{ migrationId, paused: true } satisfies PlanMigrationInput],
    });
    await handle.executeUpdate(pauseUpdate);
    await env.sleep(dayMs);
    expect(batches).toBe(0);
    await handle.executeUpdate(resumeUpdate);
    await handle.result();
  });
  expect(batches).toBe(3);
  expect(statuses).toEqual(['paused', 'running', 'completed']);
}, 60_000);

test('a repair asks for page after page, goes on where it was, and tells a thousand of what it did but counts all', async () => {
  const asked: string[] = [];
  const started = (subject: string) => ({ action: 'started' as const, subject, why: '' });
  const last = { next: null, acts: [] };
  const activities: Partial<Activities> = {
    startMissing: (kind, after, thorough) => {
      asked.push(`missing ${kind} ${String(after)} ${String(thorough)}`);
      const page = Number(after);
      const acts = Array.from({ length: 250 }, (_, nth) => started(String(page * 250 + nth)));
      return Promise.resolve(
        kind === 'subscription' ? { next: page < 4 ? String(page + 1) : null, acts } : last,
      );
    },
    endStray: (kind, _token, youngMs) => {
      asked.push(`stray ${kind} ${String(youngMs)}`);
      return Promise.resolve(last);
    },
    nudgeOverdue: (kind, _after, overdueMs) => {
      asked.push(`overdue ${kind} ${String(overdueMs)}`);
      return Promise.resolve(last);
    },
    restoreSchedules: () => {
      asked.push('schedules');
      return Promise.resolve({ next: null, acts: [started('billing-cycle')] });
    },
  };
  const input: RepairInput = {
    thorough: true,
    progress: {
      step: 0,
      from: '1',
      report: { counts: { started: 1, ended: 2, nudged: 3, setAside: 4 }, acts: [started('before')] },
    },
  };
  await withWorker(activities, 'repair', async () => {
    const report = (await env.client.workflow.execute(workflowTypes.repair, {
      workflowId: 'repair',
      taskQueue: 'repair',
      args: [input],
    })) as RepairReport;
    expect(report.counts).toEqual({ started: 1002, ended: 2, nudged: 3, setAside: 4 });
    expect(report.acts).toHaveLength(1000);
    expect(report.acts[0]?.subject).toBe('before');
  });
  expect(asked).toEqual([
    ...['1', '2', '3', '4'].map((page) => `missing subscription ${page} true`),
    ...['collection', 'testClock', 'planMigration', 'refund'].map((kind) => `missing ${kind} null true`),
    ...['subscription', 'collection', 'testClock', 'planMigration', 'refund'].map(
      (kind) => `stray ${kind} 600000`,
    ),
    ...['subscription', 'invoice'].map((kind) => `overdue ${kind} 3600000`),
    'schedules',
  ]);
}, 60_000);
