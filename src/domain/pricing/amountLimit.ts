/** What an invoice can hold: the bound of amounts that are stated, and of what lines are rounded to (semantics.md, section 1). */
import { BillingError } from '../errors.ts';
import type { Amount } from '../money.ts';
import { roundHalfAwayFromZero, type Decimal } from '../quantity.ts';

/** In minor units: far beyond any invoice, and well within what the database can add up. */
export const largestAmount = 10n ** 15n;

/** Rounds to the minor unit. Throws a `BillingError` 422 beyond 10^15 minor units. */
export function roundWithinLimit(exact: Decimal, priceCode: string): Amount {
  const rounded = roundHalfAwayFromZero(exact);
  if (rounded > largestAmount || rounded < -largestAmount) {
    throw new BillingError(
      422,
      'amount_out_of_range',
      `Price ${priceCode} comes to more than ${String(largestAmount)} minor units. Check its amount and the quantity.`,
      'quantity',
    );
  }
  return rounded;
}
