/** The events carry what is due: their sum, in minor units or in the price's unit (semantics.md, section 4). */
import type { Decimal } from '../quantity.ts';
import type { Rating } from './rate.ts';

export function rateDynamic(quantity: Decimal): Rating {
  return { amount: quantity, quantity };
}
