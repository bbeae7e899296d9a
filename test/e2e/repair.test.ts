/** Repair: Postgres owns the facts, so that whatever Temporal has lost or kept too long is put right from them. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowNotFoundError } from '@temporalio/client';
import { seedDueSubscriptions } from '../../bench/renewals.ts';
import { audit } from '../../src/audit/audit.ts';
import { ended } from '../../src/stack/process.ts';
import { advanceTo } from '../../src/stack/demo/scenario.ts';
import { temporaryDirectory } from '../../src/stack/temporaryDirectory.ts';
import type { TestClockId } from '../../src/domain/ids.ts';
import { deleteClock } from '../../src/store/clockTime.ts';
import { inTransaction } from '../../src/store/database.ts';
import { newId } from '../../src/store/newId.ts';
import type { RepairInput, RepairReport } from '../../src/workflows/contract/repair.ts';
import {
  billingCycleScheduleId,
  repairScheduleId,
  scheduleIds,
} from '../../src/workflows/contract/schedules.ts';
import type { SubscriptionInput } from '../../src/workflows/contract/subscription.ts';
import { workflowTypes } from '../../src/workflows/contract/workflowTypes.ts';
import {
  aCustomer,
  aPlan,
  aSubscription,
  aTestClock,
  eventually,
  invoicesOf,
  type Subscription,
} from '../stack/builders.ts';
import { environment } from '../stack/database.ts';
import { startDunlin, type Dunlin } from '../stack/dunlin.ts';

let dunlin: Dunlin;
beforeAll(async () => {
  dunlin = await startDunlin({
    env: { BILLING_CHECK_MARGIN_SECONDS: '1', BILLING_CHECK_JITTER_SECONDS: '0' },
  });
  await pause();
}, 60_000);
afterAll(() => dunlin.stop());

/** The Schedule's own repairs would be quicker than those of the tests. */
async function pause(): Promise<void> {
  const schedule = dunlin.temporal.schedule.getHandle(repairScheduleId);
  await schedule.pause();
  for (const { workflow } of (await schedule.describe()).info.recentActions.map(({ action }) => action))
    await dunlin.temporal.workflow.getHandle(workflow.workflowId).result();
}

const declining = 'pm_card_visa_chargeDeclinedInsufficientFunds';

/** As the Schedule and the command do; nothing is too young. */
async function repair(input: RepairInput = {}): Promise<RepairReport> {
  return dunlin.temporal.workflow.execute(workflowTypes.repair, {
    workflowId: 'repair-by-test',
    taskQueue: dunlin.taskQueue,
    args: [{ youngMs: 0, ...input }],
  }) as Promise<RepairReport>;
}

const subjects = ({ acts }: RepairReport, action: string) =>
  acts.filter((act) => act.action === action).map(({ subject }) => subject);

async function isRunning(workflowId: string): Promise<boolean> {
  try {
    return (await dunlin.temporal.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

const stopped = (workflowId: string) =>
  eventually(
    () => isRunning(workflowId),
    (running) => !running,
  );

async function listed(query = `TaskQueue = '${dunlin.taskQueue}'`) {
  const found: { workflowId: string; runId: string }[] = [];
  for await (const { workflowId, runId } of dunlin.temporal.workflow.list({ query }))
    found.push({ workflowId, runId });
  return found;
}

/** Everything of Dunlin that Temporal holds is gone, without a word to anybody. */
async function loseTemporal(): Promise<void> {
  const { temporal } = dunlin;
  for await (const { scheduleId } of temporal.schedule.list())
    await temporal.schedule.getHandle(scheduleId).delete();
  await eventually(
    async () => {
      const left = await listed();
      await Promise.all(
        left.map((workflowExecution) =>
          temporal.workflowService
            .deleteWorkflowExecution({ namespace: temporal.options.namespace, workflowExecution })
            .catch(() => undefined),
        ),
      );
      return left.length;
    },
    (left) => left === 0,
    60_000,
  );
}

const statusOf = async ({ id }: Subscription) =>
  (await dunlin.client.get<Subscription>(`/v1/subscriptions/${id}`)).status;

/** As if its period had begun earlier: it ends now. */
async function endNow({ id }: Subscription): Promise<void> {
  await dunlin.pool.query(
    `UPDATE subscription_periods SET ends_at = $2 WHERE subscription_id = $1 AND index = 0`,
    [id, new Date()],
  );
  await dunlin.pool.query(
    `UPDATE subscriptions s SET current_period_end = p.ends_at, next_due_at = p.ends_at,
            cancel_at = CASE WHEN cancel_at IS NULL THEN NULL ELSE p.ends_at END
       FROM subscription_periods p WHERE s.id = $1 AND p.subscription_id = s.id AND p.index = 0`,
    [id],
  );
}

test('the whole of Temporal is lost, and after a repair every subscription bills on as if nothing had happened', async () => {
  const clock = await aTestClock(dunlin, '2026-01-15T00:00:00Z');
  const plan = await aPlan(dunlin);
  const onClock = async (token?: string) =>
    aSubscription(dunlin, {
      customer: await aCustomer(dunlin, { test_clock: clock, ...(token && { token }) }),
      plan,
    });
  const inRealTime = async (token?: string) =>
    aSubscription(dunlin, { customer: await aCustomer(dunlin, token ? { token } : {}), plan });
  const paying = await onClock();
  const leaving = await onClock();
  const owing = await onClock(declining);
  const real = await inRealTime();
  const realLeaving = await inRealTime();
  const realOwing = await inRealTime(declining);
  const gone = await inRealTime();
  for (const { id } of [leaving, realLeaving])
    await dunlin.client.post(`/v1/subscriptions/${id}/cancel`, { at: 'period_end' });
  await dunlin.client.post(`/v1/subscriptions/${gone.id}/cancel`, { at: 'now' });
  await advanceTo(dunlin.client, clock, '2026-02-01T00:00:00Z');
  const inCollection = await eventually(
    async () =>
      (
        await dunlin.pool.query<{ id: string }>(
          `SELECT id FROM invoices WHERE status = 'open' AND collection_started_at IS NOT NULL`,
        )
      ).rows,
    (rows) => rows.length === 2,
  );
  await stopped(gone.workflow_id);

  await loseTemporal();
  expect(await isRunning(real.workflow_id)).toBe(false);
  const report = await repair();

  const live = [paying, leaving, owing, real, realLeaving, realOwing];
  expect(subjects(report, 'started').sort()).toEqual(
    [
      ...live.map((subscription) => subscription.workflow_id),
      ...inCollection.map(({ id }) => `collection/${id}`),
      ...scheduleIds,
    ].sort(),
  );
  expect(report.counts).toEqual({ started: 8 + scheduleIds.length, ended: 0, nudged: 0, setAside: 0 });
  expect((await repair()).counts).toEqual({ started: 0, ended: 0, nudged: 0, setAside: 0 });

  await pause();

  for (const subscription of [real, realLeaving]) await endNow(subscription);
  await eventually(
    () => invoicesOf(dunlin, real.id),
    (invoices) => invoices.length === 2 && invoices[1]?.status === 'paid',
    60_000,
  );
  await eventually(
    () => statusOf(realLeaving),
    (status) => status === 'canceled',
    60_000,
  );
  await advanceTo(dunlin.client, clock, '2026-04-16T00:00:00Z');
  expect((await invoicesOf(dunlin, paying.id)).map(({ status }) => status)).toEqual(
    Array.from({ length: 4 }, () => 'paid'),
  );
  expect([await statusOf(leaving), (await invoicesOf(dunlin, leaving.id)).length]).toEqual(['canceled', 1]);
  const owed = await invoicesOf(dunlin, owing.id);
  expect(owed.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'open'));
  expect(owed[0]?.attempt_count).toBe(5);
  for (const { id } of [owing, realOwing]) {
    const { customer } = await dunlin.client.get<{ customer: string }>(`/v1/subscriptions/${id}`);
    const { id: method } = await dunlin.client.post<{ id: string }>(
      `/v1/customers/${customer}/payment_methods`,
      { token: 'pm_card_visa' },
    );
    await dunlin.client.post(`/v1/customers/${customer}/payment_methods/${method}/default`, {});
  }
  for (const subscription of [owing, realOwing]) {
    await eventually(
      () => statusOf(subscription),
      (status) => status === 'active',
      60_000,
    );
  }
  for (const { id } of inCollection) await stopped(`collection/${id}`);
  expect(await audit(dunlin.pool)).toEqual([]);
}, 240_000);

describe('a workflow without its row', () => {
  const start = (input: SubscriptionInput) =>
    dunlin.temporal.workflow.start(workflowTypes.subscription, {
      workflowId: `subscription/${input.subscriptionId}`,
      taskQueue: dunlin.taskQueue,
      args: [input],
    });
  const visible = (workflowId: string) =>
    eventually(
      () => listed(`WorkflowId = '${workflowId}' AND ExecutionStatus = 'Running'`),
      (found) => found.length === 1,
    );

  test('is ended with the reason, but not while it is young', async () => {
    const subscriptionId = newId('subscription');
    const customerId = newId('customer');
    const handle = await start({ subscriptionId, customerId, testClockId: null, signedUp: true });
    await visible(handle.workflowId);
    await eventually(
      async () => (await handle.describe()).raw.pendingActivities ?? [],
      (activities) => activities.some(({ lastFailure }) => lastFailure),
    );
    expect((await repair({ youngMs: 600_000 })).counts.ended).toBe(0);
    expect(await isRunning(handle.workflowId)).toBe(true);
    expect((await repair()).acts).toEqual([
      { action: 'ended', subject: handle.workflowId, why: 'there is no row that it could wait for' },
    ]);
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: 'repair: there is no row that it could wait for' },
    });
  });

  test('is left alone while its signup is under way, and the signup succeeds', async () => {
    const [customer, plan] = [await aCustomer(dunlin), await aPlan(dunlin)];
    const tx = await dunlin.pool.connect();
    await tx.query('BEGIN');
    await tx.query('SELECT FROM customers WHERE id = $1 FOR UPDATE', [customer]);
    const before = new Set((await listed()).map(({ workflowId }) => workflowId));
    const signUp = aSubscription(dunlin, { customer, plan });
    const [workflowId] = await eventually(
      async () =>
        (await listed(`WorkflowType = 'subscription' AND TaskQueue = '${dunlin.taskQueue}'`))
          .map((found) => found.workflowId)
          .filter((id) => !before.has(id)),
      (found) => found.length === 1,
    );
    expect((await repair()).acts).toEqual([]);
    await tx.query('COMMIT');
    tx.release();
    expect((await signUp).workflow_id).toBe(workflowId);
  });

  test('and one whose row has ended come to their end, as after the deletion of a clock that died half-way', async () => {
    const clock = await aTestClock(dunlin);
    const plan = await aPlan(dunlin);
    const customer = await aCustomer(dunlin, { test_clock: clock });
    const { workflow_id: workflowId } = await aSubscription(dunlin, { customer, plan });
    const owing = await aCustomer(dunlin, { test_clock: clock, token: declining });
    await aSubscription(dunlin, { customer: owing, plan });
    await advanceTo(dunlin.client, clock, '2026-01-16T00:00:00Z');
    const { collections } = await inTransaction(dunlin.pool, (tx) => deleteClock(tx, clock as TestClockId));
    const collection = `collection/${String(collections[0])}`;
    for (const id of [workflowId, collection, `test-clock/${clock}`]) await visible(id);
    const report = await repair();
    expect(subjects(report, 'nudged')).toContain(workflowId);
    expect(subjects(report, 'ended').sort()).toEqual([collection, `test-clock/${clock}`]);
    await stopped(workflowId);
    expect(subjects(await repair(), 'ended')).toEqual([]);
  });
});

test('lesson 27: what is due and not done is done, and what still fails is set aside with its reason and blocks nobody', async () => {
  const schedule = dunlin.temporal.schedule.getHandle(billingCycleScheduleId);
  await schedule.pause('maintenance');
  // One may just be starting: none runs when none is seen twice in a row.
  for (let idle = 0; idle < 2; idle += 1) {
    for await (const { workflowId } of dunlin.temporal.workflow.list({
      query: `WorkflowType = 'billingCycle' AND TaskQueue = '${dunlin.taskQueue}' AND ExecutionStatus = 'Running'`,
    })) {
      await dunlin.temporal.workflow
        .getHandle(workflowId)
        .terminate()
        .catch(() => undefined);
      idle = -1;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const plan = await aPlan(dunlin);
  const subscriptions: Subscription[] = [];
  for (let nth = 0; nth < 3; nth += 1)
    subscriptions.push(await aSubscription(dunlin, { customer: await aCustomer(dunlin), plan }));
  const [mended, broken, forgotten] = subscriptions as [Subscription, Subscription, Subscription];
  await dunlin.pool.query(
    `UPDATE customers SET timezone = 'Atlantis/Poseidonis' WHERE id = (SELECT customer_id FROM subscriptions WHERE id = $1)`,
    [broken.id],
  );
  for (const subscription of subscriptions) await endNow(subscription);
  await dunlin.pool.query(
    `INSERT INTO set_asides (subject_id, step, reason, retry_at) VALUES ($1, 'renew', 'was broken', now() + interval '1 day')`,
    [mended.id],
  );
  expect((await repair()).acts).toEqual([]); // not yet due for an hour
  const report = await repair({ overdueMs: 0 });
  expect(subjects(report, 'nudged').sort()).toEqual([mended.id, forgotten.id].sort());
  expect(subjects(report, 'setAside')).toEqual([broken.id]);
  for (const { id } of [mended, forgotten])
    expect((await invoicesOf(dunlin, id)).map(({ status }) => status)).toEqual(['paid', 'paid']);
  const { rows } = await dunlin.pool.query('SELECT subject_id, step, reason FROM set_asides');
  expect(rows).toEqual([
    { subject_id: broken.id, step: 'repair', reason: expect.stringMatching(/atlantis/i) },
  ]);
  await dunlin.pool.query(`UPDATE customers SET timezone = 'UTC'`);
  expect(subjects(await repair({ overdueMs: 0 }), 'nudged')).toEqual([broken.id]);
  await schedule.unpause();
});

test('where the listing outlives what it lists, a thorough repair starts every workflow all the same', async () => {
  const customer = await aCustomer(dunlin);
  const { workflow_id: workflowId } = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
  expect(subjects(await repair({ thorough: true }), 'started')).toEqual([]);
  expect(await isRunning(workflowId)).toBe(true);
});

test('a paused migration that was lost is started again, paused', async () => {
  const plan = await aPlan(dunlin);
  const migration = await dunlin.client.post<{ id: string; workflow_id: string }>(
    `/v1/plans/${plan}/migrate`,
    { effective: 'now' },
  );
  await stopped(migration.workflow_id);
  await dunlin.pool.query(`UPDATE plan_migrations SET status = 'paused', completed_at = NULL WHERE id = $1`, [
    migration.id,
  ]);
  expect(subjects(await repair(), 'started')).toEqual([migration.workflow_id]);
  await dunlin.client.post(`/v1/plan_migrations/${migration.id}/resume`, {});
  await stopped(migration.workflow_id);
  expect((await dunlin.client.get<{ status: string }>(`/v1/plan_migrations/${migration.id}`)).status).toBe(
    'completed',
  );
});

test('more than a page of rows and of workflows are gone through, each once', async () => {
  await seedDueSubscriptions(dunlin.pool, 300, 1);
  const report = await repair();
  expect(report.counts).toEqual({ started: 300, ended: 0, nudged: 0, setAside: 0 });
  expect(new Set(subjects(report, 'started')).size).toBe(300);
  await eventually(
    () => listed(`WorkflowType = 'subscription' AND ExecutionStatus = 'Running'`),
    (running) => running.length >= 300,
  );
  expect((await repair()).counts).toEqual({ started: 0, ended: 0, nudged: 0, setAside: 0 });
});

describe('the command', () => {
  async function command(
    env: Record<string, string>,
    options: readonly string[] = [],
  ): Promise<{ code: number | null; output: string }> {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/stack/repair.ts', ...options], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await ended(child);
    return { code: child.exitCode, output: output.trim() };
  }
  const running = () => ({
    TEMPORAL_ADDRESS: environment('TEST_TEMPORAL_ADDRESS'),
    TEMPORAL_NAMESPACE: dunlin.temporal.options.namespace,
    TEMPORAL_TASK_QUEUE: dunlin.taskQueue,
  });

  test('says what it did, line by line', async () => {
    expect(await command(running())).toEqual({ code: 0, output: 'Nothing to repair.' });
    const customer = await aCustomer(dunlin);
    const { workflow_id: workflowId } = await aSubscription(dunlin, { customer, plan: await aPlan(dunlin) });
    await dunlin.temporal.workflow.getHandle(workflowId).terminate();
    await eventually(
      () => listed(`WorkflowId = '${workflowId}' AND ExecutionStatus = 'Running'`),
      (found) => found.length === 0,
    );
    expect(await command(running())).toEqual({
      code: 0,
      output: `started  ${workflowId}  its row waits, and it did not run\n1 started, 0 ended, 0 nudged, 0 set aside.`,
    });
  });

  test('says in one line what keeps it from it', async () => {
    const directory = await temporaryDirectory('repair');
    expect(await command({ DATA_DIRECTORY: directory })).toEqual({
      code: 1,
      output: `No Temporal runs on ${directory}: start Dunlin with \`npm start\`, or set TEMPORAL_ADDRESS.`,
    });
    expect(await command({ TEMPORAL_ADDRESS: '127.0.0.1:1' })).toEqual({
      code: 1,
      output: 'Temporal cannot be reached at 127.0.0.1:1: check the address, and that it runs.',
    });
    const { code, output } = await command({ ...running(), TEMPORAL_NAMESPACE: 'nowhere' });
    expect([code, output.split('\n').length]).toEqual([1, 1]);
    expect(output).toMatch(/^Temporal does not take the repair: .*nowhere/);
    expect(await command({ ...running(), TEMPORAL_TASK_QUEUE: 'deserted' })).toEqual({
      code: 1,
      output: 'No worker has taken the repair yet: start Dunlin with `npm start`, and it is done then.',
    });
    await dunlin.temporal.workflow.getHandle('repair').terminate();
    expect((await command(running(), ['--throughly'])).code).toBe(1);
  });
});
