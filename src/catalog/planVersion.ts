/** A version of a plan as it is written: in a request, and in a catalog file (api.md, plans). */
import { z } from 'zod';
import type { PriceUnit } from '../domain/pricing/price.ts';
import { definePrices, type DefinedPrice } from './definePrice.ts';
import type { WrittenPrice } from './price.ts';
import { definePriceUnits, priceUnitsSchema, type PriceUnitDefinition } from './priceUnits.ts';

/** All fields but its prices, whose schema is documented where it is used. */
export const planVersionFields = {
  interval: z.enum(['day', 'week', 'month', 'year']),
  interval_count: z.int().min(1).max(1000).default(1),
  proration_unit: z.enum(['second', 'day']).default('second'),
  /** In seconds: how long after a period its invoice stays a draft and gains usage. */
  grace_period: z.int().min(0).max(2_592_000).default(3600),
  /** Units that its prices may be stated in, each with what one is worth in minor units of the currency. */
  price_units: priceUnitsSchema.default([]),
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
  readonly priceUnits: readonly PriceUnitDefinition[];
  readonly units: readonly PriceUnit[];
  readonly prices: readonly DefinedPrice[];
}

/** Throws a `BillingError` that names what of the version is wrong. */
export function definePlanVersion(written: WrittenPlanVersion): DefinedPlanVersion {
  const units = definePriceUnits(written.price_units);
  return {
    interval: written.interval,
    intervalCount: written.interval_count,
    prorationUnit: written.proration_unit,
    gracePeriodSeconds: written.grace_period,
    priceUnits: written.price_units,
    units,
    prices: definePrices(written.prices, units),
  };
}
