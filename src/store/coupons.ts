/** Coupons, and their redemption: never more often than they may be, however many ask at once. */
import { BillingError, notFound } from '../domain/errors.ts';
import type { CouponId, CustomerId, DiscountId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { LineScope } from '../domain/lineScope.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';

export interface CouponRow {
  readonly id: CouponId;
  readonly code: string;
  readonly name: string | null;
  /** An exact decimal, in percent. */
  readonly percent_off: string | null;
  readonly amount_off: Amount | null;
  readonly currency: string | null;
  readonly duration: 'once' | 'repeating' | 'forever';
  readonly duration_periods: number | null;
  readonly max_redemptions: number | null;
  readonly times_redeemed: number;
  readonly expires_at: Instant | null;
  readonly applies_to: LineScope;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectCoupons = `
  SELECT t.id, t.code, t.name, trim_scale(t.percent_off)::text AS percent_off, t.amount_off, t.currency, t.duration,
         t.duration_periods, t.max_redemptions, t.times_redeemed, t.expires_at, t.applies_to, t.metadata, t.created
    FROM coupons t`;

export interface NewCoupon {
  readonly id: CouponId;
  readonly code: string;
  readonly name: string | null;
  readonly percentOff: string | null;
  readonly amountOff: bigint | null;
  readonly currency: string | null;
  readonly duration: CouponRow['duration'];
  readonly durationPeriods: number | null;
  readonly maxRedemptions: number | null;
  readonly expiresAt: Instant | null;
  readonly appliesTo: LineScope;
  readonly metadata: Record<string, string>;
}

/** Adds a coupon, once. Throws Postgres's unique violation where the code is taken. */
export async function insertCoupon(db: Queryable, coupon: NewCoupon): Promise<void> {
  await db.query(
    `INSERT INTO coupons (id, code, name, percent_off, amount_off, currency, duration, duration_periods, max_redemptions,
                          expires_at, applies_to, metadata, created)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now()) ON CONFLICT (id) DO NOTHING`,
    [
      coupon.id,
      coupon.code,
      coupon.name,
      coupon.percentOff,
      coupon.amountOff,
      coupon.currency,
      coupon.duration,
      coupon.durationPeriods,
      coupon.maxRedemptions,
      coupon.expiresAt && formatInstant(coupon.expiresAt),
      JSON.stringify(coupon.appliesTo),
      JSON.stringify(coupon.metadata),
    ],
  );
}

export interface CouponChange {
  readonly name?: string | null | undefined;
  readonly expiresAt?: Instant | null | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

/** What a coupon takes never changes: another value is another coupon. */
export async function updateCoupon(db: Queryable, id: CouponId, change: CouponChange): Promise<void> {
  await db.query(
    `UPDATE coupons SET name = CASE WHEN $2 THEN $3 ELSE name END,
                        expires_at = CASE WHEN $4 THEN $5::timestamptz ELSE expires_at END,
                        metadata = coalesce($6, metadata)
      WHERE id = $1`,
    [
      id,
      change.name !== undefined,
      change.name ?? null,
      change.expiresAt !== undefined,
      change.expiresAt ? formatInstant(change.expiresAt) : null,
      change.metadata ? JSON.stringify(change.metadata) : null,
    ],
  );
}

/** The coupon that an id or a code names. */
export async function findCoupon(db: Queryable, named: string): Promise<CouponRow | undefined> {
  const { rows } = await db.query<CouponRow>(
    `${selectCoupons} WHERE t.id = $1 OR t.code = $1 ORDER BY t.id = $1 DESC LIMIT 1`,
    [named],
  );
  return rows[0];
}

export interface Redemption {
  readonly id: DiscountId;
  readonly couponId: CouponId;
  readonly customerId: CustomerId;
  /** Null: it takes from all that the customer is billed. */
  readonly subscriptionId: SubscriptionId | null;
  /** It takes from invoices that begin from then on. */
  readonly startsAt: Instant;
  /** By the customer's clock. */
  readonly now: Instant;
}

/**
 * Redeems a coupon, once for an id. Throws a `BillingError`: 422 where it has expired, was redeemed as often as it may be,
 * or is of another currency than the customer; 409 where it runs already.
 */
export async function redeemCoupon(db: Queryable, redemption: Redemption): Promise<void> {
  const { id, couponId, customerId, subscriptionId, startsAt, now } = redemption;
  const { rows } = await db.query<
    CouponRow & { readonly billed_in: string | null; readonly redeemed: boolean }
  >(
    `SELECT t.*, (SELECT currency FROM customers WHERE id = $2) AS billed_in,
            EXISTS (SELECT FROM discounts WHERE id = $3) AS redeemed
       FROM coupons t WHERE t.id = $1 FOR NO KEY UPDATE OF t`,
    [couponId, customerId, id],
  );
  const [coupon] = rows;
  if (!coupon) throw notFound('coupon', couponId, 'coupon');
  if (coupon.redeemed) return;
  refuseUnredeemable(coupon, coupon.billed_in, now);
  const { rowCount } = await db.query(
    `INSERT INTO discounts (id, coupon_id, customer_id, subscription_id, starts_at, created)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (coupon_id, customer_id, coalesce(subscription_id, '')) WHERE ends_at IS NULL AND NOT exhausted DO NOTHING`,
    [id, couponId, customerId, subscriptionId, formatInstant(startsAt), formatInstant(now)],
  );
  if (rowCount === 0) {
    throw new BillingError(
      409,
      'coupon_running',
      `Coupon ${coupon.code} is redeemed already and still takes from invoices. Wait for its end, or remove it first.`,
      'coupon',
    );
  }
  await db.query(`UPDATE coupons SET times_redeemed = times_redeemed + 1 WHERE id = $1`, [couponId]);
}

function refuseUnredeemable(coupon: CouponRow, billedIn: string | null, now: Instant): void {
  const refuse = (errorCode: string, message: string) => {
    throw new BillingError(422, errorCode, message, 'coupon');
  };
  const { code, expires_at: expiresAt, max_redemptions: maximum } = coupon;
  if (expiresAt !== null && expiresAt <= now)
    refuse('coupon_expired', `Coupon ${code} has expired. Use another one.`);
  if (maximum !== null && coupon.times_redeemed >= maximum) {
    refuse('coupon_used_up', `Coupon ${code} was redeemed ${String(maximum)} times, as often as it may be.`);
  }
  if (coupon.currency !== null && billedIn !== null && coupon.currency !== billedIn) {
    refuse(
      'currency_mismatch',
      `Coupon ${code} is in ${coupon.currency}, and the customer is billed in ${billedIn}.`,
    );
  }
}

/** What runs of a subscription ends: it takes from no invoice that begins from then on. */
export async function endSubscriptionDiscounts(
  db: Queryable,
  id: SubscriptionId,
  at: Instant,
): Promise<void> {
  await db.query(
    `UPDATE discounts SET ends_at = greatest($2::timestamptz, starts_at)
      WHERE subscription_id = $1 AND NOT exhausted AND (ends_at IS NULL OR ends_at > $2)`,
    [id, formatInstant(at)],
  );
}

export async function endDiscount(db: Queryable, id: DiscountId, at: Instant): Promise<void> {
  await db.query(
    `UPDATE discounts SET ends_at = greatest($2::timestamptz, starts_at) WHERE id = $1 AND (ends_at IS NULL OR ends_at > $2)`,
    [id, formatInstant(at)],
  );
}

export interface DiscountRow {
  readonly id: DiscountId;
  readonly customer_id: CustomerId;
  readonly subscription_id: SubscriptionId | null;
  readonly starts_at: Instant;
  readonly ends_at: Instant | null;
  readonly exhausted: boolean;
  readonly created: Instant;
  readonly test_clock_id: string | null;
  readonly times_used: number;
  readonly coupon_id: CouponId;
  readonly code: string;
}

/** With the coupon of each, and how many invoices it has taken from. */
export const selectDiscounts = `
  SELECT t.id, t.customer_id, t.subscription_id, t.starts_at, t.ends_at, t.exhausted, t.created, u.test_clock_id, t.coupon_id,
         c.code, (SELECT count(*)::int FROM discount_uses d JOIN invoices i ON i.id = d.invoice_id AND i.status <> 'void'
                   WHERE d.discount_id = t.id) AS times_used
    FROM discounts t JOIN coupons c ON c.id = t.coupon_id JOIN customers u ON u.id = t.customer_id`;
