/** What is to be asked and rated of subscriptions' usage in closed periods. */
import type { CustomerId, InvoiceId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Period } from '../domain/period.ts';
import type { UsagePrice } from '../domain/pricing/price.ts';
import { fraction } from '../domain/proration.ts';
import { one, type Decimal } from '../domain/quantity.ts';
import { arrearsRuns, isUsageRun, versionOf, type PriceRun } from '../domain/terms.ts';
import type { Queryable } from './database.ts';
import { readTerms, termsOf } from './terms.ts';

export interface MeteredSubscription {
  readonly subscription_id: SubscriptionId;
  readonly customer_id: CustomerId;
  readonly timezone: string;
}

/** A closed period whose usage is to be counted. */
export interface MeteredPeriod extends MeteredSubscription {
  readonly index: number;
  readonly starts_at: Instant;
  readonly ends_at: Instant;
  /** The whole interval that contains it. */
  readonly interval_starts_at: Instant;
  readonly interval_ends_at: Instant;
}

/** The columns of a period `p` as above. */
export const periodColumns = `p.subscription_id, p.index, p.starts_at, p.ends_at,
  coalesce(p.interval_starts_at, p.starts_at) AS interval_starts_at,
  coalesce(p.interval_ends_at, p.ends_at) AS interval_ends_at`;

export interface InvoicedPeriod extends MeteredPeriod {
  readonly invoice_id: InvoiceId;
}

/** The periods whose usage these invoices bill, in order. */
export async function readInvoicedPeriods(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<InvoicedPeriod[]> {
  const { rows } = await db.query<InvoicedPeriod>(
    `SELECT p.invoice_id, ${periodColumns}, s.customer_id, c.timezone
       FROM subscription_periods p
       JOIN subscriptions s ON s.id = p.subscription_id
       JOIN customers c ON c.id = s.customer_id
      WHERE p.invoice_id = ANY($1) AND p.ends_at > p.starts_at
      ORDER BY p.invoice_id, p.subscription_id, p.index`,
    [invoiceIds],
  );
  return rows;
}

export interface MeteredPrice<P extends MeteredPeriod> {
  readonly of: P;
  readonly customerId: CustomerId;
  readonly price: UsagePrice;
  readonly planVersion: number;
  /** The period, or the part of it that the price is in effect. */
  readonly period: Period;
  /** The part of its interval that it is, where the price scales with it. */
  readonly fraction: Decimal;
}

/** The usage prices that bill each period, in order. */
export async function meteredPrices<P extends MeteredPeriod>(
  db: Queryable,
  periods: readonly P[],
): Promise<MeteredPrice<P>[]> {
  const since = new Map<SubscriptionId, Instant>();
  for (const { subscription_id: id, starts_at: at } of periods) {
    const known = since.get(id);
    if (known === undefined || at < known) since.set(id, at);
  }
  const terms = await readTerms(
    db,
    [...since].map(([id, at]) => ({ id, since: at })),
  );
  return periods.flatMap((of) =>
    arrearsRuns(termsOf(terms, of.subscription_id).history, { start: of.starts_at, end: of.ends_at })
      .filter(isUsageRun)
      .map((run) => ({
        of,
        customerId: of.customer_id,
        price: run.price,
        planVersion: versionOf(run.terms, run.price),
        period: run.period,
        fraction: run.price.prorate ? fractionOf(of, run) : one,
      })),
  );
}

function fractionOf(of: MeteredPeriod, { terms: { plan }, period }: PriceRun): Decimal {
  const whole = { start: of.interval_starts_at, end: of.interval_ends_at };
  return fraction(period, whole, plan.prorationUnit, of.timezone);
}
