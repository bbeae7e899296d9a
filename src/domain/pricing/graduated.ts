/** Every unit priced by the tier that it falls in, plus the flat amount of every tier reached (semantics.md, section 4). */
import { zero, type Decimal } from '../quantity.ts';
import type { Tier } from './price.ts';
import type { RatedTier, Rating } from './rate.ts';

/** A tier is reached when the quantity is above its lower bound; at 0 only the first tier's flat amount is due. */
export function rateGraduated(tiers: readonly Tier[], quantity: Decimal): Rating {
  const rated: RatedTier[] = [];
  let from = zero;
  for (const [index, tier] of tiers.entries()) {
    if (index > 0 && quantity.lte(from)) break;
    const { upTo } = tier;
    const inTier = (upTo === 'inf' || quantity.lt(upTo) ? quantity : upTo).sub(from);
    rated.push({ ...tier, from, quantity: inTier, amount: inTier.mul(tier.unitAmount).add(tier.flatAmount) });
    if (upTo === 'inf') break;
    from = upTo;
  }
  return { amount: rated.reduce((sum, tier) => sum.add(tier.amount), zero), quantity, tiers: rated };
}
