/** A coupon as a request names it. */
import { BillingError } from '../domain/errors.ts';
import { findCoupon, type CouponRow } from '../store/coupons.ts';
import type { Queryable } from '../store/database.ts';

/** The coupon that a request names, by its id or its code; throws a `BillingError` 400. */
export async function findNamedCoupon(db: Queryable, named: string): Promise<CouponRow> {
  const coupon = await findCoupon(db, named);
  if (coupon) return coupon;
  throw new BillingError(
    400,
    'coupon_missing',
    `There is no coupon ${named}. Check its code, or create it first.`,
    'coupon',
  );
}
