/** Puts the usage lines on drafts: what the meters counted in the periods that a draft bills, rated by its terms. */
import type { PoolClient } from 'pg';
import type { InvoiceId } from '../domain/ids.ts';
import { usageLines } from '../domain/invoice.ts';
import { readPriceUsage } from '../store/groupUsage.ts';
import { firstUsagePosition, insertLines, removeUsageLines, type NewLine } from '../store/invoiceLines.ts';
import { meteredPrices, readInvoicedPeriods, type InvoicedPeriod } from '../store/meteredPrices.ts';
import { giveBackEarly } from './giveBackEarly.ts';

/** Rates drafts by id, as the usage is now. */
export async function rateUsage(tx: PoolClient, invoiceIds: readonly InvoiceId[]): Promise<void> {
  if (invoiceIds.length === 0) return;
  await rateUsageOf(tx, await readInvoicedPeriods(tx, invoiceIds));
}

/**
 * Rates the periods of drafts; returns the snapshot of events that was counted, or undefined where nothing is metered.
 */
export async function rateUsageOf(
  tx: PoolClient,
  periods: readonly InvoicedPeriod[],
): Promise<string | undefined> {
  const metered = await meteredPrices(tx, periods);
  if (metered.length === 0) return undefined;
  await removeUsageLines(tx, [...new Set(metered.map(({ of }) => of.invoice_id))]);
  const { usage, snapshot } = await readPriceUsage(tx, metered);
  const lines: NewLine[] = [];
  const positions = new Map<InvoiceId, number>();
  for (const [question, { of, price, period, planVersion, fraction }] of metered.entries()) {
    for (const line of usageLines(price, planVersion, usage[question] ?? [], period, fraction)) {
      const position = positions.get(of.invoice_id) ?? firstUsagePosition;
      positions.set(of.invoice_id, position + 1);
      lines.push({
        invoiceId: of.invoice_id,
        subscriptionId: of.subscription_id,
        periodIndex: of.index,
        position,
        line,
      });
    }
  }
  await insertLines(tx, lines);
  await giveBackEarly(tx, periods);
  return snapshot;
}
