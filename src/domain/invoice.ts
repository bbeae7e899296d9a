/** What an invoice is made of: its lines and their sum (semantics.md, sections 1, 4 and 7). */
import Fraction from 'fraction.js';
import { BillingError } from './errors.ts';
import type { PriceId } from './ids.ts';
import { formatInstant, type Instant } from './instant.ts';
import type { Amount } from './money.ts';
import type { BillingPeriod, Period } from './period.ts';
import type { FixedPrice, Price, UsagePrice } from './pricing/price.ts';
import { rate, type Rating } from './pricing/rate.ts';
import { fraction, type ProrationUnit } from './proration.ts';
import { formatDecimal, roundHalfAwayFromZero, type Decimal } from './quantity.ts';

/** How a line's amount came to be, complete enough to compute it again from the events and the catalog. */
export interface Computation {
  readonly planVersion: number;
  readonly model: string;
  readonly fraction: string;
  readonly tiers?: readonly {
    from: string;
    upTo: string;
    quantity: string;
    unitAmount: string;
    flatAmount: string;
  }[];
  readonly exactAmount: string;
  /** Of late usage: what was billed before, and what the whole period comes to now. */
  readonly before?: { readonly quantity: string; readonly amount: string };
  readonly after?: { readonly quantity: string; readonly amount: string };
}

export interface InvoiceLine {
  readonly type: 'fixed' | 'usage' | 'late_usage';
  readonly priceId: PriceId;
  readonly priceCode: string;
  readonly billing: 'in_advance' | 'in_arrears';
  readonly description: string;
  readonly period: Period;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal | null;
  readonly amount: Amount;
  readonly computation: Computation;
}

/** How a whole interval of the plan divides into parts (semantics.md, section 3). */
export interface Proration {
  readonly unit: ProrationUnit;
  readonly timezone: string;
}

/**
 * The line of a fixed price. In advance it is for the part of its interval that the period covers; in arrears it is
 * due in full, however short the period was (section 3, last paragraph).
 */
export function fixedLine(
  price: FixedPrice,
  planVersion: number,
  subscriptionQuantity: number,
  period: BillingPeriod,
  proration: Proration,
): InvoiceLine {
  const quantity = new Fraction(price.quantityFrom === 'subscription' ? subscriptionQuantity : 1);
  const part =
    price.billing === 'in_advance'
      ? fraction(period, period.whole, proration.unit, proration.timezone)
      : new Fraction(1);
  return line(price, planVersion, period, quantity, part);
}

/** The line of a usage price for what its meter counted in a period. */
export function usageLine(
  price: UsagePrice,
  planVersion: number,
  quantity: Decimal,
  period: Period,
): InvoiceLine {
  return line(price, planVersion, period, quantity, new Fraction(1));
}

/** What has been billed for a metered price and a period so far. */
export interface BilledUsage {
  readonly quantity: Decimal;
  readonly amount: Amount;
}

/**
 * The difference that late events make to a closed period: it is rated again as a whole, so that tiers are right, and
 * what was billed before is taken off (section 5). Null where they make none.
 */
export function lateUsageLine(
  price: UsagePrice,
  planVersion: number,
  quantity: Decimal,
  billed: BilledUsage,
  period: Period,
): InvoiceLine | null {
  const whole = usageLine(price, planVersion, quantity, period);
  const difference = { quantity: whole.quantity.sub(billed.quantity), amount: whole.amount - billed.amount };
  if (difference.quantity.equals(0) && difference.amount === 0n) return null;
  return {
    ...whole,
    type: 'late_usage',
    description: `${price.code}, late, ${day(period.start)} to ${day(period.end)}`,
    quantity: difference.quantity,
    amount: difference.amount as Amount,
    computation: {
      ...whole.computation,
      before: { quantity: formatDecimal(billed.quantity), amount: String(billed.amount) },
      after: { quantity: formatDecimal(whole.quantity), amount: String(whole.amount) },
    },
  };
}

/** The sum of the lines: nothing else changes the total yet. */
export function subtotal(lines: readonly { readonly amount: Amount }[]): Amount {
  return lines.reduce((total, { amount }) => total + amount, 0n) as Amount;
}

/** The number of an invoice: gapless within its series (section 7). */
export function invoiceNumber(prefix: string, sequence: bigint): string {
  return `${prefix}-${String(sequence).padStart(6, '0')}`;
}

/** Far beyond any invoice, and well within what the database can add up. */
const largestAmount = 10n ** 15n;

function roundWithinRange(exact: Decimal, price: Price): Amount {
  const rounded = roundHalfAwayFromZero(exact);
  if (rounded > largestAmount || rounded < -largestAmount) {
    throw new BillingError(
      422,
      'amount_out_of_range',
      `Price ${price.code} comes to more than ${String(largestAmount)} minor units. Check its amount and the quantity.`,
      'quantity',
    );
  }
  return rounded;
}

function line(
  price: Price,
  planVersion: number,
  period: Period,
  quantity: Decimal,
  part: Decimal,
): InvoiceLine {
  const rating = rate(price.model, quantity);
  const exact = rating.amount.mul(part);
  return {
    type: price.type,
    priceId: price.id,
    priceCode: price.code,
    billing: price.billing,
    description: `${price.code}, ${day(period.start)} to ${day(period.end)}`,
    period: { start: period.start, end: period.end },
    quantity: rating.quantity,
    unitAmount: price.model.model === 'per_unit' ? price.model.unitAmount : null,
    amount: roundWithinRange(exact, price),
    computation: {
      planVersion,
      model: price.model.model,
      fraction: part.toFraction(),
      ...(rating.tiers && { tiers: rating.tiers.map(describeTier) }),
      exactAmount: exact.toFraction(),
    },
  };
}

function describeTier(tier: NonNullable<Rating['tiers']>[number]) {
  return {
    from: formatDecimal(tier.from),
    upTo: tier.upTo === 'inf' ? 'inf' : formatDecimal(tier.upTo),
    quantity: formatDecimal(tier.quantity),
    unitAmount: formatDecimal(tier.unitAmount),
    flatAmount: formatDecimal(tier.flatAmount),
  };
}

function day(at: Instant): string {
  return formatInstant(at).slice(0, 10);
}
