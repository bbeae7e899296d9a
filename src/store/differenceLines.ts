/** The lines of drafts that are differences: what late usage, or a void of events, makes of what was billed. */
import type { Computation } from '../domain/computation.ts';
import type { InvoiceId, InvoiceLineId, PriceId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Group } from '../domain/usage.ts';
import type { DifferenceLine } from '../domain/waiver.ts';
import { lineIsFor, type PricePeriod } from './chargedUsage.ts';
import type { Queryable } from './database.ts';

export interface StoredDifference extends PricePeriod, DifferenceLine {
  readonly id: InvoiceLineId;
  readonly invoiceId: InvoiceId;
  readonly periodIndex: number;
  /** As that of a `ChargedLine`. */
  readonly of: string;
}

/**
 * The differences on these drafts, each draft's in order. Locks the subscriptions of those that give back, so that neither
 * a credit note nor a void gives the same back meanwhile.
 */
export async function lockDifferences(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<StoredDifference[]> {
  const { rows } = await db.query<{
    id: InvoiceLineId;
    invoice_id: InvoiceId;
    subscription_id: SubscriptionId;
    period_index: number;
    price_id: PriceId;
    price_code: string;
    of: string;
    description: string;
    period_start: Instant;
    period_end: Instant;
    group_values: Group | null;
    amount: Amount;
    taxable: boolean;
    computation: Computation;
  }>(
    `SELECT l.id, l.invoice_id, l.subscription_id, l.period_index, l.price_id, l.price_code, ${lineIsFor} AS of, l.description,
            l.period_start, l.period_end, l.group_values, l.amount, l.taxable, l.computation
       FROM invoice_lines l LEFT JOIN invoice_lines w ON false
      WHERE l.invoice_id = ANY($1) AND (l.type = 'late_usage' OR l.type = 'minimum' AND l.computation ? 'before')
      ORDER BY array_position($1, l.invoice_id), l.position`,
    [invoiceIds],
  );
  const giving = rows.filter(({ amount }) => amount < 0n).map((row) => row.subscription_id);
  if (giving.length > 0) {
    await db.query(`SELECT FROM subscriptions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [giving]);
  }
  return rows.map((row) => ({
    id: row.id,
    invoiceId: row.invoice_id,
    subscriptionId: row.subscription_id,
    periodIndex: row.period_index,
    priceId: row.price_id,
    priceCode: row.price_code,
    startsAt: row.period_start,
    of: row.of,
    description: row.description,
    period: { start: row.period_start, end: row.period_end },
    group: row.group_values,
    amount: row.amount,
    taxable: row.taxable,
    computation: row.computation,
  }));
}
