/** A version of a plan as it is written: in a request, and in a catalog file (api.md, plans). */
import { z } from 'zod';
import type { Feature } from '../domain/entitlements/feature.ts';
import type { PlanGrant } from '../domain/entitlements/snapshot.ts';
import type { PriceUnit } from '../domain/pricing/price.ts';
import { definePrices, type DefinedPrice } from './definePrice.ts';
import { definePlanFeatures, planFeaturesSchema } from './planFeatures.ts';
import type { WrittenPrice } from './price.ts';
import { definePriceUnits, priceUnitsSchema, type PriceUnitDefinition } from './priceUnits.ts';

/** All fields but its prices, whose schema is documented where it is used. */
export const planVersionFields = {
  interval: z.enum(['day', 'week', 'month', 'year']),
  interval_count: z.int().min(1).max(1000).default(1),
  proration_unit: z.enum(['second', 'day']).default('second'),
  /** In seconds: how long after a period its invoice stays a draft and gains usage. */
  grace_period: z.int().min(0).max(2_592_000).default(3600),
  /** Of a new subscription: nothing is charged in advance before it is over. */
  trial_days: z.int().min(0).max(730).default(0),
  trial_usage: z.enum(['free', 'billed']).default('free'),
  /** What becomes of a trial that ends without a payment method. */
  trial_end_behavior: z.enum(['cancel', 'pause', 'invoice']).default('invoice'),
  /** When a change to fewer seats takes effect, where it does not say. */
  seats_down: z.enum(['now', 'period_end']).default('now'),
  /** Units that its prices may be stated in, each with what one is worth in minor units of the currency. */
  price_units: priceUnitsSchema.default([]),
  /** How long after a payment has failed a subscription still has what the plan gives. */
  past_due_grace_days: z.int().min(0).max(365).default(7),
  /** What it gives of each feature. */
  features: planFeaturesSchema.default([]),
};

export const maximumPrices = 100;

export type WrittenPlanVersion = z.output<z.ZodObject<typeof planVersionFields>> & {
  readonly prices: readonly WrittenPrice[];
};

export interface DefinedPlanVersion {
  readonly interval: WrittenPlanVersion['interval'];
  readonly intervalCount: number;
  readonly prorationUnit: WrittenPlanVersion['proration_unit'];
  readonly gracePeriodSeconds: number;
  readonly trialDays: number;
  readonly trialUsage: WrittenPlanVersion['trial_usage'];
  readonly trialEndBehavior: WrittenPlanVersion['trial_end_behavior'];
  readonly seatsDown: WrittenPlanVersion['seats_down'];
  readonly priceUnits: readonly PriceUnitDefinition[];
  readonly units: readonly PriceUnit[];
  readonly pastDueGraceDays: number;
  readonly features: readonly PlanGrant[];
  readonly prices: readonly DefinedPrice[];
}

/** `features`: those that it may name, by code. Throws a `BillingError` that names what of the version is wrong. */
export function definePlanVersion(
  written: WrittenPlanVersion,
  features: ReadonlyMap<string, Feature>,
): DefinedPlanVersion {
  const units = definePriceUnits(written.price_units);
  return {
    interval: written.interval,
    intervalCount: written.interval_count,
    prorationUnit: written.proration_unit,
    gracePeriodSeconds: written.grace_period,
    trialDays: written.trial_days,
    trialUsage: written.trial_usage,
    trialEndBehavior: written.trial_end_behavior,
    seatsDown: written.seats_down,
    priceUnits: written.price_units,
    units,
    pastDueGraceDays: written.past_due_grace_days,
    features: definePlanFeatures(written.features, features),
    prices: definePrices(written.prices, units),
  };
}
