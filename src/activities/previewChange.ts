/** A change carried out by the code that bills it, as far as its next two invoices, and undone. */
import type { PoolClient } from 'pg';
import { BillingError, notFound } from '../domain/errors.ts';
import type { Moment, SubscriptionPeriod } from '../domain/subscription.ts';
import type { InvoiceId, SubscriptionChangeId, SubscriptionId } from '../domain/ids.ts';
import type { TaxProvider } from '../ports/tax/provider.ts';
import { groupBySubscription } from '../store/customers.ts';
import { inUndoneTransaction } from '../store/database.ts';
import { findDrafts, lockDrafts } from '../store/invoiceDrafts.ts';
import { newId } from '../store/newId.ts';
import { toPreviewedInvoice } from '../store/previewedInvoice.ts';
import { readOne } from '../store/reads/page.ts';
import {
  selectInvoices,
  type ChangePreview,
  type InvoiceRow,
  type PreviewedInvoice,
} from '../store/reads/invoices.ts';
import { isChangePending } from '../store/subscriptionChanges.ts';
import { lockSubscriptions } from '../store/subscriptionSteps.ts';
import type { ChangeRequest } from '../workflows/contract/subscription.ts';
import { advanceSubscriptions } from './advanceSubscriptions.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { finalizeInvoices } from './finalizeInvoices.ts';
import { change } from './subscriptionRequests.ts';

/** Steps and drafts on the way to what is asked for: some years of monthly, a year of daily billing. */
const maximumSteps = 800;

export function previewChangeActivities({ pool, taxes }: Dependencies) {
  return {
    async previewChange(id: SubscriptionId, request: ChangeRequest): Promise<ChangePreview> {
      return refusing(async () => {
        for (;;) {
          const previewed = await inUndoneTransaction(pool, (tx) => preview(tx, taxes, id, request));
          if (previewed) return previewed;
        }
      });
    },
  };
}

/** Undefined: another draft has come meanwhile, and it has to be tried again. */
async function preview(
  tx: PoolClient,
  taxes: TaxProvider,
  id: SubscriptionId,
  request: ChangeRequest,
): Promise<ChangePreview | undefined> {
  // Locked in the order of whoever makes drafts final, so that neither waits for the other for ever.
  const before = new Set(await lockDrafts(tx, id));
  // What it would be on a common invoice is shown alone: the others have their own next renewals.
  await groupBySubscription(tx, id);
  const [subscription] = await lockSubscriptions(tx, [id]);
  refuseTooFar(subscription?.state.current ?? null, request.effective);
  if ((await findDrafts(tx, id)).some((draft) => !before.has(draft.id))) return undefined;
  await change(tx, id, request);
  const changeId = request.change && newId('subscription_change', request.operationId);
  const [invoice = null, next = null] = await nextInvoices(tx, taxes, id, changeId, before);
  return { invoice, next };
}

/**
 * All that comes, in the order of its time: what an earlier draft takes of the customer's credit, a later one lacks. Those
 * before the change takes effect are passed over.
 */
async function nextInvoices(
  tx: PoolClient,
  taxes: TaxProvider,
  id: SubscriptionId,
  changeId: SubscriptionChangeId | null,
  before: ReadonlySet<InvoiceId>,
): Promise<PreviewedInvoice[]> {
  const invoices: PreviewedInvoice[] = [];
  const passed = new Set(before);
  for (let steps = 0; steps < maximumSteps; steps += 1) {
    const [subscription] = await lockSubscriptions(tx, [id]);
    if (!subscription) throw notFound('subscription', id);
    const { nextDueAt } = subscription;
    const [draft] = await findDrafts(tx, id);
    if (draft && (nextDueAt === null || draft.finalizes_at < nextDueAt)) {
      const scope = { kind: 'invoice', invoiceId: draft.id } as const;
      await finalizeInvoices(taxes).run(tx, scope, draft.finalizes_at, 1, () => undefined);
      const row = passed.has(draft.id) ? undefined : await readOne<InvoiceRow>(tx, selectInvoices, draft.id);
      if (row) invoices.push(toPreviewedInvoice(row));
      if (invoices.length === 2) return invoices;
      continue;
    }
    if (nextDueAt === null) return invoices;
    const scope = { kind: 'subscriptions', subscriptionIds: [id] } as const;
    await advanceSubscriptions(taxes).run(tx, scope, nextDueAt, 1, () => undefined);
    if (changeId && (await isChangePending(tx, changeId))) {
      for (const early of await findDrafts(tx, id)) passed.add(early.id);
    }
  }
  throw tooFar();
}

/** Known at once where it is years away: nothing is carried out, and locked, for it. */
function refuseTooFar(current: SubscriptionPeriod | null, effective: Moment | null): void {
  if (typeof effective !== 'number' || current === null) return;
  const { start, end } = current.whole;
  // Each period is a step and a draft. Some are longer than this one: a tenth more is left for those.
  const steps = (2 * (effective - start)) / (end - start);
  if (steps > maximumSteps * 1.1) throw tooFar();
}

function tooFar(): BillingError {
  return new BillingError(
    422,
    'preview_too_far',
    'Too much comes before that change takes effect. Preview it at an earlier instant.',
    'effective',
  );
}
