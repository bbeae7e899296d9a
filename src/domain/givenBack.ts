/** What gives back follows what was charged: its discount and its tax, not today's (semantics.md, section 3). */
import Fraction from 'fraction.js';
import type { LineDiscount } from './coupon.ts';
import { byKey, plus, type SummedLine } from './invoiceTotals.ts';
import { apportion, type Amount } from './money.ts';
import type { LineTax } from './tax.ts';
import { roundHalfAwayFromZero, shareOf, type Decimal } from './quantity.ts';

export interface GivenBack {
  readonly discounts: LineDiscount[];
  readonly taxes: LineTax[];
}

/**
 * The discounts and taxes of a line of `amount` that gives back of lines that were billed: theirs, by the share of their
 * amount that it is. Undefined where they came to nothing, so that there is no share.
 */
export function giveBack(amount: Amount, billed: readonly SummedLine[]): GivenBack | undefined {
  const whole = billed.reduce((sum, line) => sum + line.amount, 0n);
  if (whole === 0n) return undefined;
  const share = new Fraction(amount, whole);
  const discounts = byKey(
    billed.flatMap((line) => line.discounts),
    ({ discount }) => discount,
    (first, { amount: more }) => ({ ...first, amount: plus(first.amount, more) }),
  );
  const taken = apportion(discounts.map((each) => share.mul(each.amount)));
  const taxes = byKey(
    billed.flatMap((line) => line.taxes),
    ({ rate }) => rate,
    (first, second) => ({
      ...first,
      taxable: plus(first.taxable, second.taxable),
      amount: plus(first.amount, second.amount),
    }),
  );
  return {
    discounts: discounts
      .map((each, index) => ({ ...each, amount: taken[index] ?? (0n as Amount) }))
      .filter((each) => each.amount !== 0n),
    taxes: taxes.map((each) => ({
      ...each,
      taxable: partOf(share, each.taxable),
      amount: partOf(share, each.amount),
    })),
  };
}

function partOf(share: Decimal, amount: Amount): Amount {
  return roundHalfAwayFromZero(share.mul(amount));
}

/**
 * What a line still gives back, 0 or less: less the share of it (`net`, after discounts) that credit notes have taken back
 * with its invoice.
 */
export function stillGivenBack(line: {
  readonly amount: Amount;
  readonly net: Amount;
  readonly credited: Amount;
}): Amount {
  const { amount, net, credited } = line;
  if (net === 0n) return amount;
  return roundHalfAwayFromZero(shareOf(net - credited, net).mul(amount));
}
