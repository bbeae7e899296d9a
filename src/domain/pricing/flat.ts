/** One amount, whatever the quantity (semantics.md, section 4). */
import type { Decimal } from '../quantity.ts';
import type { Rating } from './rate.ts';

export function rateFlat(amount: Decimal, quantity: Decimal): Rating {
  return { amount, quantity };
}
