/** The one way to price a quantity: each model has its own file (semantics.md, section 4). */
import { zero, type Decimal } from '../quantity.ts';
import { rateFlat } from './flat.ts';
import { rateGraduated } from './graduated.ts';
import { ratePerUnit } from './perUnit.ts';
import type { Model, Tier } from './price.ts';

export interface RatedTier extends Tier {
  readonly from: Decimal;
  readonly quantity: Decimal;
  readonly amount: Decimal;
}

export interface Rating {
  /** In minor units, exact: the caller rounds, once. */
  readonly amount: Decimal;
  /** What was billed: never below 0. */
  readonly quantity: Decimal;
  /** The tiers that were reached, where the model has any. */
  readonly tiers?: readonly RatedTier[];
}

/** The exact amount for a quantity. A negative quantity is billed as 0. */
export function rate(model: Model, quantity: Decimal): Rating {
  const billed = quantity.lt(0) ? zero : quantity;
  switch (model.model) {
    case 'flat':
      return rateFlat(model.amount, billed);
    case 'per_unit':
      return ratePerUnit(model.unitAmount, billed);
    case 'graduated':
      return rateGraduated(model.tiers, billed);
  }
}
