/** How a price that makes no sense is refused: by name, at the field, with what to do. */
import { BillingError } from '../errors.ts';
import type { Decimal } from '../quantity.ts';
import { largestAmount } from './amountLimit.ts';

export function invalid(code: string, message: string, param: string): BillingError {
  return new BillingError(400, code, message, param);
}

/**
 * Throws a `BillingError` 400 for an amount below 0, or above what an invoice can hold; null is none. `worth` is that of
 * the unit which it is stated in, in minor units.
 */
export function checkAmount(value: Decimal | null, worth: Decimal, param: string): void {
  if (value?.lt(0)) throw invalid('amount_negative', 'A price cannot be negative. Give 0 or more.', param);
  if (value?.mul(worth).gt(largestAmount)) {
    throw invalid(
      'amount_out_of_range',
      `An amount is ${String(largestAmount)} minor units at most. Give less.`,
      param,
    );
  }
}

/** Throws a `BillingError` 400 for a quantity below 0; null is none. */
export function checkQuantity(value: Decimal | null, param: string): void {
  if (value?.lt(0)) throw invalid('quantity_negative', 'It cannot be negative. Give 0 or more.', param);
}

/** `rate` is in percent. Throws a `BillingError` 400 outside 0 to 100. */
export function checkRate(rate: Decimal, param: string): void {
  if (rate.lt(0) || rate.gt(100)) {
    throw invalid('rate_out_of_range', 'A rate is in percent: give 0 to 100, such as "2.9".', param);
  }
}

/** Throws a `BillingError` 400 for what is repeated, at the second one. */
export function checkUnique(
  values: readonly string[],
  code: string,
  message: string,
  at: (index: number) => string,
): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    if (seen.has(value)) throw invalid(code, message, at(index));
    seen.add(value);
  }
}
