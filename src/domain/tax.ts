/** Which tax rates a line has, and what they come to (semantics.md, section 7). */
import Fraction from 'fraction.js';
import type { TaxRateId } from './ids.ts';
import { isInScope, isNarrow, type LineScope, type ScopedLine } from './lineScope.ts';
import { apportion, limit, type Amount } from './money.ts';
import { formatDecimal, one, type Decimal } from './quantity.ts';

export interface TaxRate {
  readonly id: TaxRateId;
  readonly code: string;
  readonly name: string | null;
  readonly percentage: Decimal;
  /** Whether amounts contain it, or it is added to them. */
  readonly inclusive: boolean;
  /** Null: of no country. */
  readonly country: string | null;
  /** A rate that is for some products only goes before those that are for all. */
  readonly appliesTo: LineScope;
  /** One that is not is charged no more, whoever names it. */
  readonly active: boolean;
}

export const taxExemptions = ['none', 'exempt', 'reverse'] as const;
export type TaxExemption = (typeof taxExemptions)[number];

/** What of a customer decides on its taxes. */
export interface TaxedCustomer {
  readonly country: string | null;
  /** Of one that is exempt, or pays the tax itself (`reverse`), no tax is charged. */
  readonly taxExempt: TaxExemption;
  /** Charged in place of its country's. */
  readonly taxRates: readonly TaxRateId[];
}

export interface TaxableLine extends ScopedLine {
  /** After discounts. */
  readonly net: Amount;
  readonly taxable: boolean;
  /** Those it names itself, in place of all others; null: it names none. */
  readonly taxRates: readonly TaxRateId[] | null;
}

/** What a rate comes to on a line. */
export interface LineTax {
  readonly rate: TaxRateId;
  readonly code: string;
  readonly name: string | null;
  /** An exact decimal, in percent. */
  readonly percentage: string;
  readonly inclusive: boolean;
  readonly taxable: Amount;
  readonly amount: Amount;
}

/**
 * The rates of a line: those that it names; else those for its product, of the customer's country or of none; else the
 * customer's own; else its country's. In the order of `rates`.
 */
function ratesOf(line: TaxableLine, customer: TaxedCustomer, rates: readonly TaxRate[]): TaxRate[] {
  if (!line.taxable || customer.taxExempt !== 'none') return [];
  const active = rates.filter((rate) => rate.active);
  const { taxRates: named } = line;
  if (named) return active.filter(({ id }) => named.includes(id));
  const isOwn = ({ id }: TaxRate) => customer.taxRates.includes(id);
  const isLocal = ({ country }: TaxRate) => country !== null && country === customer.country;
  const isNarrowFor = (rate: TaxRate) =>
    isNarrow(rate.appliesTo) &&
    isInScope(rate.appliesTo, line) &&
    (rate.country === null || isLocal(rate) || isOwn(rate));
  const general = active.filter(({ appliesTo }) => !isNarrow(appliesTo));
  const choices = [active.filter(isNarrowFor), general.filter(isOwn), general.filter(isLocal)];
  return choices.find((choice) => choice.length > 0) ?? [];
}

/**
 * What the taxes of an invoice come to, line by line. Each rate is rounded once, on the invoice, and split over its lines
 * by largest remainder. What is contained in an amount is taken out of it first, and what is added is added to the rest. No
 * line contains more tax than it comes to: of several rates, what does not fit goes to other lines, or nowhere.
 */
export function taxLines(
  lines: readonly TaxableLine[],
  customer: TaxedCustomer,
  rates: readonly TaxRate[],
): LineTax[][] {
  const taxed = lines.map((line) => ({ line, rates: ratesOf(line, customer, rates) }));
  const exact = taxed.map(({ line, rates: own }) => {
    const contained = own.filter(({ inclusive }) => inclusive);
    const part = contained.reduce((sum, { percentage }) => sum.add(percentage.div(100)), one);
    return new Fraction(line.net).div(part);
  });
  const amounts = new Map(
    rates.map((rate) => {
      const indices = [...taxed.keys()].filter((index) => taxed[index]?.rates.includes(rate));
      const parts = apportion(indices.map((index) => taxOf(exact[index], rate)));
      return [rate.id, new Map(indices.map((index, nth) => [index, parts[nth] ?? (0n as Amount)]))];
    }),
  );
  fitContained(
    lines.map(({ net }) => net),
    rates.filter(({ inclusive }) => inclusive).flatMap(({ id }) => amounts.get(id) ?? []),
  );
  return taxed.map(({ line, rates: own }, index) => {
    const amountOf = ({ id }: TaxRate) => amounts.get(id)?.get(index) ?? (0n as Amount);
    const contained = own
      .filter(({ inclusive }) => inclusive)
      .reduce((sum, rate) => sum + amountOf(rate), 0n);
    return own.map((rate) => ({
      rate: rate.id,
      code: rate.code,
      name: rate.name,
      percentage: formatDecimal(rate.percentage),
      inclusive: rate.inclusive,
      taxable: (line.net - contained) as Amount,
      amount: amountOf(rate),
    }));
  });
}

/**
 * Of rates that are each rounded up, a line of a minor unit or two may have more than it comes to: the later rate gives way,
 * to a line of its own that has room.
 */
function fitContained(nets: readonly Amount[], ofRates: readonly Map<number, Amount>[]): void {
  const rooms: bigint[] = [...nets];
  const fill = (ofRate: Map<number, Amount>, index: number, amount: bigint) => {
    const room = rooms[index] ?? 0n;
    const fits = limit(amount, room);
    rooms[index] = room - fits;
    ofRate.set(index, ((ofRate.get(index) ?? 0n) + fits) as Amount);
    return amount - fits;
  };
  const excess = ofRates.map((ofRate) => {
    const wanted = [...ofRate];
    ofRate.clear();
    return wanted.reduce((sum, [index, amount]) => sum + fill(ofRate, index, amount), 0n);
  });
  for (const [nth, ofRate] of ofRates.entries()) {
    let rest = excess[nth] ?? 0n;
    for (const index of [...ofRate.keys()]) if (rest !== 0n) rest = fill(ofRate, index, rest);
  }
}

function taxOf(base: Decimal | undefined, { percentage }: TaxRate): Decimal {
  return (base ?? new Fraction(0)).mul(percentage).div(100);
}
