/** What a credit note gives back of a line, and the tax with it: however a line is divided, the parts end at the whole (semantics.md, 7). */
import Fraction from 'fraction.js';
import { BillingError } from './errors.ts';
import type { InvoiceLineId } from './ids.ts';
import type { Amount } from './money.ts';
import { apportion, isWithin, limit } from './money.ts';
import { one, roundHalfAwayFromZero, type Decimal } from './quantity.ts';
import type { LineTax } from './tax.ts';

/** A line of an invoice that is final, and what credit notes have given back of it before. */
export interface CreditableLine {
  readonly id: InvoiceLineId;
  /** After discounts, with the tax that it contains and without that which is added. Lines may be below zero. */
  readonly net: Amount;
  readonly taxes: readonly LineTax[];
  readonly credited: { readonly amount: Amount; readonly taxes: readonly LineTax[] };
}

/** What a note gives back of a line: `amount` is of its `net`, and a tax of it may be of less than nothing as well. */
export interface LineCredit<Line extends CreditableLine = CreditableLine> {
  readonly line: Line;
  readonly amount: Amount;
  readonly taxes: readonly LineTax[];
}

/** What is left of a line's net amount; of its sign. */
export function leftOf({ net, credited }: CreditableLine): Amount {
  return (net - credited.amount) as Amount;
}

/** What is left of it with the tax that was added to it. */
export function leftWithTaxOf(line: CreditableLine): Amount {
  const added = taxesLeftOf(line).filter(({ inclusive }) => !inclusive);
  return added.reduce<bigint>((sum, { amount }) => sum + amount, leftOf(line)) as Amount;
}

/** All that is left of a line; undefined where nothing is. */
export function creditRest<Line extends CreditableLine>(line: Line): LineCredit<Line> | undefined {
  const amount = leftOf(line);
  const taxes = taxesLeftOf(line);
  if (amount === 0n && taxes.every((tax) => tax.amount === 0n)) return undefined;
  return { line, amount, taxes };
}

/**
 * A part of a line's net amount, with its tax: of each rate the rounded share of all that is given back by now, less what
 * was given back before, so that a sequence of parts ends exactly at the line's tax. Throws a `BillingError` 422 for more
 * than is left, or the other sign.
 */
export function creditPart<Line extends CreditableLine>(
  line: Line,
  amount: Amount,
  param?: string,
): LineCredit<Line> {
  const left = leftOf(line);
  if (amount === 0n || !isWithin(amount, left)) {
    throw new BillingError(
      422,
      'line_credit_invalid',
      left === 0n
        ? `Nothing is left to credit of line ${line.id}. Leave it out.`
        : `Of line ${line.id} ${String(left)} is left to credit. Give an amount of that sign, up to that, without the tax that was added.`,
      param,
    );
  }
  return { line, amount, taxes: taxesBy(line, shareAfter(line, amount)) };
}

/**
 * A part of what is left of a line with the tax that was added to it. What cannot be divided between amount and tax by
 * the rate alone, as a single cent, is put where something is left of it.
 */
export function creditPartWithTax<Line extends CreditableLine>(line: Line, part: Amount): LineCredit<Line> {
  const whole = leftWithTaxOf(line);
  if (whole === 0n) return { line, amount: 0n as Amount, taxes: [] };
  const left = taxesLeftOf(line);
  const share = new Fraction(part, whole);
  const taxes = left.map((tax) => ({ ...tax, ...shareOf(tax, share) }));
  const amountBeside = () =>
    part - taxes.reduce((sum, { inclusive, amount }) => sum + (inclusive ? 0n : amount), 0n);
  const bounded = limit(amountBeside(), leftOf(line));
  for (const [index, tax] of taxes.entries()) {
    const room = left[index]?.amount ?? 0n;
    if (tax.inclusive) continue;
    taxes[index] = { ...tax, amount: limit(tax.amount + amountBeside() - bounded, room) };
  }
  return { line, amount: bounded, taxes };
}

/**
 * Divides an amount with tax over all that is left of lines, in proportion, by largest remainder: at most what is left of
 * them together.
 */
export function spreadOver<Line extends CreditableLine>(
  lines: readonly Line[],
  amount: Amount,
): LineCredit<Line>[] {
  const left = lines.map(leftWithTaxOf);
  const whole = left.reduce((sum, each) => sum + each, 0n);
  const parts = apportion(left.map((each) => new Fraction(amount, whole).mul(each)));
  return lines
    .map((line, index) => creditPartWithTax(line, parts[index] ?? (0n as Amount)))
    .filter((credit) => credit.amount !== 0n || credit.taxes.some((tax) => tax.amount !== 0n));
}

/** The tax that a credit gives back: what was added, and what its amount contains. */
export function taxCredited({ taxes }: Pick<LineCredit, 'taxes'>): {
  readonly added: Amount;
  readonly included: Amount;
} {
  const sum = (inclusive: boolean) =>
    taxes.reduce((total, tax) => total + (tax.inclusive === inclusive ? tax.amount : 0n), 0n) as Amount;
  return { added: sum(false), included: sum(true) };
}

/** What the line earned of it: without any tax. */
export function earnedBack(credit: LineCredit): Amount {
  return (credit.amount - taxCredited(credit).included) as Amount;
}

/** Of a line of nothing any credit is all of it. */
function shareAfter({ net, credited }: CreditableLine, amount: Amount): Decimal {
  return net === 0n ? one : new Fraction(credited.amount + amount, net);
}

/** What each rate gives back when so much of the line has been given back in all: never more than is left, or less than none. */
function taxesBy(line: CreditableLine, share: Decimal): LineTax[] {
  const left = taxesLeftOf(line);
  return line.taxes.map((tax, index) => {
    const rest = left[index] ?? { taxable: 0n, amount: 0n };
    const due = shareOf(tax, share);
    return {
      ...tax,
      taxable: limit(due.taxable - (tax.taxable - rest.taxable), rest.taxable),
      amount: limit(due.amount - (tax.amount - rest.amount), rest.amount),
    };
  });
}

function taxesLeftOf({ taxes, credited }: CreditableLine): LineTax[] {
  return taxes.map((tax) => {
    const before = credited.taxes.filter(({ rate }) => rate === tax.rate);
    const sum = (of: 'taxable' | 'amount') => before.reduce((total, each) => total + each[of], 0n);
    return {
      ...tax,
      taxable: (tax.taxable - sum('taxable')) as Amount,
      amount: (tax.amount - sum('amount')) as Amount,
    };
  });
}

function shareOf({ taxable, amount }: Pick<LineTax, 'taxable' | 'amount'>, share: Decimal) {
  return {
    taxable: roundHalfAwayFromZero(share.mul(taxable)),
    amount: roundHalfAwayFromZero(share.mul(amount)),
  };
}
