/** What an invoice is made of: its lines and their sum (semantics.md, sections 1, 4 and 7). */
import Fraction from 'fraction.js';
import { describeComputation } from './computation.ts';
import { describeLine, lineOf, minimumLine, usageLine, type InvoiceLine } from './invoiceLine.ts';
import { lineDifferences, type BilledUsage } from './lineDifference.ts';
import type { Amount } from './money.ts';
import type { BillingPeriod, Period } from './period.ts';
import { roundWithinLimit } from './pricing/amountLimit.ts';
import type { FixedPrice, UsagePrice } from './pricing/price.ts';
import { rate } from './pricing/rate.ts';
import { inMinorUnits, rateGroups } from './pricing/rateGroups.ts';
import { fraction as fractionOf, type ProrationUnit } from './proration.ts';
import { one, zero, type Decimal } from './quantity.ts';
import type { GroupUsage } from './usage.ts';

export type { InvoiceLine } from './invoiceLine.ts';
export type { BilledUsage } from './lineDifference.ts';

/** How a whole interval of the plan divides into parts (semantics.md, section 3). */
export interface Proration {
  readonly unit: ProrationUnit;
  readonly timezone: string;
}

/**
 * The line of a fixed price. In advance it is for the part of its interval that the period covers; in arrears it is
 * due in full, however short the period was, unless the price is prorated (section 3, last paragraph).
 */
export function fixedLine(
  price: FixedPrice,
  planVersion: number,
  subscriptionQuantity: number,
  period: BillingPeriod,
  proration: Proration,
): InvoiceLine {
  const { model, billing, prorate } = price;
  const measured = new Fraction(price.quantityFrom === 'fixed' ? 1 : subscriptionQuantity);
  const part =
    billing === 'in_advance' || prorate
      ? fractionOf(period, period.whole, proration.unit, proration.timezone)
      : one;
  const rating = rate(model, measured);
  const exact = inMinorUnits(price, rating.amount.mul(part));
  const facts = { planVersion, model, measured, included: zero, rating, part, exact };
  return {
    ...lineOf(price, period),
    type: 'fixed',
    description: describeLine(price, period, null),
    group: null,
    quantity: rating.quantity,
    unitAmount: model.model === 'per_unit' ? inMinorUnits(price, model.unitAmount) : null,
    amount: roundWithinLimit(exact, price.code),
    computation: describeComputation(price, facts),
  };
}

/** A fixed line as the charge of a change, for what was left of its period (section 3). */
export function prorationLine(line: InvoiceLine): InvoiceLine {
  return { ...line, type: 'proration', description: `${line.description}, remaining time` };
}

/**
 * All lines of a usage price for a period that is `fraction` of its interval: one for each group (exactly one where it
 * has no group_by, also with no usage), then a `minimum` line where the price's minimum_amount is not reached.
 *
 * Throws a `BillingError` 422 for a combination that a dimensional price does not name, and beyond 10^15 minor units.
 */
export function usageLines(
  price: UsagePrice,
  planVersion: number,
  groups: readonly GroupUsage[],
  period: Period,
  fraction: Decimal,
): InvoiceLine[] {
  const usage = rateGroups(price, groups, fraction);
  const lines = usage.groups.map((group) => usageLine(price, planVersion, usage, group, period));
  if (usage.minimum && usage.minimum.missing > 0n) {
    lines.push(minimumLine(price, planVersion, usage.part, usage.minimum, period));
  }
  return lines;
}

/**
 * The difference late usage makes, line by line (group by group; also the minimum line), against what was billed before
 * for that price and period: it is rated again as a whole, so that tiers are right (section 5). Lines without a
 * difference are left out. Throws as `usageLines`.
 */
export function lateUsageLines(
  price: UsagePrice,
  planVersion: number,
  groups: readonly GroupUsage[],
  billed: readonly BilledUsage[],
  period: Period,
  fraction: Decimal,
): InvoiceLine[] {
  const lines = usageLines(price, planVersion, groups, period, fraction);
  return lineDifferences(price, planVersion, lines, billed, period).map((line) => {
    const minimum = line.type === 'minimum';
    const notes = minimum ? ['minimum', 'late'] : ['late'];
    return {
      ...line,
      type: minimum ? 'minimum' : 'late_usage',
      description: describeLine(price, line.period, line.group, notes),
    };
  });
}

/** The sum of lines, before anything is taken off them or put on them. */
export function subtotal(lines: readonly { readonly amount: Amount }[]): Amount {
  return lines.reduce((total, { amount }) => total + amount, 0n) as Amount;
}
