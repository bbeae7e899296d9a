/** Coupons that were redeemed, and what they have taken from invoices. */
import type { RunningDiscount } from '../domain/coupon.ts';
import type { CouponId, CustomerId, DiscountId, InvoiceId, SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { LineScope } from '../domain/lineScope.ts';
import type { Amount } from '../domain/money.ts';
import { parseDecimal } from '../domain/quantity.ts';
import type { Queryable } from './database.ts';

export interface CustomerDiscount {
  readonly discount: RunningDiscount;
  readonly customerId: CustomerId;
  readonly startsAt: Instant;
  readonly endsAt: Instant | null;
  /** How often it was used, voided invoices aside: in all, and by periods of each subscription ('' for common invoices). */
  uses: number;
  readonly periodsUsed: Map<SubscriptionId | '', number>;
}

interface Row {
  readonly id: DiscountId;
  readonly customer_id: CustomerId;
  readonly subscription_id: SubscriptionId | null;
  readonly starts_at: Instant;
  readonly ends_at: Instant | null;
  readonly coupon_id: CouponId;
  readonly code: string;
  readonly name: string | null;
  readonly percent_off: string | null;
  readonly amount_off: Amount | null;
  readonly currency: string | null;
  readonly duration: 'once' | 'repeating' | 'forever';
  readonly duration_periods: number | null;
  readonly applies_to: LineScope;
  readonly uses: readonly { readonly subscription_id: SubscriptionId | null; readonly counts: boolean }[];
}

/**
 * The discounts of customers that may take from an invoice: those of one subscription first, then the oldest. Locked for
 * this transaction where they are to be used, so that two invoices never use the last of one.
 */
export async function readRunningDiscounts(
  db: Queryable,
  customerIds: readonly CustomerId[],
  { lock }: { readonly lock: boolean },
): Promise<CustomerDiscount[]> {
  if (customerIds.length === 0) return [];
  if (lock) {
    await db.query(
      `SELECT FROM discounts WHERE customer_id = ANY($1) AND NOT exhausted ORDER BY id FOR NO KEY UPDATE`,
      [customerIds],
    );
  }
  return readDiscounts(db, 'd.customer_id = ANY($1) AND NOT d.exhausted', customerIds);
}

/** Discounts by id, also of those that have no invoice left to take from. */
export async function readDiscountsById(
  db: Queryable,
  ids: readonly DiscountId[],
): Promise<CustomerDiscount[]> {
  return ids.length === 0 ? [] : readDiscounts(db, 'd.id = ANY($1)', ids);
}

async function readDiscounts(
  db: Queryable,
  condition: string,
  values: readonly (CustomerId | DiscountId)[],
): Promise<CustomerDiscount[]> {
  const { rows } = await db.query<Row>(
    `SELECT d.id, d.customer_id, d.subscription_id, d.starts_at, d.ends_at, d.coupon_id, c.code, c.name,
            trim_scale(c.percent_off)::text AS percent_off, c.amount_off, c.currency, c.duration, c.duration_periods,
            c.applies_to,
            coalesce((SELECT json_agg(json_build_object('subscription_id', u.subscription_id, 'counts', u.counts))
                        FROM discount_uses u JOIN invoices i ON i.id = u.invoice_id AND i.status <> 'void'
                       WHERE u.discount_id = d.id), '[]') AS uses
       FROM discounts d JOIN coupons c ON c.id = d.coupon_id
      WHERE ${condition}
      ORDER BY d.subscription_id IS NULL, d.id`,
    [values],
  );
  return rows.map((row) => {
    const periodsUsed = new Map<SubscriptionId | '', number>();
    for (const use of row.uses.filter(({ counts }) => counts)) {
      const key = use.subscription_id ?? '';
      periodsUsed.set(key, (periodsUsed.get(key) ?? 0) + 1);
    }
    return {
      discount: toRunningDiscount(row),
      customerId: row.customer_id,
      startsAt: row.starts_at,
      endsAt: row.ends_at,
      uses: row.uses.length,
      periodsUsed,
    };
  });
}

function toRunningDiscount(row: Row): RunningDiscount {
  const percentOff = row.percent_off === null ? undefined : parseDecimal(row.percent_off);
  const { amount_off: amountOff, currency, duration, duration_periods: periods } = row;
  const value =
    percentOff !== undefined
      ? { percentOff }
      : { amountOff: amountOff ?? (0n as Amount), currency: currency ?? '' };
  return {
    id: row.id,
    couponId: row.coupon_id,
    code: row.code,
    name: row.name,
    value,
    length: duration === 'repeating' ? { duration, periods: periods ?? 0 } : { duration },
    appliesTo: row.applies_to,
    subscriptionId: row.subscription_id,
  };
}

export interface DiscountUse {
  readonly discountId: DiscountId;
  readonly invoiceId: InvoiceId;
  readonly subscriptionId: SubscriptionId | null;
  readonly counts: boolean;
  readonly amount: Amount;
  /** Whether nothing is left of it. */
  readonly exhausts: boolean;
}

export async function saveDiscountUses(db: Queryable, uses: readonly DiscountUse[]): Promise<void> {
  if (uses.length === 0) return;
  await db.query(
    `WITH used AS (
       INSERT INTO discount_uses (discount_id, invoice_id, subscription_id, counts, amount)
       SELECT discount_id, invoice_id, subscription_id, counts, amount
         FROM json_to_recordset($1) AS r(discount_id text, invoice_id text, subscription_id text, counts boolean, amount bigint))
     UPDATE discounts SET exhausted = true WHERE id = ANY($2)`,
    [
      JSON.stringify(
        uses.map(({ discountId, invoiceId, subscriptionId, counts, amount }) => ({
          discount_id: discountId,
          invoice_id: invoiceId,
          subscription_id: subscriptionId,
          counts,
          amount: String(amount),
        })),
      ),
      uses.filter(({ exhausts }) => exhausts).map(({ discountId }) => discountId),
    ],
  );
}

/** An invoice that is void has used nothing: what it took may be taken by another, unless it was redeemed anew. */
export async function reviveDiscounts(db: Queryable, invoiceId: InvoiceId): Promise<void> {
  await db.query(
    `UPDATE discounts d SET exhausted = false
      WHERE d.exhausted AND d.id IN (SELECT u.discount_id FROM discount_uses u WHERE u.invoice_id = $1)
        AND NOT EXISTS (SELECT FROM discounts o
                         WHERE o.coupon_id = d.coupon_id AND o.customer_id = d.customer_id AND o.id <> d.id
                           AND o.subscription_id IS NOT DISTINCT FROM d.subscription_id
                           AND o.ends_at IS NULL AND NOT o.exhausted)`,
    [invoiceId],
  );
}
