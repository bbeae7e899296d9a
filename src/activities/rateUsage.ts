/** Puts the usage lines on drafts: what the meters counted in the period that the draft closes, rated by its plan. */
import type { PoolClient } from 'pg';
import type { InvoiceId } from '../domain/ids.ts';
import { usageLines } from '../domain/invoice.ts';
import type { UsagePrice } from '../domain/pricing/price.ts';
import { one } from '../domain/quantity.ts';
import { insertLines, readDrafts, removeUsageLines, type DueDraft } from '../store/invoices.ts';
import { loadPlanVersion } from '../store/plans.ts';
import { totalUsage } from '../store/usage.ts';

/** Usage lines come after the fixed ones, which a plan has at most this many of. */
const firstUsagePosition = 1000;

interface MeteredPrice {
  readonly draft: DueDraft;
  readonly price: UsagePrice;
  readonly position: number;
  readonly period: {
    readonly start: NonNullable<DueDraft['starts_at']>;
    readonly end: NonNullable<DueDraft['ends_at']>;
  };
}

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
  const metered: MeteredPrice[] = [];
  for (const draft of drafts) {
    const { starts_at: start, ends_at: end } = draft;
    if (draft.usage_period === null || start === null || end === null) continue;
    const plan = await loadPlanVersion(tx, draft.plan_id, draft.plan_version);
    plan.prices.forEach((price, index) => {
      if (price.type === 'usage') {
        metered.push({ draft, price, position: firstUsagePosition + index, period: { start, end } });
      }
    });
  }
  if (metered.length === 0) return undefined;
  await removeUsageLines(tx, [...new Set(metered.map(({ draft }) => draft.id))]);
  const { quantities, snapshot } = await totalUsage(
    tx,
    metered.map(({ draft, price, period }) => ({
      customerId: draft.customer_id,
      meterId: price.meterId,
      period,
    })),
  );
  await insertLines(
    tx,
    metered.flatMap(({ draft, price, position, period }, question) => {
      const quantity = quantities[question];
      if (quantity === undefined) throw new Error(`meter ${price.meterId} gave no total`);
      const lines = usageLines(price, draft.plan_version, [{ group: {}, quantity }], period, one);
      return lines.map((line, nth) => ({
        invoiceId: draft.id,
        subscriptionId: draft.subscription_id,
        position: position + nth * 100,
        line,
      }));
    }),
  );
  return snapshot;
}
