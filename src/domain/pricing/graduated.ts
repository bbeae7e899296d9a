/** Every unit priced by the tier it falls in, plus the flat amount of every tier reached (semantics.md, section 4). */
import { zero, type Decimal } from '../quantity.ts';
import type { UnitTier } from './price.ts';
import type { Rating } from './rate.ts';
import { reachedTiers } from './tiers.ts';

/** At 0 only the first tier's flat amount is due. */
export function rateGraduated(tiers: readonly UnitTier[], quantity: Decimal): Rating {
  const rated = reachedTiers(tiers, quantity).map(({ tier, from, quantity: inTier }) => ({
    ...tier,
    from,
    quantity: inTier,
    amount: inTier.mul(tier.unitAmount).add(tier.flatAmount),
  }));
  return { amount: rated.reduce((sum, tier) => sum.add(tier.amount), zero), quantity, tiers: rated };
}
