/** Bills what changed in periods that are invoiced: events that came late or were voided (semantics.md, section 5). */
import type { PoolClient } from 'pg';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import { lateUsageLines, type InvoiceLine } from '../domain/invoice.ts';
import { readPriceUsage } from '../store/groupUsage.ts';
import { insertLines, type DueDraft, type NewLine } from '../store/invoices.ts';
import { findLatePeriods, readBilledUsage, type LatePeriod } from '../store/lateUsage.ts';
import { meteredPrices, type MeteredSubscription } from '../store/meteredPrices.ts';
import { saveUsageSnapshots } from '../store/subscriptions.ts';

/** Late lines come after the usage lines, in the order of their periods. */
const firstLatePosition = 1_000_000;

/** Adds the late lines of all drafts, and notes what has now been counted. */
export async function billLateUsage(tx: PoolClient, drafts: readonly DueDraft[]): Promise<void> {
  // The invoice at signup closes no period, and so none before it.
  const closing = drafts.flatMap((draft) =>
    draft.usage_period !== null && draft.usage_period > 0
      ? [{ draft, subscription_id: draft.subscription_id, last_index: draft.usage_period - 1 }]
      : [],
  );
  const draftOf = new Map(closing.map(({ draft }) => [draft.subscription_id, draft]));
  const late = await rateLatePeriods(tx, await findLatePeriods(tx, closing), draftOf);
  const lines: NewLine[] = [];
  const positions = new Map<InvoiceId, number>();
  for (const { subscriptionId, line } of late) {
    const draft = draftOf.get(subscriptionId);
    if (!draft) throw new Error(`no invoice of ${subscriptionId} is being finalised`);
    const position = positions.get(draft.id) ?? firstLatePosition;
    positions.set(draft.id, position + 1);
    lines.push({ invoiceId: draft.id, subscriptionId, position, line });
  }
  await insertLines(tx, lines);
}

export interface LateLine {
  readonly subscriptionId: SubscriptionId;
  readonly line: InvoiceLine;
}

/** Rates periods as a whole again, in order; what differs from what was billed are the lines. Notes what was counted. */
export async function rateLatePeriods(
  tx: PoolClient,
  latePeriods: readonly LatePeriod[],
  subscriptions: ReadonlyMap<SubscriptionId, MeteredSubscription>,
): Promise<LateLine[]> {
  if (latePeriods.length === 0) return [];
  const periods = latePeriods.map((late) => {
    const subscription = subscriptions.get(late.subscription_id);
    if (!subscription) throw new Error(`subscription ${late.subscription_id} was not read`);
    return { ...subscription, ...late };
  });
  const metered = await meteredPrices(tx, periods);
  const { usage, snapshot } = await readPriceUsage(tx, metered);
  const billed = await readBilledUsage(
    tx,
    metered.map(({ of, price, period }) => ({
      subscription_id: of.subscription_id,
      starts_at: period.start,
      price_code: price.code,
    })),
  );
  await saveUsageSnapshots(
    tx,
    latePeriods.map(({ subscription_id: subscriptionId, index }) => ({ subscriptionId, index })),
    snapshot,
  );
  return metered.flatMap(({ of, price, planVersion, period, fraction }, question) =>
    lateUsageLines(price, planVersion, usage[question] ?? [], billed[question] ?? [], period, fraction).map(
      (line) => ({ subscriptionId: of.subscription_id, line }),
    ),
  );
}
