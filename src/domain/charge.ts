/** What was charged in advance, and what of it is given back (semantics.md, section 3). */
import Fraction from 'fraction.js';
import type { Computation } from './computation.ts';
import type { InvoiceLineId, PriceId } from './ids.ts';
import type { Instant } from './instant.ts';
import type { InvoiceLine } from './invoiceLine.ts';
import type { Amount } from './money.ts';
import type { Period } from './period.ts';
import { fraction, type ProrationUnit } from './proration.ts';
import { formatExact, one, roundHalfAwayFromZero, type Decimal } from './quantity.ts';

/** A line that charged a price in advance and of which nothing has been given back. */
export interface Charge {
  readonly id: InvoiceLineId;
  readonly priceId: PriceId;
  readonly priceCode: string;
  readonly description: string;
  readonly period: Period;
  readonly periodIndex: number;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal | null;
  readonly amount: Amount;
  /** The part of it that credit notes have given back: 0 to 1. */
  readonly credited: Decimal;
  readonly taxable: boolean;
  readonly computation: Computation;
}

/** How time divides into parts. */
export interface ProrationRule {
  readonly unit: ProrationUnit;
  readonly timezone: string;
}

/**
 * What is given back of a charge from an instant on: its own amount, less what credit notes gave back of it, by the part that
 * is left of what it was for, so never more than was charged. Undefined where nothing is left of it, or where it charged
 * nothing.
 */
export function creditOf(charge: Charge, at: Instant, rule: ProrationRule): InvoiceLine | undefined {
  const { period, computation } = charge;
  const charged = new Fraction(computation.exactAmount).mul(one.sub(charge.credited));
  if (at >= period.end || charged.equals(0)) return undefined;
  const left = { start: at > period.start ? at : period.start, end: period.end };
  const part = fraction(left, period, rule.unit, rule.timezone);
  const exact = charged.mul(part).neg();
  return {
    type: 'proration',
    priceId: charge.priceId,
    priceCode: charge.priceCode,
    billing: 'in_advance',
    description: `${charge.description}, credit for unused time`,
    period: left,
    group: null,
    quantity: charge.quantity,
    unitAmount: charge.unitAmount,
    amount: roundHalfAwayFromZero(exact),
    taxable: charge.taxable,
    computation: {
      ...computation,
      fraction: new Fraction(computation.fraction).mul(part).toFraction(),
      exactAmount: formatExact(exact),
    },
  };
}
