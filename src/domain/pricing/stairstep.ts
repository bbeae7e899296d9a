/** The flat amount of the tier that the quantity falls in (semantics.md, section 4). */
import type { Decimal } from '../quantity.ts';
import type { FlatTier } from './price.ts';
import type { Rating } from './rate.ts';
import { tierOf } from './tiers.ts';

/** A quantity of 0 is in the first tier. */
export function rateStairstep(tiers: readonly FlatTier[], quantity: Decimal): Rating {
  const { tier, from } = tierOf(tiers, quantity);
  const amount = tier.flatAmount;
  return { amount, quantity, tiers: [{ ...tier, from, quantity, amount }] };
}
