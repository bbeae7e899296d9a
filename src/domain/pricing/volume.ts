/** All units priced by the tier that the quantity falls in, plus that tier's flat amount (semantics.md, section 4). */
import type { Decimal } from '../quantity.ts';
import type { UnitTier } from './price.ts';
import type { Rating } from './rate.ts';
import { tierOf } from './tiers.ts';

/** At 0 the first tier's flat amount is due. */
export function rateVolume(tiers: readonly UnitTier[], quantity: Decimal): Rating {
  const { tier, from } = tierOf(tiers, quantity);
  const amount = quantity.mul(tier.unitAmount).add(tier.flatAmount);
  return { amount, quantity, tiers: [{ ...tier, from, quantity, amount }] };
}
