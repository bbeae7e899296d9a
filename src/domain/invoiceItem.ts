/** A single item that somebody adds to an invoice (semantics.md, section 7: a draft can gain lines). */
import Fraction from 'fraction.js';
import type { Computation } from './computation.ts';
import { BillingError } from './errors.ts';
import type { Amount } from './money.ts';
import { roundWithinLimit } from './pricing/amountLimit.ts';
import { formatDecimal, formatExact, one, type Decimal } from './quantity.ts';

/** Priced as a whole, or by the unit; amounts in minor units, below zero for what is given. */
export type ItemPrice =
  { readonly amount: Amount } | { readonly quantity: Decimal; readonly unitAmount: Decimal };

export interface PricedItem {
  readonly quantity: Decimal;
  /** Null: priced as a whole. */
  readonly unitAmount: Decimal | null;
  readonly amount: Amount;
}

/** Rounded once, half away from zero (section 1). Throws a `BillingError` 422 beyond 10^15 minor units. */
export function priceItem(price: ItemPrice): PricedItem {
  if ('amount' in price) {
    return { quantity: one, unitAmount: null, amount: roundWithinLimit(new Fraction(price.amount), 'item') };
  }
  const { quantity, unitAmount } = price;
  return { quantity, unitAmount, amount: roundWithinLimit(quantity.mul(unitAmount), 'item') };
}

/** How its amount came to be. */
export function explainItem({ quantity, unitAmount, amount }: PricedItem): Computation {
  const measured = formatDecimal(quantity);
  return {
    planVersion: 0,
    model: 'one_off',
    parameters: unitAmount ? { unitAmount: formatDecimal(unitAmount) } : { amount: String(amount) },
    quantity: { measured, included: '0', billed: measured },
    fraction: '1',
    exactAmount: unitAmount ? formatExact(quantity.mul(unitAmount)) : String(amount),
  };
}

/** Neither lines were given, nor do any wait. */
export function nothingToInvoice(): BillingError {
  return new BillingError(
    422,
    'nothing_to_invoice',
    'There is nothing to invoice: give lines, or add items to the customer first.',
    'lines',
  );
}
