/** Starts the collection workflow of each invoice whose first payment did not succeed. */
import type { DueScope } from '../store/dueScope.ts';
import { findInvoicesWithoutCollection, noteCollectionStarted } from '../store/invoicesInCollection.ts';
import type { Dependencies } from './dependencies.ts';
import { collectionWorkflow, startWorkflow } from './startWorkflows.ts';

const startedAtOnce = 20;

/** Returns how many were started. That a workflow runs already is as good; its id is the invoice's. */
export async function startCollections(deps: Dependencies, scope: DueScope): Promise<number> {
  const invoices = await findInvoicesWithoutCollection(deps.pool, scope, startedAtOnce);
  await Promise.all(invoices.map((invoice) => startWorkflow(deps, collectionWorkflow(invoice))));
  if (invoices.length > 0) {
    await noteCollectionStarted(
      deps.pool,
      invoices.map((invoice) => invoice.id),
    );
  }
  return invoices.length;
}
