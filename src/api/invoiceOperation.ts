/** What a request asks of an invoice: a short workflow, so that what has begun is finished whatever becomes of the request. */
import type { InvoiceId, PaymentMethodId } from '../domain/ids.ts';
import { readDatabaseTime } from '../store/askedPayments.ts';
import { newId } from '../store/newId.ts';
import {
  invoiceWorkflowId,
  type InvoiceOperation,
  type InvoiceRequest,
  type PayDetails,
} from '../workflows/contract/invoice.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import type { ApiDependencies } from './route.ts';
import { runWorkflow } from './shortWorkflow.ts';

/** Returns when it is done, and what it has made due: final, numbered and, where that is asked for, tried to collect. */
export async function operateInvoice(
  deps: ApiDependencies,
  invoiceId: InvoiceId,
  operation: InvoiceOperation,
  operationId: string,
  pay?: PayDetails,
): Promise<void> {
  const request: InvoiceRequest = { invoiceId, operation, operationId, ...(pay && { pay }) };
  const workflowId = invoiceWorkflowId(invoiceId, operationId);
  await runWorkflow(deps, workflowTypes.invoiceOperation, workflowId, request);
}

/**
 * Tries to collect an invoice now. Returns when the outcome is known, or the provider does not tell it at once. Whoever
 * asks: a request of the API, or the customer on the pay page.
 */
export async function payInvoice(
  deps: ApiDependencies,
  invoiceId: InvoiceId,
  paymentMethodId: PaymentMethodId | null,
  source: PayDetails['source'],
  operationId: string,
): Promise<void> {
  await operateInvoice(deps, invoiceId, 'pay', operationId, {
    paymentId: newId('payment', operationId),
    paymentMethodId,
    source,
    askedAt: await readDatabaseTime(deps.pool),
  });
}
