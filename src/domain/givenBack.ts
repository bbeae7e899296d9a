/** What gives back follows what was charged: its discount and its tax, not today's (semantics.md, section 3). */
import Fraction from 'fraction.js';
import type { LineDiscount } from './coupon.ts';
import { byKey, plus, type SummedLine } from './invoiceTotals.ts';
import { apportion, type Amount } from './money.ts';
import type { LineTax } from './tax.ts';
import { roundHalfAwayFromZero, shareOf, type Decimal } from './quantity.ts';

export interface BilledLine extends SummedLine {
  /** The taxes that credit notes gave back of it. */
  readonly creditedTaxes?: readonly LineTax[];
}

export interface GivenBack {
  readonly discounts: LineDiscount[];
  readonly taxes: LineTax[];
}

/**
 * The discounts and taxes of a line of `amount` that gives back of lines that were billed: theirs, by the share of their
 * amount that it is; of a tax no more than credit notes have left. Undefined where they came to nothing, so that there is
 * no share.
 */
export function giveBack(amount: Amount, billed: readonly BilledLine[]): GivenBack | undefined {
  const whole = billed.reduce((sum, line) => sum + line.amount, 0n);
  if (whole === 0n) return undefined;
  const share = new Fraction(amount, whole);
  const discounts = byKey(
    billed.flatMap((line) => line.discounts),
    ({ discount }) => discount,
    (first, { amount: more }) => ({ ...first, amount: plus(first.amount, more) }),
  );
  const taken = apportion(discounts.map((each) => share.mul(each.amount)));
  const taxes = mergeTaxes(billed.flatMap((line) => line.taxes));
  const credited = mergeTaxes(billed.flatMap((line) => line.creditedTaxes ?? []));
  return {
    discounts: discounts
      .map((each, index) => ({ ...each, amount: taken[index] ?? (0n as Amount) }))
      .filter((each) => each.amount !== 0n),
    taxes: taxes.map((each) => {
      const before = credited.find(({ rate }) => rate === each.rate);
      return {
        ...each,
        taxable: partOf(share, each.taxable, before?.taxable),
        amount: partOf(share, each.amount, before?.amount),
      };
    }),
  };
}

/** One for each rate. */
export function mergeTaxes(taxes: readonly LineTax[]): LineTax[] {
  return byKey(
    taxes,
    ({ rate }) => rate,
    (first, second) => ({
      ...first,
      taxable: plus(first.taxable, second.taxable),
      amount: plus(first.amount, second.amount),
    }),
  );
}

/** The rounded share of an amount; two shares that end in halves would both round up, and come to more than the whole. */
function partOf(share: Decimal, amount: Amount, credited: Amount = 0n as Amount): Amount {
  const part = roundHalfAwayFromZero(share.mul(amount));
  const left = amount - credited;
  return magnitude(part) > magnitude(left) ? ((part > 0n === left > 0n ? left : -left) as Amount) : part;
}

function magnitude(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
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
