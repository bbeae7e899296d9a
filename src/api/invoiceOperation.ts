/** What a request asks of an invoice: a short workflow, so that what has begun is finished whatever becomes of the request. */
import { WorkflowIdConflictPolicy } from '@temporalio/client';
import type { InvoiceId } from '../domain/ids.ts';
import {
  invoiceWorkflowId,
  workflowTypes,
  type InvoiceOperation,
  type InvoiceRequest,
} from '../workflows/contract.ts';
import { withPatience } from './patience.ts';
import type { ApiDependencies } from './route.ts';

/** Returns when it is done, and what it has made due: final, numbered and, where that is asked for, tried to collect. */
export async function operateInvoice(
  { temporal, taskQueue }: ApiDependencies,
  invoiceId: InvoiceId,
  operation: InvoiceOperation,
  operationId: string,
): Promise<void> {
  const request: InvoiceRequest = { invoiceId, operation };
  await withPatience(temporal, () =>
    temporal.workflow.execute(workflowTypes.invoiceOperation, {
      workflowId: invoiceWorkflowId(invoiceId, operationId),
      taskQueue,
      args: [request],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    }),
  );
}
