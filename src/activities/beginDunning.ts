/** An invoice is taken into collection: by the first attempt that fails, or, where it is sent, by its due date. */
import type { PoolClient } from 'pg';
import { dunningCountedFrom, nextStepAt, planDunning } from '../domain/dunning.ts';
import type { InvoiceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import {
  claimOverdueInvoices,
  insertCollections,
  markOverdue,
  readCollections,
  type CollectionRow,
} from '../store/collections.ts';
import { findInvoicedSubscriptions } from '../store/invoices.ts';
import { settleStatuses } from '../store/subscriptions.ts';
import type { DueStep } from './dueStep.ts';

export interface BegunDunning {
  readonly row: CollectionRow;
  /** The code of the failure, or `overdue`. */
  readonly reason: string;
  readonly paymentMethodId: string | null;
}

/** The version of the campaign that is in force now is the one that they follow to the end. */
export async function beginDunning(
  tx: PoolClient,
  begun: readonly BegunDunning[],
  now: Instant,
): Promise<void> {
  await insertCollections(
    tx,
    begun.map(({ row, reason, paymentMethodId }) => {
      const countedFrom = dunningCountedFrom(row.due_at, now);
      const plan = planDunning(row.policy, countedFrom, row.timezone);
      return {
        invoiceId: row.id,
        campaignId: row.campaign_id,
        version: row.version,
        startedAt: now,
        countedFrom,
        reason,
        paymentMethodId,
        nextStepAt: nextStepAt(plan, { position: 0, pausedAt: null, promisedUntil: null }),
      };
    }),
  );
}

/** Invoices that are sent need no attempt that fails (semantics.md, section 8). */
export const takeOverdue: DueStep = {
  name: 'overdue',
  single: (subjectId) => ({ kind: 'invoice', invoiceId: subjectId as InvoiceId }),
  async run(tx, scope, now, limit, claimed) {
    const ids = await claimOverdueInvoices(tx, scope, now, limit);
    claimed(ids);
    if (ids.length === 0) return;
    await markOverdue(tx, ids, now);
    const rows = await readCollections(tx, ids);
    await beginDunning(
      tx,
      rows.map((row) => ({ row, reason: 'overdue', paymentMethodId: null })),
      now,
    );
    await settleStatuses(tx, await findInvoicedSubscriptions(tx, ids));
  },
};
