/** As graduated, with a rate in percent for each tier, on the summed quantity (semantics.md, section 4). */
import { zero, type Decimal } from '../quantity.ts';
import type { RateTier } from './price.ts';
import type { Rating } from './rate.ts';
import { reachedTiers } from './tiers.ts';

/** `quantity` is money, in the unit that the amount is in. At 0 only the first tier's flat amount is due. */
export function rateGraduatedPercentage(tiers: readonly RateTier[], quantity: Decimal): Rating {
  const rated = reachedTiers(tiers, quantity).map(({ tier, from, quantity: inTier }) => ({
    ...tier,
    from,
    quantity: inTier,
    amount: inTier.mul(tier.rate).div(100).add(tier.flatAmount),
  }));
  return { amount: rated.reduce((sum, tier) => sum.add(tier.amount), zero), quantity, tiers: rated };
}
