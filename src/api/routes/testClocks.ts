/** /v1/test_clocks: time for those who test (semantics.md, section 10). */
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import { insertTestClock, selectTestClocks, type TestClockRow } from '../../store/testClocks.ts';
import {
  advanceUpdate,
  testClockWorkflowId,
  type TestClockInput,
} from '../../workflows/contract/testClock.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import {
  instant,
  listOf,
  metadata,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  time,
  toList,
  toTime,
} from '../fields.ts';
import { findOne } from '../find.ts';
import { withPatience } from '../patience.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';

const testClock = z.object({
  ...resourceFields,
  object: z.literal('test_clock'),
  name: z.string(),
  status: z.enum(['ready', 'advancing']),
  frozen_time: time,
});
const params = z.object({ id: z.string() });

export function addTestClockRoutes(to: Registrar): void {
  const { pool, temporal, taskQueue } = to;
  const find = async (id: string) => findOne<TestClockRow>(pool, selectTestClocks, 'test clock', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/test_clocks',
    summary: 'Make a test clock, which stands still until it is advanced.',
    scope: 'write',
    body: z.strictObject({ name: text(100), frozen_time: instant, metadata: metadata.default({}) }),
    status: 201,
    answer: testClock,
    async handle({ body, operationId }) {
      const id = newId('test_clock', operationId);
      await insertTestClock(pool, {
        id,
        name: body.name,
        frozenTime: body.frozen_time,
        metadata: body.metadata,
      });
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/test_clocks',
    summary: 'List test clocks.',
    scope: 'read',
    query: z.strictObject(pageQuery),
    answer: listOf(testClock),
    handle: async ({ query }) =>
      toList(await readPage<TestClockRow>(pool, selectTestClocks, [], pageOf(query)), toResource),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/test_clocks/{id}',
    summary: 'Get a test clock.',
    scope: 'read',
    params,
    answer: testClock,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/test_clocks/{id}/advance',
    summary: 'Advance a test clock; answers at once, and is `ready` when all that fell due is done.',
    scope: 'write',
    params,
    body: z.strictObject({ frozen_time: instant }),
    answer: testClock,
    async handle({ params: { id }, body, operationId }) {
      const clock = await find(id);
      if (body.frozen_time < clock.frozen_time) {
        throw new BillingError(
          400,
          'clock_backwards',
          `The clock is at ${toTime(clock.frozen_time)} and cannot go backwards. Give a later frozen_time.`,
          'frozen_time',
        );
      }
      const input: TestClockInput = { testClockId: clock.id };
      const startWorkflowOperation = new WithStartWorkflowOperation(workflowTypes.testClock, {
        workflowId: testClockWorkflowId(clock.id),
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
      await withPatience(temporal, () =>
        temporal.workflow.executeUpdateWithStart(advanceUpdate, {
          args: [body.frozen_time],
          updateId: operationId,
          startWorkflowOperation,
        }),
      );
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/test_clocks/{id}',
    summary: 'Delete a test clock with its customers; its invoices and its book stay.',
    scope: 'write',
    params,
    answer: z.object({ id: z.string(), object: z.literal('test_clock'), deleted: z.literal(true) }),
    async handle({ params: { id } }) {
      const clock = await find(id);
      const input: TestClockInput = { testClockId: clock.id };
      const workflowId = `${testClockWorkflowId(clock.id)}/deletion`;
      await runWorkflow(to, workflowTypes.deleteTestClock, workflowId, input);
      return { id: clock.id, object: 'test_clock' as const, deleted: true as const };
    },
  });
}

function toResource(row: TestClockRow) {
  return {
    id: row.id,
    object: 'test_clock' as const,
    name: row.name,
    status: row.status,
    frozen_time: toTime(row.frozen_time),
    created: toTime(row.created),
    livemode: false,
    metadata: row.metadata,
  };
}
