/** Quantity × unit price (semantics.md, section 4). */
import type { Decimal } from '../quantity.ts';
import type { Rating } from './rate.ts';

export function ratePerUnit(unitAmount: Decimal, quantity: Decimal): Rating {
  return { amount: quantity.mul(unitAmount), quantity };
}
