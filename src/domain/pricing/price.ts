/** Prices: what a plan version charges for, and by which model (semantics.md, section 4). */
import type { MeterId, PriceId } from '../ids.ts';
import type { Decimal } from '../quantity.ts';
import type { PropertyFilter } from '../usage.ts';

/** From the bound of the tier before (exclusive) up to `upTo` (inclusive). */
export interface TierBound {
  readonly upTo: Decimal | 'inf';
}

/** A tier that a quantity falls in as a whole, for one amount, in minor units. */
export interface FlatTier extends TierBound {
  readonly flatAmount: Decimal;
}

/** A tier with a price for each unit. Amounts in minor units. */
export interface UnitTier extends FlatTier {
  readonly unitAmount: Decimal;
}

/** A tier with a rate in percent. */
export interface RateTier extends FlatTier {
  readonly rate: Decimal;
}

/** A share of the money that each event carries. `rate` in percent, amounts in minor units; null: there is none. */
export interface PercentageModel {
  readonly model: 'percentage';
  readonly rate: Decimal;
  readonly fixedAmount: Decimal;
  readonly freeEvents: bigint | null;
  readonly freeAmount: Decimal | null;
  readonly perEventMin: Decimal | null;
  readonly perEventMax: Decimal | null;
}

/** A unit amount for each combination of values of one or two properties. */
export interface DimensionalModel {
  readonly model: 'dimensional';
  readonly dimensions: readonly string[];
  readonly unitAmounts: readonly { readonly values: readonly string[]; readonly unitAmount: Decimal }[];
  /** For combinations that the table does not name; null: they are an error. */
  readonly defaultUnitAmount: Decimal | null;
}

/** The models that price a quantity by itself, so that a subscription's quantity can be priced too. */
export type QuantityModel =
  | { readonly model: 'flat'; readonly amount: Decimal }
  | { readonly model: 'per_unit'; readonly unitAmount: Decimal }
  | { readonly model: 'graduated'; readonly tiers: readonly UnitTier[] }
  | { readonly model: 'volume'; readonly tiers: readonly UnitTier[] }
  | {
      readonly model: 'package';
      readonly amount: Decimal;
      readonly packageSize: Decimal;
      readonly freeUnits: Decimal;
    }
  | { readonly model: 'stairstep'; readonly tiers: readonly FlatTier[] };

export type Model =
  | QuantityModel
  | PercentageModel
  | { readonly model: 'graduated_percentage'; readonly tiers: readonly RateTier[] }
  | { readonly model: 'dynamic' }
  | DimensionalModel;

/** A unit that a plan version states prices in: minor units of its currency for one of it. */
export interface PriceUnit {
  readonly code: string;
  readonly rate: Decimal;
}

interface CommonTerms {
  /** Whether what is due in arrears scales with the part of the interval that was billed (section 3). */
  readonly prorate: boolean;
  /** Every amount of the price is stated in it; null: in minor units of the plan's currency. */
  readonly priceUnit: PriceUnit | null;
  readonly taxable: boolean;
  /** What it is called on invoices; left out: its code. */
  readonly name?: string | undefined;
}

/** What a recurring price charges. */
export interface FixedTerms extends CommonTerms {
  readonly type: 'fixed';
  readonly model: QuantityModel;
  readonly billing: 'in_advance' | 'in_arrears';
  /** The quantity of the subscription, the members of its customer's organization that take a seat, or 1. */
  readonly quantityFrom: 'subscription' | 'seats' | 'fixed';
}

/** What a metered price charges. Amounts in minor units, or in the price's unit; null: there is none. */
export interface UsageTerms extends CommonTerms {
  readonly type: 'usage';
  readonly model: Model;
  readonly billing: 'in_arrears';
  readonly meterId: MeterId;
  /** Taken off each group's quantity before the model prices it. */
  readonly includedUnits: Decimal | null;
  /** For the price as a whole, over its groups. */
  readonly minimumAmount: Decimal | null;
  readonly maximumAmount: Decimal | null;
  /** Only the events that pass all of them are counted. */
  readonly filters: readonly PropertyFilter[];
  /** The event properties of which each combination of values has its own line. */
  readonly groupBy: readonly string[];
  /** Unit amounts of single groups, for per_unit. */
  readonly groupPrices: readonly {
    readonly group: Readonly<Record<string, string>>;
    readonly unitAmount: Decimal;
  }[];
}

export type PriceTerms = FixedTerms | UsageTerms;

interface PriceIdentity {
  readonly id: PriceId;
  readonly code: string;
}

export interface FixedPrice extends FixedTerms, PriceIdentity {}
export interface UsagePrice extends UsageTerms, PriceIdentity {}
export type Price = FixedPrice | UsagePrice;
