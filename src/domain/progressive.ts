/**
 * What is invoiced early, when the usage of an open period passes an amount, and its giving back when the period is billed
 * as a whole: so all invoices together come to what they would have come to without (semantics.md, section 7).
 */
import type { Computation } from './computation.ts';
import type { InvoiceLineId, PriceId } from './ids.ts';
import { usageLines } from './invoice.ts';
import { describeLine, type InvoiceLine } from './invoiceLine.ts';
import { lineDifferences, type BilledUsage } from './lineDifference.ts';
import type { Amount } from './money.ts';
import type { Period } from './period.ts';
import type { UsagePrice } from './pricing/price.ts';
import { formatDecimal, type Decimal } from './quantity.ts';
import type { Group, GroupUsage } from './usage.ts';

/**
 * What each group of a price comes to beyond what was invoiced early for it before; below 0 where it has become less.
 * `period` is the part of the open period up to now, `fraction` the part of its interval that the period will be: included
 * units are those of the whole period. What is missing to a minimum is due when the period ends, and no usage. Lines of
 * nothing are left out.
 *
 * Throws as `usageLines`.
 */
export function progressiveLines(
  price: UsagePrice,
  planVersion: number,
  groups: readonly GroupUsage[],
  invoiced: readonly BilledUsage[],
  period: Period,
  fraction: Decimal,
): InvoiceLine[] {
  const usage = usageLines(price, planVersion, groups, period, fraction).filter(
    ({ type }) => type === 'usage',
  );
  return lineDifferences(price, planVersion, usage, invoiced, period)
    .filter(({ amount }) => amount !== 0n)
    .map((line) => ({
      ...line,
      type: 'progressive',
      description: describeLine(price, line.period, line.group, ['early']),
    }));
}

/** A line that was invoiced early. */
export interface ProgressiveCharge {
  readonly id: InvoiceLineId;
  readonly priceId: PriceId;
  readonly priceCode: string;
  readonly description: string;
  readonly period: Period;
  readonly group: Group | null;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal | null;
  readonly amount: Amount;
  readonly taxable: boolean;
  readonly computation: Computation;
}

/** The line that gives all of a charge back, on the invoice that bills its period. */
export function givenBackLine(charge: ProgressiveCharge): InvoiceLine {
  const { id: _id, amount, quantity, description, computation, ...same } = charge;
  return {
    ...same,
    type: 'progressive',
    billing: 'in_arrears',
    description: `${description}, given back`,
    quantity: quantity.neg(),
    amount: (0n - amount) as Amount,
    computation: {
      ...computation,
      before: { quantity: formatDecimal(quantity), amount: String(amount) },
      after: { quantity: '0', amount: '0' },
    },
  };
}
