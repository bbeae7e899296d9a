/** What a request asks of an invoice: a short workflow, so that what has begun is finished whatever becomes of the request. */
import type { InvoiceId } from '../domain/ids.ts';
import {
  invoiceWorkflowId,
  workflowTypes,
  type InvoiceOperation,
  type InvoiceRequest,
} from '../workflows/contract.ts';
import type { ApiDependencies } from './route.ts';
import { runWorkflow } from './shortWorkflow.ts';

/** Returns when it is done, and what it has made due: final, numbered and, where that is asked for, tried to collect. */
export async function operateInvoice(
  deps: ApiDependencies,
  invoiceId: InvoiceId,
  operation: InvoiceOperation,
  operationId: string,
): Promise<void> {
  const request: InvoiceRequest = { invoiceId, operation, operationId };
  const workflowId = invoiceWorkflowId(invoiceId, operationId);
  await runWorkflow(deps, workflowTypes.invoiceOperation, workflowId, request);
}
