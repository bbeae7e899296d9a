/** A change carried out by the code that bills it, as far as its next two invoices, and undone. */
import type { PoolClient } from 'pg';
import { notFound } from '../domain/errors.ts';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import { groupBySubscription } from '../store/customers.ts';
import { inUndoneTransaction } from '../store/database.ts';
import { findDrafts } from '../store/invoiceDrafts.ts';
import { readOne } from '../store/reads/page.ts';
import {
  selectInvoices,
  type ChangePreview,
  type InvoiceRow,
  type PreviewedInvoice,
} from '../store/reads/invoices.ts';
import { lockSubscriptions } from '../store/subscriptionSteps.ts';
import type { ChangeRequest } from '../workflows/contract.ts';
import { advanceSubscriptions } from './advanceSubscriptions.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { finalizeInvoices } from './finalizeInvoices.ts';
import { change } from './subscriptionRequests.ts';

/** Steps without an invoice, such as the announcement of a trial's end, lie between. */
const maximumSteps = 24;

export function previewChangeActivities({ pool }: Dependencies) {
  return {
    async previewChange(id: SubscriptionId, request: ChangeRequest): Promise<ChangePreview> {
      return refusing(() =>
        inUndoneTransaction(pool, async (tx) => {
          // What it would be on a common invoice is shown alone: the others have their own next renewals.
          await groupBySubscription(tx, id);
          const before = new Set((await findDrafts(tx, id)).map((draft) => draft.id));
          await change(tx, id, request);
          const [invoice = null, next = null] = await nextInvoices(tx, id, before);
          return { invoice, next };
        }),
      );
    },
  };
}

async function nextInvoices(
  tx: PoolClient,
  id: SubscriptionId,
  before: ReadonlySet<InvoiceId>,
): Promise<PreviewedInvoice[]> {
  const invoices: PreviewedInvoice[] = [];
  for (let steps = 0; steps < maximumSteps && invoices.length < 2; steps += 1) {
    const [subscription] = await lockSubscriptions(tx, [id]);
    if (!subscription) throw notFound('subscription', id);
    if (subscription.nextDueAt === null) break;
    const scope = { kind: 'subscriptions', subscriptionIds: [id] } as const;
    await advanceSubscriptions.run(tx, scope, subscription.nextDueAt, 1, () => undefined);
    for (const draft of await findDrafts(tx, id)) {
      if (before.has(draft.id)) continue;
      await finalizeInvoices.run(
        tx,
        { kind: 'invoice', invoiceId: draft.id },
        draft.finalizes_at,
        1,
        () => undefined,
      );
      const row = await readOne<InvoiceRow>(tx, selectInvoices, draft.id);
      if (row) invoices.push(toPayload(row));
    }
  }
  return invoices;
}

function toPayload(row: InvoiceRow): PreviewedInvoice {
  return {
    ...row,
    subtotal: String(row.subtotal),
    discount: String(row.discount),
    tax: String(row.tax),
    total: String(row.total),
    credits_applied: String(row.credits_applied),
    amount_due: String(row.amount_due),
    amount_paid: String(row.amount_paid),
  };
}
