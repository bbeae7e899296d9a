/** Bills what changed in periods that are invoiced: events that came late or were voided (semantics.md, section 5). */
import type { PoolClient } from 'pg';
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import { lateUsageLines, type InvoiceLine } from '../domain/invoice.ts';
import { readPriceUsage } from '../store/groupUsage.ts';
import { insertLines, type NewLine } from '../store/invoiceLines.ts';
import { findLatePeriods, readBilledUsage, type LatePeriod } from '../store/lateUsage.ts';
import { meteredPrices, type InvoicedPeriod, type MeteredSubscription } from '../store/meteredPrices.ts';
import { saveUsageSnapshots } from '../store/subscriptions.ts';

/** Late lines come after the usage lines, in the order of their periods. */
const firstLatePosition = 1_000_000;

/** Adds the late lines of all drafts, of which these are the periods they close, and notes what has now been counted. */
export async function billLateUsage(tx: PoolClient, closing: readonly InvoicedPeriod[]): Promise<void> {
  const firstOf = new Map<SubscriptionId, InvoicedPeriod>();
  for (const period of closing) {
    const first = firstOf.get(period.subscription_id);
    if (!first || period.index < first.index) firstOf.set(period.subscription_id, period);
  }
  // The first periods of a subscription close none before them.
  const counted = [...firstOf.values()]
    .filter(({ index }) => index > 0)
    .map(({ subscription_id, index }) => ({ subscription_id, last_index: index - 1 }));
  const late = await rateLatePeriods(tx, await findLatePeriods(tx, counted), firstOf);
  const lines: NewLine[] = [];
  const positions = new Map<InvoiceId, number>();
  for (const { subscriptionId, periodIndex, line } of late) {
    const invoiceId = firstOf.get(subscriptionId)?.invoice_id;
    if (!invoiceId) throw new Error(`no invoice of ${subscriptionId} is being finalised`);
    const position = positions.get(invoiceId) ?? firstLatePosition;
    positions.set(invoiceId, position + 1);
    lines.push({ invoiceId, subscriptionId, periodIndex, position, line });
  }
  await insertLines(tx, lines);
}

export interface LateLine {
  readonly subscriptionId: SubscriptionId;
  readonly periodIndex: number;
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
  await saveUsageSnapshots(tx, latePeriods, snapshot);
  return metered.flatMap(({ of, price, planVersion, period, fraction }, question) =>
    lateUsageLines(price, planVersion, usage[question] ?? [], billed[question] ?? [], period, fraction).map(
      (line) => ({ subscriptionId: of.subscription_id, periodIndex: of.index, line }),
    ),
  );
}
