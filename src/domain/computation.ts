/** How a line's amount came to be, complete enough to compute it again from the events and the catalog (section 7). */
import { formatExact, type Decimal } from './quantity.ts';
import type { Model, Price, TierBound } from './pricing/price.ts';
import type { AppliedBound } from './pricing/rateGroups.ts';
import type { Rating } from './pricing/rate.ts';
import type { PropertyFilter } from './usage.ts';

/**
 * Stored as JSON with the line. All numbers are exact texts, `formatExact`'s; amounts in minor units, but those of the
 * parameters, tiers and events are in the price unit where there is one.
 */
export interface Computation {
  readonly planVersion: number;
  readonly model: Model['model'] | 'commitment' | 'one_off' | 'credit_purchase';
  /** The id of the meter of a usage price. */
  readonly meter?: string;
  /** Of a usage price: which of the meter's events it bills. */
  readonly filters?: readonly PropertyFilter[];
  /** The model's own fields, but for tiers; of a group with its own unit amount, that one. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What was counted, what of it was included at no charge, and what the model then priced. */
  readonly quantity: { readonly measured: string; readonly included: string; readonly billed: string };
  /** Where what was counted is the members of an organization that took a seat. */
  readonly quantityFrom?: 'seats';
  /** The tiers that were reached, each with what falls in it and what that comes to. */
  readonly tiers?: readonly Readonly<Record<string, string>>[];
  readonly events?: {
    readonly free: { readonly count: string; readonly amount: string };
    readonly atRate: { readonly count: string; readonly amount: string };
    readonly atMinimum: string;
    readonly atMaximum: string;
  };
  readonly priceUnit?: { readonly code: string; readonly rate: string };
  /** The part of the interval that was applied. */
  readonly fraction: string;
  /** What was rounded to the line's amount, once; or what a maximum was split in proportion to. */
  readonly exactAmount: string;
  /** What the price's lines came to before, and what they were brought to. */
  readonly minimum?: { readonly amount: string; readonly total: string };
  readonly maximum?: { readonly amount: string; readonly total: string };
  /** Of late usage: what was billed before, and what the whole period comes to now. */
  readonly before?: { readonly quantity: string; readonly amount: string };
  readonly after?: { readonly quantity: string; readonly amount: string };
  /** Of what is waived: what its usage was billed, what voids and credit notes had left of that, and the difference made to it. */
  readonly waived?: { readonly billed: string; readonly charged: string; readonly difference: string };
}

export interface ComputationFacts {
  readonly planVersion: number;
  /** What priced the line, where that is more special than the price's model. */
  readonly model: Model;
  readonly measured: Decimal;
  readonly included: Decimal;
  readonly rating: Rating | null;
  readonly part: Decimal;
  readonly exact: Decimal;
  readonly minimum?: AppliedBound | null;
  readonly maximum?: AppliedBound | null;
}

export function describeComputation(price: Price, facts: ComputationFacts): Computation {
  const { rating, minimum, maximum } = facts;
  return {
    planVersion: facts.planVersion,
    model: price.model.model,
    ...(price.type === 'usage' && { meter: price.meterId }),
    ...(price.type === 'usage' && price.filters.length > 0 && { filters: price.filters }),
    parameters: {
      ...describeParameters(facts.model),
      ...(rating?.packages && { packages: formatExact(rating.packages) }),
    },
    quantity: {
      measured: formatExact(facts.measured),
      included: formatExact(facts.included),
      billed: formatExact(rating?.quantity ?? facts.measured),
    },
    ...(price.type === 'fixed' && price.quantityFrom === 'seats' && { quantityFrom: price.quantityFrom }),
    ...(rating?.tiers && { tiers: rating.tiers.map(describeNumbers) }),
    ...(rating?.events && { events: describeEvents(rating.events) }),
    ...(price.priceUnit && {
      priceUnit: { code: price.priceUnit.code, rate: formatExact(price.priceUnit.rate) },
    }),
    fraction: facts.part.toFraction(),
    exactAmount: formatExact(facts.exact),
    ...(minimum && { minimum: describeBound(minimum) }),
    ...(maximum && { maximum: describeBound(maximum) }),
  };
}

/** The numbers among a model's fields; tables are in the catalog. */
function describeParameters(model: Model): Record<string, string> {
  const { model: _name, ...fields } = model;
  return describeNumbers(fields);
}

function describeNumbers(fields: TierBound | object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
      if (typeof value === 'bigint' || typeof value === 'string') return [[name, String(value)]];
      return isDecimal(value) ? [[name, formatExact(value)]] : [];
    }),
  );
}

function isDecimal(value: unknown): value is Decimal {
  return typeof value === 'object' && value !== null && 'toFraction' in value;
}

function describeEvents({ free, atRate, atMinimum, atMaximum }: NonNullable<Rating['events']>) {
  return {
    free: { count: String(free.count), amount: formatExact(free.amount) },
    atRate: { count: String(atRate.count), amount: formatExact(atRate.amount) },
    atMinimum: String(atMinimum),
    atMaximum: String(atMaximum),
  };
}

function describeBound({ bound, total }: AppliedBound) {
  return { amount: String(bound), total: String(total) };
}
