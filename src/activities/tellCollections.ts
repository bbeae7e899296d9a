/** Collections look again, so that one whose invoice is settled otherwise ends, and the others show how it stands. */
import type { InvoiceId } from '../domain/ids.ts';
import { findInCollection } from '../store/invoicesInCollection.ts';
import { collectionWorkflowId } from '../workflows/contract/collection.ts';
import { refreshSignal } from '../workflows/contract/longLived.ts';
import type { Dependencies } from './dependencies.ts';

/** One that has ended needs no telling. */
export async function tellCollections(deps: Dependencies, invoiceIds: readonly InvoiceId[]): Promise<void> {
  if (invoiceIds.length === 0) return;
  for (const id of await findInCollection(deps.pool, invoiceIds)) {
    await deps.temporal.workflow
      .getHandle(collectionWorkflowId(id))
      .signal(refreshSignal)
      .catch(() => undefined);
  }
}
