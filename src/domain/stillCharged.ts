/** What is still charged of lines that credit notes have given back of, and how a later difference gives back of that (semantics.md, section 5). */
import { giveBack, mergeTaxes, type BilledLine, type GivenBack } from './givenBack.ts';
import { byKey, netOf, plus, type SummedLine } from './invoiceTotals.ts';
import { allocate, type Amount } from './money.ts';
import { roundHalfAwayFromZero, shareOf } from './quantity.ts';
import type { LineTax } from './tax.ts';
import { beyondCharged } from './waiver.ts';

/**
 * What is left of a line after credit notes, which give back of what it comes to after discounts: in all `credited`. Its
 * discounts go in proportion, so that of one that is credited as a whole nothing is left.
 */
export function stillCharged(
  line: SummedLine,
  credited: { readonly amount: Amount; readonly taxes: readonly LineTax[] },
): SummedLine {
  if (credited.amount === 0n && credited.taxes.length === 0) return line;
  const share = shareOf(credited.amount, netOf(line));
  const amount = roundHalfAwayFromZero(share.mul(line.amount));
  const taken = (amount - credited.amount) as Amount;
  const parts = taken === 0n ? [] : allocate(taken, line.discounts.map(magnitudeOf));
  return {
    amount: (line.amount - amount) as Amount,
    discounts: line.discounts.map((each, index) => ({
      ...each,
      amount: (each.amount - (parts[index] ?? 0n)) as Amount,
    })),
    taxes: mergeTaxes([...line.taxes, ...credited.taxes.map(negated)]),
  };
}

/** What is still charged for a group or a minimum: `amount`, by these lines. */
export interface StillCharged {
  readonly amount: Amount;
  readonly lines: readonly SummedLine[];
}

/**
 * The discounts and taxes of a difference below zero: of what is still charged, with its own; what goes beyond that, and
 * is waived, as all that was billed. Undefined where that is not known.
 */
export function giveBackDifference(
  amount: Amount,
  charged: StillCharged,
  billed: readonly BilledLine[],
): { readonly whole: GivenBack; readonly beyond: GivenBack } | undefined {
  const rest = (0n - beyondCharged({ amount, charged: charged.amount })) as Amount;
  const inside = (amount - rest) as Amount;
  // All that is left is given back as it is, also a tax of which the amount is gone.
  const isAll = inside + sum(charged.lines) === 0n;
  const within = isAll ? mirrored(merged(charged.lines)) : part(inside, charged.lines);
  const beyond = part(rest, billed);
  if (!within || !beyond) return undefined;
  return { whole: merged([within, beyond]), beyond };
}

function merged(parts: readonly Pick<SummedLine, 'discounts' | 'taxes'>[]): GivenBack {
  return {
    discounts: byKey(
      parts.flatMap(({ discounts }) => discounts),
      ({ discount }) => discount,
      (first, { amount }) => ({ ...first, amount: plus(first.amount, amount) }),
    ).filter(({ amount }) => amount !== 0n),
    taxes: mergeTaxes(parts.flatMap(({ taxes }) => taxes)),
  };
}

function sum(lines: readonly SummedLine[]): bigint {
  return lines.reduce<bigint>((total, { amount }) => total + amount, 0n);
}

function part(amount: Amount, lines: readonly BilledLine[]): GivenBack | undefined {
  return amount === 0n ? { discounts: [], taxes: [] } : giveBack(amount, lines);
}

/** The same with the other sign: what waives something mirrors it. */
export function mirrored({ discounts, taxes }: GivenBack): GivenBack {
  return {
    discounts: discounts.map((each) => ({ ...each, amount: (0n - each.amount) as Amount })),
    taxes: taxes.map(negated),
  };
}

function negated(tax: LineTax): LineTax {
  return { ...tax, taxable: (0n - tax.taxable) as Amount, amount: (0n - tax.amount) as Amount };
}

function magnitudeOf({ amount }: { readonly amount: Amount }): Amount {
  return (amount < 0n ? 0n - amount : amount) as Amount;
}
