/** What models with tiers share: where a quantity falls (semantics.md, section 4). */
import { zero, type Decimal } from '../quantity.ts';
import type { TierBound } from './price.ts';

export interface ReachedTier<Tier> {
  readonly tier: Tier;
  /** The bound of the tier before: exclusive. */
  readonly from: Decimal;
  /** The part of the quantity that falls in the tier. */
  readonly quantity: Decimal;
}

/** The tiers that a quantity reaches: those whose lower bound it is above, and always the first. */
export function reachedTiers<Tier extends TierBound>(
  tiers: readonly Tier[],
  quantity: Decimal,
): ReachedTier<Tier>[] {
  const reached: ReachedTier<Tier>[] = [];
  let from = zero;
  for (const tier of tiers) {
    if (reached.length > 0 && quantity.lte(from)) break;
    const { upTo } = tier;
    const inTier = (upTo === 'inf' || quantity.lt(upTo) ? quantity : upTo).sub(from);
    reached.push({ tier, from, quantity: inTier });
    if (upTo === 'inf') break;
    from = upTo;
  }
  return reached;
}

/** The tier that a quantity falls in: the last that it reaches, as `upTo` is inclusive. */
export function tierOf<Tier extends TierBound>(
  tiers: readonly Tier[],
  quantity: Decimal,
): { readonly tier: Tier; readonly from: Decimal } {
  const last = reachedTiers(tiers, quantity).at(-1);
  if (!last) throw new Error('a price has one tier at least');
  return last;
}
