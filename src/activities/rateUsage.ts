/** Puts the usage lines on drafts: what the meters counted in the period that the draft closes, rated by its plan. */
import type { PoolClient } from 'pg';
import type { InvoiceId } from '../domain/ids.ts';
import { usageLines } from '../domain/invoice.ts';
import { readPriceUsage } from '../store/groupUsage.ts';
import { insertLines, readDrafts, removeUsageLines, type DueDraft, type NewLine } from '../store/invoices.ts';
import { meteredPrices } from '../store/meteredPrices.ts';

/** Usage lines come after the fixed ones, which a plan has at most this many of. */
const firstUsagePosition = 1000;

/** Rates drafts by id; returns the snapshot of events that was counted, or undefined where nothing is metered. */
export async function rateUsage(
  tx: PoolClient,
  invoiceIds: readonly InvoiceId[],
): Promise<string | undefined> {
  if (invoiceIds.length === 0) return undefined;
  return rateUsageOf(tx, await readDrafts(tx, invoiceIds));
}

/** The same for drafts that have been read. */
export async function rateUsageOf(tx: PoolClient, drafts: readonly DueDraft[]): Promise<string | undefined> {
  const closing = drafts.flatMap((draft) => {
    const { starts_at, ends_at, usage_period: index } = draft;
    return index === null || starts_at === null || ends_at === null
      ? []
      : [{ ...draft, index, starts_at, ends_at }];
  });
  const metered = await meteredPrices(tx, closing);
  if (metered.length === 0) return undefined;
  await removeUsageLines(
    tx,
    closing.map(({ id }) => id),
  );
  const { usage, snapshot } = await readPriceUsage(tx, metered);
  const lines: NewLine[] = [];
  const positions = new Map<InvoiceId, number>();
  for (const [question, { of: draft, price, period, planVersion, fraction }] of metered.entries()) {
    for (const line of usageLines(price, planVersion, usage[question] ?? [], period, fraction)) {
      const position = positions.get(draft.id) ?? firstUsagePosition;
      positions.set(draft.id, position + 1);
      lines.push({ invoiceId: draft.id, subscriptionId: draft.subscription_id, position, line });
    }
  }
  await insertLines(tx, lines);
  return snapshot;
}
