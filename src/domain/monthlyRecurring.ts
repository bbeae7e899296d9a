/** Monthly recurring revenue: what the fixed prices of a subscription come to in a month, however often they are billed. */
import Fraction from 'fraction.js';
import type { Interval } from './calendar.ts';
import type { Amount } from './money.ts';
import { rate } from './pricing/rate.ts';
import { inMinorUnits } from './pricing/rateGroups.ts';
import { roundHalfAwayFromZero, zero, type Decimal } from './quantity.ts';
import type { SubscriptionStatus } from './subscription.ts';
import { quantityOf, type Terms } from './terms.ts';

/** A month is a twelfth of a year of 365 days, whichever month it is: the same price gives the same every month. */
const inAMonth: Record<Interval, Decimal> = {
  year: new Fraction(1, 12),
  month: new Fraction(1),
  week: new Fraction(365, 12 * 7),
  day: new Fraction(365, 12),
};

const recurs: Record<SubscriptionStatus, boolean> = {
  incomplete: false,
  trialing: false,
  active: true,
  past_due: true,
  unpaid: true,
  paused: false,
  canceled: false,
};

/**
 * In minor units of the plan's currency, rounded once for the subscription, a half away from zero: plan and add-ons, with
 * their quantities and negotiated prices, in advance or in arrears; never usage. 0 while nothing recurs: in a trial, in
 * a pause, after the end.
 */
export function monthlyRecurring(status: SubscriptionStatus, terms: Terms): Amount {
  if (!recurs[status]) return 0n as Amount;
  const { prices, interval, intervalCount } = terms.plan;
  const each = prices.reduce(
    (sum, price) =>
      price.type === 'fixed'
        ? sum.add(inMinorUnits(price, rate(price.model, new Fraction(quantityOf(terms, price))).amount))
        : sum,
    zero,
  );
  return roundHalfAwayFromZero(each.mul(inAMonth[interval]).div(intervalCount));
}
