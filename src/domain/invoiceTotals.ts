/** The sums of an invoice, from its lines (semantics.md, sections 7 and 11.3). */
import type { LineDiscount } from './coupon.ts';
import type { Amount } from './money.ts';
import type { LineTax } from './tax.ts';

/** A line with all that was taken off it and put on it. */
export interface SummedLine {
  readonly amount: Amount;
  readonly discounts: readonly LineDiscount[];
  readonly taxes: readonly LineTax[];
}

export interface InvoiceTotals {
  readonly subtotal: Amount;
  readonly discount: Amount;
  /** Added to the lines. */
  readonly tax: Amount;
  /** Contained in them. */
  readonly taxIncluded: Amount;
  /** subtotal − discount + tax. */
  readonly total: Amount;
  /** What each coupon took. */
  readonly discounts: readonly LineDiscount[];
  /** What each rate comes to. */
  readonly taxes: readonly LineTax[];
}

export function discountOf({ discounts }: Pick<SummedLine, 'discounts'>): Amount {
  return sum(discounts.map(({ amount }) => amount));
}

/** The tax of a line that is added to it, and that which it contains. */
export function taxOf({ taxes }: Pick<SummedLine, 'taxes'>): {
  readonly added: Amount;
  readonly included: Amount;
} {
  const amounts = (inclusive: boolean) =>
    sum(taxes.filter((tax) => tax.inclusive === inclusive).map(({ amount }) => amount));
  return { added: amounts(false), included: amounts(true) };
}

/** After discounts, with the tax that it contains and without that which is added. */
export function netOf(line: SummedLine): Amount {
  return (line.amount - discountOf(line)) as Amount;
}

export function totalsOf(lines: readonly SummedLine[]): InvoiceTotals {
  const subtotal = sum(lines.map(({ amount }) => amount));
  const discount = sum(lines.map(discountOf));
  const taxes = lines.map(taxOf);
  const tax = sum(taxes.map(({ added }) => added));
  return {
    subtotal,
    discount,
    tax,
    taxIncluded: sum(taxes.map(({ included }) => included)),
    total: (subtotal - discount + tax) as Amount,
    discounts: byKey(
      lines.flatMap((line) => line.discounts),
      ({ discount: id }) => id,
      (first, { amount }) => ({ ...first, amount: plus(first.amount, amount) }),
    ),
    taxes: byKey(
      lines.flatMap((line) => line.taxes),
      ({ rate }) => rate,
      (first, { taxable, amount }) => ({
        ...first,
        taxable: plus(first.taxable, taxable),
        amount: plus(first.amount, amount),
      }),
    ),
  };
}

function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce((total, amount) => total + amount, 0n) as Amount;
}

export function plus(first: Amount, second: Amount): Amount {
  return (first + second) as Amount;
}

/** One for each key, in the order of the first of it. */
export function byKey<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  add: (first: T, second: T) => T,
): T[] {
  const sums = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    const before = sums.get(key);
    sums.set(key, before === undefined ? item : add(before, item));
  }
  return [...sums.values()];
}
