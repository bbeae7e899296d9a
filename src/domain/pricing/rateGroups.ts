/** A usage price as a whole: each group rated by itself, then what bounds their sum (semantics.md, sections 3 and 4). */
import { allocate, type Amount } from '../money.ts';
import { notBelowZero, one, zero, type Decimal } from '../quantity.ts';
import { groupingOf, groupKey, type Group, type GroupUsage } from '../usage.ts';
import { roundWithinLimit } from './amountLimit.ts';
import { groupModels } from './groupModel.ts';
import type { UsagePrice } from './price.ts';
import { rate, type RateableModel, type Rating } from './rate.ts';

export interface RatedGroup {
  /** Null where the price has no groups. */
  readonly group: Group | null;
  readonly measured: Decimal;
  /** The units that were included, scaled: as many as were taken off are in `rating.quantity`. */
  readonly included: Decimal;
  /** What priced this group: a group's own unit amount is in it. */
  readonly model: RateableModel;
  readonly rating: Rating;
  /** In minor units, before the one rounding. */
  readonly exact: Decimal;
  readonly amount: Amount;
}

/** What the price comes to over all its groups, and the amount that bounds it, in minor units. */
export interface AppliedBound {
  readonly bound: Amount;
  readonly total: Amount;
}

export interface RatedUsage {
  /** In one order, however events arrived, so that what is left over in a split always goes to the same. */
  readonly groups: readonly RatedGroup[];
  /** Where the price has a minimum: what is missing to it is 0 or more. */
  readonly minimum: (AppliedBound & { readonly exact: Decimal; readonly missing: Amount }) | null;
  /** Where the groups came to more than the maximum, which was then split over them. */
  readonly maximum: AppliedBound | null;
  /** The part of the interval that was applied: 1 where the price is not prorated. */
  readonly part: Decimal;
}

/** Rates what was counted in a period that is `fraction` of its interval. Throws as the models do. */
export function rateGroups(price: UsagePrice, usage: readonly GroupUsage[], fraction: Decimal): RatedUsage {
  const part = price.prorate ? fraction : one;
  const modelOf = groupModels(price);
  const groups = inOrder(price, usage).map((group) => rateGroup(price, modelOf(group.group), group, part));
  const total = sum(groups.map(({ amount }) => amount));
  const maximum = roundBound(price, price.maximumAmount, part);
  if (maximum && total > maximum.amount) {
    const bound = maximum.amount;
    return { groups: split(groups, bound), minimum: null, maximum: { bound, total }, part };
  }
  const minimum = roundBound(price, price.minimumAmount, part);
  return {
    groups,
    minimum: minimum && {
      bound: minimum.amount,
      exact: minimum.exact,
      total,
      missing: (total < minimum.amount ? minimum.amount - total : 0n) as Amount,
    },
    maximum: null,
    part,
  };
}

/** The groups by their values; the only one, also without usage, of a price that has no groups. */
function inOrder(price: UsagePrice, usage: readonly GroupUsage[]): readonly GroupUsage[] {
  const properties = groupingOf(price);
  if (properties.length === 0 && usage.length === 0) return [{ group: {}, quantity: zero }];
  const byKey = new Map(usage.map((group) => [groupKey(properties, group.group), group] as const));
  if (byKey.size < usage.length) throw new Error(`price ${price.id} was given usage of one group twice`);
  return [...byKey].sort(([key], [other]) => (key < other ? -1 : 1)).map(([, group]) => group);
}

function rateGroup(price: UsagePrice, model: RateableModel, usage: GroupUsage, part: Decimal): RatedGroup {
  const included = (price.includedUnits ?? zero).mul(part);
  const rating = rate(model, notBelowZero(usage.quantity).sub(included), usage.events);
  // A flat amount is a fixed fee in arrears: it scales as those do.
  const exact = inMinorUnits(price, model.model === 'flat' ? rating.amount.mul(part) : rating.amount);
  return {
    group: groupingOf(price).length === 0 ? null : usage.group,
    measured: usage.quantity,
    included,
    model,
    rating,
    exact,
    amount: roundWithinLimit(exact, price.code),
  };
}

/** A price that is stated in a unit of the plan's is worth its rate in minor units. */
export function inMinorUnits({ priceUnit }: Pick<UsagePrice, 'priceUnit'>, amount: Decimal): Decimal {
  return priceUnit ? amount.mul(priceUnit.rate) : amount;
}

function roundBound(
  price: UsagePrice,
  stated: Decimal | null,
  part: Decimal,
): { readonly exact: Decimal; readonly amount: Amount } | null {
  if (stated === null) return null;
  const exact = inMinorUnits(price, stated.mul(part));
  return { exact, amount: roundWithinLimit(exact, price.code) };
}

/** Splits an amount over the groups in proportion to what each comes to, exactly (section 1). */
function split(groups: readonly RatedGroup[], amount: Amount): RatedGroup[] {
  const scale = groups.reduce((common, { exact }) => common.lcm(exact.d), one);
  const weights = groups.map(({ exact }) => exact.mul(scale).n as Amount);
  const shares = allocate(amount, weights);
  return groups.map((group, index) => ({ ...group, amount: shares[index] ?? group.amount }));
}

function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce((total, amount) => total + amount, 0n) as Amount;
}
