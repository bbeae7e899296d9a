/** Starts the collection workflow of each invoice whose first payment did not succeed. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { DueScope } from '../store/dueScope.ts';
import {
  findInvoicesWithoutCollection,
  noteCollectionStarted,
  type InvoiceInCollection,
} from '../store/invoices.ts';
import { collectionWorkflowId, workflowTypes, type CollectionInput } from '../workflows/contract.ts';
import type { Dependencies } from './dependencies.ts';

const startedAtOnce = 20;

/** Returns how many were started. That a workflow runs already is as good; its id is the invoice's. */
export async function startCollections(deps: Dependencies, scope: DueScope): Promise<number> {
  const invoices = await findInvoicesWithoutCollection(deps.pool, scope, startedAtOnce);
  await Promise.all(invoices.map((invoice) => start(deps, invoice)));
  if (invoices.length > 0) {
    await noteCollectionStarted(
      deps.pool,
      invoices.map((invoice) => invoice.id),
    );
  }
  return invoices.length;
}

async function start(deps: Dependencies, invoice: InvoiceInCollection): Promise<void> {
  const input: CollectionInput = {
    invoiceId: invoice.id,
    subscriptionId: invoice.subscription_id,
    testClockId: invoice.test_clock_id,
  };
  try {
    await deps.temporal.workflow.start(workflowTypes.collection, {
      workflowId: collectionWorkflowId(invoice.id),
      taskQueue: deps.taskQueue,
      args: [input],
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
