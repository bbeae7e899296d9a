/** What a request asks of a short workflow, so that what has begun is finished whatever becomes of the request. */
import { WorkflowIdConflictPolicy } from '@temporalio/client';
import type { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import { withPatience } from './patience.ts';
import type { ApiDependencies } from './route.ts';

export type WorkflowType = (typeof workflowTypes)[keyof typeof workflowTypes];

/** Starts it, or finds the one that runs by this id, and returns what comes of it. */
export function runWorkflow<Input, Result = void>(
  { temporal, taskQueue }: ApiDependencies,
  workflowType: WorkflowType,
  workflowId: string,
  input: Input,
): Promise<Result> {
  return withPatience(temporal, () =>
    temporal.workflow.execute<(input: Input) => Promise<Result>>(workflowType, {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    }),
  );
}
