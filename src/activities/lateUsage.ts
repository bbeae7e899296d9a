/** Bills events that arrived after their period was invoiced: the difference goes on the next invoice (semantics.md, 5). */
import type { PoolClient } from 'pg';
import type { InvoiceId } from '../domain/ids.ts';
import { lateUsageLines } from '../domain/invoice.ts';
import { readPriceUsage } from '../store/groupUsage.ts';
import { insertLines, type DueDraft, type NewLine } from '../store/invoices.ts';
import { findLatePeriods, readBilledUsage, type LatePeriod } from '../store/lateUsage.ts';
import { saveUsageSnapshots } from '../store/subscriptions.ts';
import { meteredPrices, type MeteredPrice } from '../store/meteredPrices.ts';

/** Late lines come after the usage lines, in the order of their periods. */
const firstLatePosition = 1_000_000;

/** Adds the late lines of all drafts, and notes what has now been counted. */
export async function billLateUsage(tx: PoolClient, drafts: readonly DueDraft[]): Promise<void> {
  const latePeriods = await findLatePeriods(
    tx,
    drafts.map((draft) => draft.id),
  );
  if (latePeriods.length === 0) return;
  const metered: (MeteredPrice & { readonly late: LatePeriod })[] = [];
  for (const late of latePeriods) {
    const draft = drafts.find(({ id }) => id === late.invoice_id);
    if (!draft) throw new Error(`invoice ${late.invoice_id} is not being finalised`);
    const period = { index: late.index, start: late.starts_at, end: late.ends_at };
    const prices = await meteredPrices(tx, draft, period);
    metered.push(...prices.map((price) => ({ ...price, late })));
  }
  const { usage, snapshot } = await readPriceUsage(tx, metered);
  const billed = await readBilledUsage(
    tx,
    metered.map(({ late, price }) => ({ ...late, price_code: price.code })),
  );
  const lines: NewLine[] = [];
  const positions = new Map<InvoiceId, number>();
  for (const [question, { late, price, planVersion, period, fraction }] of metered.entries()) {
    const before = billed[question] ?? [];
    for (const line of lateUsageLines(price, planVersion, usage[question] ?? [], before, period, fraction)) {
      const position = positions.get(late.invoice_id) ?? firstLatePosition;
      positions.set(late.invoice_id, position + 1);
      lines.push({ invoiceId: late.invoice_id, subscriptionId: late.subscription_id, position, line });
    }
  }
  await insertLines(tx, lines);
  await saveUsageSnapshots(
    tx,
    latePeriods.map(({ subscription_id: subscriptionId, index }) => ({ subscriptionId, index })),
    snapshot,
  );
}
