/** The one way to price a quantity: each model has its own file (semantics.md, section 4). */
import { notBelowZero, zero, type Decimal } from '../quantity.ts';
import type { EventAmounts } from '../usage.ts';
import { rateDynamic } from './dynamic.ts';
import { rateFlat } from './flat.ts';
import { rateGraduated } from './graduated.ts';
import { rateGraduatedPercentage } from './graduatedPercentage.ts';
import { ratePackage } from './package.ts';
import { ratePercentage } from './percentage.ts';
import { ratePerUnit } from './perUnit.ts';
import type { DimensionalModel, Model, TierBound } from './price.ts';
import { rateStairstep } from './stairstep.ts';
import { rateVolume } from './volume.ts';

/** What falls in a tier and comes to. Amounts in minor units, or in the price's unit; rates in percent. */
export interface RatedTier extends TierBound {
  readonly from: Decimal;
  readonly quantity: Decimal;
  readonly unitAmount?: Decimal;
  readonly rate?: Decimal;
  readonly flatAmount: Decimal;
  readonly amount: Decimal;
}

/** How the events of a percentage price were charged: each is free, at the minimum, at the maximum, or at the rate. */
export interface RatedEvents {
  /** Of them, the last may be free in part: then it is among the charged ones too. */
  readonly free: { readonly count: bigint; readonly amount: Decimal };
  /** Charged their paid part × rate + the fixed amount. */
  readonly atRate: { readonly count: bigint; readonly amount: Decimal };
  readonly atMinimum: bigint;
  readonly atMaximum: bigint;
}

export interface Rating {
  /** In minor units, or in the price's unit; exact: the caller rounds, once. */
  readonly amount: Decimal;
  /** What was priced: never below 0. */
  readonly quantity: Decimal;
  /** The tiers that were reached, where the model has any. */
  readonly tiers?: readonly RatedTier[];
  /** The whole packages that were charged. */
  readonly packages?: Decimal;
  readonly events?: RatedEvents;
}

/** A model that prices by itself; a dimensional one is, for each combination of values, a `per_unit` of its own. */
export type RateableModel = Exclude<Model, DimensionalModel>;

/**
 * The exact amount for a quantity, and for the events that carry it where the model prices each of them. A negative
 * quantity is billed as 0.
 */
export function rate(model: RateableModel, quantity: Decimal, events?: EventAmounts): Rating {
  const billed = notBelowZero(quantity);
  switch (model.model) {
    case 'flat':
      return rateFlat(model.amount, billed);
    case 'per_unit':
      return ratePerUnit(model.unitAmount, billed);
    case 'graduated':
      return rateGraduated(model.tiers, billed);
    case 'volume':
      return rateVolume(model.tiers, billed);
    case 'package':
      return ratePackage(model, billed);
    case 'percentage':
      return ratePercentage(model, billed, eventsOf(billed, events));
    case 'graduated_percentage':
      return rateGraduatedPercentage(model.tiers, billed);
    case 'stairstep':
      return rateStairstep(model.tiers, billed);
    case 'dynamic':
      return rateDynamic(billed);
  }
}

function eventsOf(quantity: Decimal, events: EventAmounts | undefined): EventAmounts {
  if (events) return events;
  if (quantity.equals(zero)) return { first: [], rest: [] };
  throw new Error('a percentage prices each event: their amounts must be given');
}
