/** Coupons, and what they take off the lines of an invoice (semantics.md, section 7: first of all). */
import Fraction from 'fraction.js';
import type { CouponId, DiscountId, SubscriptionId } from './ids.ts';
import { isInScope, type LineScope, type ScopedLine } from './lineScope.ts';
import { allocate, apportion, type Amount } from './money.ts';
import type { Decimal } from './quantity.ts';

export type CouponDuration =
  { readonly duration: 'once' | 'forever' } | { readonly duration: 'repeating'; readonly periods: number };

/** What it takes: a part, in percent, or an amount of its currency. */
export type CouponValue =
  { readonly percentOff: Decimal } | { readonly amountOff: Amount; readonly currency: string };

/** A coupon that was redeemed, as far as an invoice is concerned. */
export interface RunningDiscount {
  readonly id: DiscountId;
  readonly couponId: CouponId;
  readonly code: string;
  readonly name: string | null;
  readonly value: CouponValue;
  readonly length: CouponDuration;
  readonly appliesTo: LineScope;
  /** Null: for all that the customer is billed. */
  readonly subscriptionId: SubscriptionId | null;
}

/** Which kind of invoice asks, and how often the discount was used before. */
export interface DiscountOccasion {
  /** `period`: it opens or closes a period, and uses one up. */
  readonly kind: 'period' | 'threshold' | 'other';
  readonly currency: string;
  /** Invoices of any kind that it has taken from, voided ones aside. */
  readonly uses: number;
  /** Periods of this subscription (or of the common invoices) that are used up. */
  readonly periodsUsed: number;
}

/**
 * Whether a discount takes from an invoice. `once`: from one. `repeating`: from those of n periods, and from others
 * between them. An amount is taken once a period, never again for a change within. What is invoiced early for having
 * passed a threshold is given back later, so only what stays the same then is taken of it.
 */
export function takesFrom({ value, length }: RunningDiscount, occasion: DiscountOccasion): boolean {
  const { kind, currency, uses, periodsUsed } = occasion;
  const isAmount = 'amountOff' in value;
  if (isAmount && value.currency !== currency) return false;
  if (kind === 'threshold' && (isAmount || length.duration === 'once')) return false;
  if (length.duration === 'once') return uses === 0;
  if (isAmount && kind !== 'period') return false;
  return length.duration !== 'repeating' || periodsUsed < length.periods;
}

export interface DiscountableLine extends ScopedLine {
  readonly subscriptionId: SubscriptionId | null;
  readonly amount: Amount;
  readonly discountable: boolean;
}

/** What a discount took of a line. */
export interface LineDiscount {
  readonly discount: DiscountId;
  readonly coupon: string;
  readonly name: string | null;
  readonly amount: Amount;
}

/**
 * What discounts take of lines, one after the other, each of what the ones before it have left: a list for each line. A
 * part is rounded once for the invoice, and split over its lines by largest remainder (section 1). Lines below zero and
 * those of nothing have none.
 */
export function takeDiscounts(
  lines: readonly DiscountableLine[],
  discounts: readonly RunningDiscount[],
): LineDiscount[][] {
  const taken: LineDiscount[][] = lines.map(() => []);
  const left = lines.map(({ amount }) => amount);
  for (const discount of discounts) {
    const parts = partsOf(
      discount.value,
      lines.map((line, index) => eligible(discount, line, left[index])),
    );
    for (const [index, part] of parts.entries()) {
      if (part === 0n) continue;
      left[index] = ((left[index] ?? 0n) - part) as Amount;
      const { id, code, name } = discount;
      taken[index]?.push({ discount: id, coupon: code, name, amount: part });
    }
  }
  return taken;
}

function eligible(discount: RunningDiscount, line: DiscountableLine, left: Amount | undefined): Amount {
  const isOf = discount.subscriptionId === null || discount.subscriptionId === line.subscriptionId;
  const takes = isOf && line.discountable && isInScope(discount.appliesTo, line);
  return takes && left !== undefined && left > 0n ? left : (0n as Amount);
}

function partsOf(value: CouponValue, eligibleAmounts: readonly Amount[]): Amount[] {
  if ('percentOff' in value) {
    const part = value.percentOff.div(100);
    return apportion(eligibleAmounts.map((amount) => new Fraction(amount).mul(part)));
  }
  const whole = eligibleAmounts.reduce((sum, amount) => sum + amount, 0n);
  return allocate((value.amountOff < whole ? value.amountOff : whole) as Amount, eligibleAmounts);
}

export interface CarriedDiscount {
  readonly discount: RunningDiscount;
  /** What the change gives back of it: positive. */
  readonly givenBack: Amount;
  /** Whether it takes from the invoice by itself. */
  readonly takesItself: boolean;
}

/**
 * What goes on of discounts that a change gives back with the old prices, on the lines that charge the new ones: up and
 * down again within a period costs what it did (section 3). A percentage that takes from them by itself has done so; of an
 * amount no more goes on than was given back.
 */
export function carryDiscounts(
  charges: readonly DiscountableLine[],
  carried: readonly CarriedDiscount[],
): LineDiscount[][] {
  const discounts = carried.flatMap(({ discount, givenBack, takesItself }): RunningDiscount[] => {
    const { value } = discount;
    if ('amountOff' in value) return [{ ...discount, value: { ...value, amountOff: givenBack } }];
    return takesItself ? [] : [discount];
  });
  return takeDiscounts(charges, discounts);
}

/** What a coupon is called where people read it. */
export function discountName({ name, coupon }: Pick<LineDiscount, 'name' | 'coupon'>): string {
  return name ?? coupon;
}
