/** Repair, page by page: rows without their workflow, workflows without their row, and what is due and not done. */
import { WorkflowNotFoundError, type WorkflowExecutionDescription } from '@temporalio/client';
import type { InvoiceId, PlanMigrationId, RefundId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from '../store/database.ts';
import {
  findAdvancingClocks,
  findWaitingInvoices,
  findWaitingMigrations,
  findWaitingRefunds,
  findWaitingSubscriptions,
  readClockStates,
  readInvoiceStates,
  readMigrationStates,
  readRefundStates,
  readSubscriptionStates,
  type RowState,
} from '../store/repair.ts';
import { collectionWorkflowId } from '../workflows/contract/collection.ts';
import { refundWorkflowId } from '../workflows/contract/creditNote.ts';
import { planMigrationWorkflowId } from '../workflows/contract/planMigration.ts';
import { refreshSignal } from '../workflows/contract/longLived.ts';
import type { RepairAct } from '../workflows/contract/repair.ts';
import { subscriptionWorkflowId } from '../workflows/contract/subscription.ts';
import { testClockWorkflowId } from '../workflows/contract/testClock.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import { billOverdue, findOverdue, type OverdueKind } from './billOverdue.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat, type Progress } from './heartbeat.ts';
import { ensureSchedules } from './schedule.ts';
import {
  collectionWorkflow,
  planMigrationWorkflow,
  refundWorkflow,
  startWorkflow,
  subscriptionWorkflow,
  testClockWorkflow,
  type WaitingWorkflow,
} from './startWorkflows.ts';

export interface RepairPage {
  /** Where the next page begins; null after the last one. */
  readonly next: string | null;
  readonly acts: readonly RepairAct[];
}

/** Rows and workflows looked at in one activity; no more than a page is ever in memory. */
const pageSize = 250;
/** Of those, the ones that are seen to at one time. */
const atOnce = 20;
/** Billing is heavier. */
const overduePageSize = 50;
const billedAtOnce = 4;

interface Row {
  readonly id: string;
  readonly workflow: WaitingWorkflow;
}

interface Kind {
  readonly workflowType: string;
  /** What the ids of its workflows begin with. */
  readonly prefix: string;
  findWaiting(db: Queryable, after: string, limit: number): Promise<Row[]>;
  /** Where there is no row, there is no state. */
  readStates(db: Queryable, ids: readonly string[]): Promise<RowState[]>;
}

function rowsOf<R extends { readonly id: string }>(
  find: (db: Queryable, after: string, limit: number) => Promise<readonly R[]>,
  workflowOf: (row: R) => WaitingWorkflow,
): Kind['findWaiting'] {
  return async (db, after, limit) =>
    (await find(db, after, limit)).map((row) => ({ id: row.id, workflow: workflowOf(row) }));
}

const kinds = {
  subscription: {
    workflowType: workflowTypes.subscription,
    prefix: subscriptionWorkflowId('' as SubscriptionId),
    findWaiting: rowsOf(findWaitingSubscriptions, subscriptionWorkflow),
    readStates: readSubscriptionStates,
  },
  collection: {
    workflowType: workflowTypes.collection,
    prefix: collectionWorkflowId('' as InvoiceId),
    findWaiting: rowsOf(findWaitingInvoices, collectionWorkflow),
    readStates: readInvoiceStates,
  },
  testClock: {
    workflowType: workflowTypes.testClock,
    prefix: testClockWorkflowId('' as TestClockId),
    findWaiting: rowsOf(findAdvancingClocks, testClockWorkflow),
    readStates: readClockStates,
  },
  planMigration: {
    workflowType: workflowTypes.planMigration,
    prefix: planMigrationWorkflowId('' as PlanMigrationId),
    findWaiting: rowsOf(findWaitingMigrations, planMigrationWorkflow),
    readStates: readMigrationStates,
  },
  refund: {
    workflowType: workflowTypes.refund,
    prefix: refundWorkflowId('' as RefundId),
    findWaiting: rowsOf(findWaitingRefunds, refundWorkflow),
    readStates: readRefundStates,
  },
} satisfies Record<string, Kind>;

export type RepairedKind = keyof typeof kinds;

export function repairActivities(deps: Dependencies) {
  return {
    /** Starts the workflows that the rows of a page wait for and that do not run. */
    async startMissing(kind: RepairedKind, after: string | null, thorough: boolean): Promise<RepairPage> {
      return withHeartbeat(async (progress) => {
        const rows = await kinds[kind].findWaiting(deps.pool, after ?? '', pageSize);
        const running = thorough ? new Set<string>() : await listRunning(deps, rows);
        const missing = rows.filter(({ workflow }) => !running.has(workflow.workflowId));
        const acts = await each(missing, atOnce, progress, async ({ workflow }) =>
          (await startWorkflow(deps, workflow))
            ? { action: 'started', subject: workflow.workflowId, why: 'its row waits, and it did not run' }
            : undefined,
        );
        return { next: nextAfter(rows, pageSize), acts };
      });
    },

    /** Ends the workflows of a page that have no row, and has those look whose row waits for nothing any more. */
    async endStray(kind: RepairedKind, pageToken: string | null, youngMs: number): Promise<RepairPage> {
      return withHeartbeat(async (progress) => {
        const { ids, next } = await listOld(deps, kind, pageToken, youngMs);
        const states = new Map((await kinds[kind].readStates(deps.pool, ids)).map((row) => [row.id, row]));
        const suspects = ids.filter((id) => states.get(id)?.ended !== false);
        const acts = await each(suspects, atOnce, progress, (id) => endOrNudge(deps, kind, id, youngMs));
        return { next, acts };
      });
    },

    /** Does what is due for `overdueMs` and not done, each alone; what fails is set aside with its reason. */
    async nudgeOverdue(kind: OverdueKind, after: string | null, overdueMs: number): Promise<RepairPage> {
      return withHeartbeat(async (progress) => {
        const overdue = await findOverdue(deps, kind, {
          overdueMs,
          after: after ?? '',
          limit: overduePageSize,
        });
        const acts = await each(overdue, billedAtOnce, progress, (one) => billOverdue(deps, one));
        return { next: nextAfter(overdue, overduePageSize), acts };
      });
    },

    /** Without its Schedules nothing begins by itself. */
    async restoreSchedules(): Promise<RepairPage> {
      const created = await ensureSchedules(deps.temporal, deps.taskQueue);
      const acts = created.map((id): RepairAct => ({
        action: 'started',
        subject: id,
        why: 'its Schedule was not there',
      }));
      return { next: null, acts };
    },
  };
}

function nextAfter(rows: readonly { readonly id: string }[], limit: number): string | null {
  return rows.length < limit ? null : (rows.at(-1)?.id ?? null);
}

/** Sees to all of them, a few at a time, and returns what was done. */
async function each<T>(
  subjects: readonly T[],
  limit: number,
  progress: Progress,
  see: (subject: T) => Promise<RepairAct | undefined>,
): Promise<RepairAct[]> {
  const acts: RepairAct[] = [];
  for (let first = 0; first < subjects.length; first += limit) {
    progress.goOn();
    progress.report({ seen: first, of: subjects.length });
    const done = await Promise.all(subjects.slice(first, first + limit).map(see));
    acts.push(...done.filter((act) => act !== undefined));
  }
  return acts;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Those of the rows' workflows that Temporal lists as running: one question for a page. */
async function listRunning({ temporal }: Dependencies, rows: readonly Row[]): Promise<Set<string>> {
  const running = new Set<string>();
  if (rows.length === 0) return running;
  const ids = rows.map(({ workflow }) => quoted(workflow.workflowId)).join(', ');
  const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${ids})`;
  for await (const { workflowId } of temporal.workflow.list({ query, pageSize })) running.add(workflowId);
  return running;
}

/** A page of running workflows that are not young, as ids of their rows. */
async function listOld(
  { temporal, taskQueue }: Dependencies,
  kind: RepairedKind,
  pageToken: string | null,
  youngMs: number,
): Promise<{ ids: string[]; next: string | null }> {
  const { workflowType, prefix } = kinds[kind];
  const before = formatInstant((Date.now() - youngMs) as Instant);
  const { executions, nextPageToken } = await temporal.workflowService.listWorkflowExecutions({
    namespace: temporal.options.namespace,
    query: `WorkflowType = ${quoted(workflowType)} AND TaskQueue = ${quoted(taskQueue)} AND ExecutionStatus = 'Running' AND StartTime <= ${quoted(before)}`,
    pageSize,
    ...(pageToken !== null && { nextPageToken: Buffer.from(pageToken, 'base64') }),
  });
  const ids = executions
    .map(({ execution }) => execution?.workflowId ?? '')
    .filter((workflowId) => workflowId.startsWith(prefix))
    .map((workflowId) => workflowId.slice(prefix.length));
  const next = nextPageToken.length === 0 ? null : Buffer.from(nextPageToken).toString('base64');
  return { ids, next };
}

async function endOrNudge(
  deps: Dependencies,
  kind: RepairedKind,
  id: string,
  youngMs: number,
): Promise<RepairAct | undefined> {
  const workflowId = kinds[kind].prefix + id;
  try {
    const workflow = await deps.temporal.workflow.getHandle(workflowId).describe();
    const old = workflow.startTime.getTime() <= Date.now() - youngMs;
    if (workflow.status.name !== 'RUNNING' || !old) return undefined;
    // The row is read after the workflow: whatever that had done by then is seen.
    const [row] = await kinds[kind].readStates(deps.pool, [id]);
    if (row?.ended === false) return undefined;
    if (row) {
      await deps.temporal.workflow.getHandle(workflowId).signal(refreshSignal);
      return { action: 'nudged', subject: workflowId, why: 'its row waits for nothing any more' };
    }
    if (isAtWork(workflow)) return undefined;
    const why = 'there is no row that it could wait for';
    await deps.temporal.workflow.getHandle(workflowId, workflow.runId).terminate(`repair: ${why}`);
    return { action: 'ended', subject: workflowId, why };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined; // it has ended by itself
    throw error;
  }
}

/**
 * A signup that is still tried makes its row, and what is done at this moment may be the last before the end. What fails
 * again and again does so for want of the row.
 */
function isAtWork({ raw }: WorkflowExecutionDescription): boolean {
  const { pendingWorkflowTask, pendingActivities } = raw;
  if (pendingWorkflowTask) return true;
  return (pendingActivities ?? []).some(
    ({ activityType, lastFailure }) => activityType?.name === 'signUp' || !lastFailure,
  );
}
