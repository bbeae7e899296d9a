/** One line of an invoice: what it says, and how its amount came to be (semantics.md, sections 4 and 7). */
import { describeComputation, type Computation } from './computation.ts';
import type { PriceId } from './ids.ts';
import { formatInstant, type Instant } from './instant.ts';
import type { Amount } from './money.ts';
import type { Period } from './period.ts';
import type { Price, UsagePrice } from './pricing/price.ts';
import { inMinorUnits, type RatedGroup, type RatedUsage } from './pricing/rateGroups.ts';
import { notBelowZero, one, zero, type Decimal } from './quantity.ts';
import { groupingOf, valuesOf, type Group } from './usage.ts';

export const lineTypes = [
  'fixed',
  'usage',
  'late_usage',
  'minimum',
  'waived',
  'proration',
  'commitment',
  'overage',
  'progressive',
  'one_off',
  'credit_purchase',
] as const;
export type LineType = (typeof lineTypes)[number];

export interface InvoiceLine {
  /**
   * `minimum`: what was missing to a usage price's minimum amount, and later differences of that; `waived`: the part of a
   * difference that is not given back, since a void or a credit note has given it back before.
   */
  readonly type: LineType;
  /** Null where no price is behind it: of a commitment, a single item, a purchase of credit. */
  readonly priceId: PriceId | null;
  readonly priceCode: string;
  readonly billing: 'in_advance' | 'in_arrears';
  readonly description: string;
  readonly period: Period;
  /** The values that the line's usage has in common; null where the price has no groups, and for a minimum. */
  readonly group: Group | null;
  /** What was counted, never below 0: included and free units are in it. Of a minimum: 0. */
  readonly quantity: Decimal;
  /** In minor units; null where the model has no one price for a unit. */
  readonly unitAmount: Decimal | null;
  readonly amount: Amount;
  readonly taxable: boolean;
  readonly computation: Computation;
}

/** The line of one group, as it was rated. */
export function usageLine(
  price: UsagePrice,
  planVersion: number,
  { part, maximum }: RatedUsage,
  rated: RatedGroup,
  period: Period,
): InvoiceLine {
  const { group, model, measured, amount } = rated;
  return {
    ...lineOf(price, period),
    type: 'usage',
    description: describeLine(price, period, group),
    group,
    quantity: notBelowZero(measured),
    unitAmount: model.model === 'per_unit' ? inMinorUnits(price, model.unitAmount) : null,
    amount,
    computation: describeComputation(price, { ...rated, planVersion, part, maximum }),
  };
}

/** What is missing to the minimum of a price: 0 or more. */
export function minimumLine(
  price: UsagePrice,
  planVersion: number,
  part: Decimal,
  minimum: NonNullable<RatedUsage['minimum']>,
  period: Period,
): InvoiceLine {
  const { exact, missing } = minimum;
  return {
    ...emptyLine(price, planVersion, 'minimum', null, period),
    amount: missing,
    computation: describeComputation(price, { ...nothing(price, planVersion), part, exact, minimum }),
  };
}

/** A line of nothing: of a group of which no usage is left, or of a minimum that is no longer due. */
export function emptyLine(
  price: UsagePrice,
  planVersion: number,
  type: 'usage' | 'minimum',
  group: Group | null,
  period: Period,
): InvoiceLine {
  return {
    ...lineOf(price, period),
    type,
    description: describeLine(price, period, group, type === 'minimum' ? ['minimum'] : []),
    group,
    quantity: zero,
    unitAmount: null,
    amount: 0n as Amount,
    computation: describeComputation(price, nothing(price, planVersion)),
  };
}

function nothing({ model }: UsagePrice, planVersion: number) {
  return { planVersion, model, measured: zero, included: zero, rating: null, part: one, exact: zero };
}

/** What the lines of a price and a period have in common. */
export function lineOf({ id, code, billing, taxable }: Price, { start, end }: Period) {
  return { priceId: id, priceCode: code, billing, taxable, period: { start, end } };
}

/** The line's text: what it is for, which part of it, and when. */
export function describeLine(
  price: Price,
  period: Period,
  group: Group | null,
  notes: readonly string[] = [],
): string {
  const properties = price.type === 'usage' && group ? groupingOf(price) : [];
  const values = valuesOf(properties, group ?? {});
  const parts = properties.map((property, index) => `${property} ${values[index] ?? 'none'}`);
  return [price.name ?? price.code, ...parts, ...notes, `${day(period.start)} to ${day(period.end)}`].join(
    ', ',
  );
}

function day(at: Instant): string {
  return formatInstant(at).slice(0, 10);
}
