/** What catalog files describe: meters, features, and plans whose prices and features name them by code. */
import { z } from 'zod';
import type { Feature } from '../domain/entitlements/feature.ts';
import { BillingError } from '../domain/errors.ts';
import type { MeterId } from '../domain/ids.ts';
import type { Meter } from '../domain/meter.ts';
import { checkMeters } from './checkMeters.ts';
import { code, currency, metadata, text } from './fields.ts';
import { checkFeature, featureFields } from './feature.ts';
import { meterFields, meterRequest, toMeterDefinition } from './meter.ts';
import {
  definePlanVersion,
  maximumPrices,
  planVersionFields,
  type DefinedPlanVersion,
} from './planVersion.ts';
import { priceEntrySchema, type WrittenPrice } from './price.ts';

const meterEntry = z.strictObject({
  code,
  name: text(200).optional(),
  ...meterFields,
  metadata: metadata.optional(),
});
const featureEntry = z.strictObject({
  code,
  name: text(200).optional(),
  ...featureFields,
  /** The code of the meter that counts its use. */
  meter: code.optional(),
  metadata: metadata.optional(),
});
const planEntry = z.strictObject({
  code,
  name: text(200).optional(),
  currency,
  ...planVersionFields,
  prices: z.array(priceEntrySchema).min(1).max(maximumPrices),
  /** Whether customers without a live subscription have what it gives: one plan at most. */
  fallback: z.boolean().optional(),
  metadata: metadata.optional(),
});

export const catalogSchema = z.strictObject({
  meters: z.array(meterEntry).default([]),
  features: z.array(featureEntry).default([]),
  plans: z.array(planEntry).default([]),
});
export type WrittenCatalog = z.output<typeof catalogSchema>;

export interface CatalogMeter extends Omit<Meter, 'id'> {
  /** Undefined where the catalog leaves it to what is stored; so are metadata. */
  readonly name: string | undefined;
  readonly metadata: Record<string, string> | undefined;
}

export interface CatalogFeature extends Omit<Feature, 'id'> {
  /** Undefined where the catalog leaves it to what is stored; so are unit and metadata. */
  readonly name: string | undefined;
  readonly unit: string | undefined;
  readonly metadata: Record<string, string> | undefined;
}

export interface CatalogPlan {
  readonly code: string;
  readonly name: string | undefined;
  readonly currency: string;
  readonly metadata: Record<string, string> | undefined;
  readonly version: DefinedPlanVersion;
  /** Undefined where the catalog leaves it to what is stored. */
  readonly fallback: boolean | undefined;
}

/**
 * The meters of a catalog. Throws a `BillingError` 400 whose `param` is the place, such as `meters[0].property`;
 * `checkExpression` throws for an expression that cannot be computed.
 */
export function defineCatalogMeters(
  written: WrittenCatalog,
  checkExpression: (definition: Omit<Meter, 'id' | 'code'>) => void,
): CatalogMeter[] {
  refuseRepeated('meters', written.meters);
  return written.meters.map(({ code: meterCode, name, metadata: entries, ...request }, index) =>
    within(`meters[${String(index)}]`, () => {
      const definition = toMeterDefinition(meterRequest.parse(request));
      checkExpression(definition);
      return { ...definition, code: meterCode, name, metadata: entries };
    }),
  );
}

/** The features of a catalog, over all meters that there will be. Throws a `BillingError` whose `param` is the place. */
export function defineCatalogFeatures(
  written: WrittenCatalog,
  meters: ReadonlyMap<string, Meter>,
): CatalogFeature[] {
  refuseRepeated('features', written.features);
  return written.features.map((entry, index) =>
    within(`features[${String(index)}]`, () => {
      const meter = entry.meter === undefined ? undefined : meters.get(entry.meter);
      if (entry.meter !== undefined && !meter) throw meterMissing(entry.meter, 'meter');
      const feature = { code: entry.code, type: entry.type, meterId: meter?.id ?? null };
      checkFeature(feature);
      return { ...feature, name: entry.name, unit: entry.unit, metadata: entry.metadata };
    }),
  );
}

function meterMissing(meterCode: string, param: string): BillingError {
  return new BillingError(
    400,
    'meter_missing',
    `There is no meter ${meterCode}, neither in the catalog nor stored.`,
    param,
  );
}

/** The plans of a catalog, over all meters and features that there will be. Throws a `BillingError` whose `param` is the place. */
export function defineCatalogPlans(
  written: WrittenCatalog,
  meters: ReadonlyMap<string, Meter>,
  features: ReadonlyMap<string, Feature>,
): CatalogPlan[] {
  refuseRepeated('plans', written.plans);
  const byId = new Map<MeterId, Meter>([...meters.values()].map((meter) => [meter.id, meter]));
  return written.plans.map(
    ({ code: planCode, name, currency: planCurrency, metadata: entries, fallback, ...version }, index) =>
      within(`plans[${String(index)}]`, () => {
        const prices = version.prices.map((price, position): WrittenPrice => {
          const { meter: meterCode, ...fields } = price;
          if (meterCode === undefined) return fields;
          const meter = meters.get(meterCode);
          if (meter) return { ...fields, meter: meter.id };
          throw meterMissing(meterCode, `prices[${String(position)}].meter`);
        });
        const defined = definePlanVersion({ ...version, prices }, features);
        checkMeters(defined.prices, byId);
        return {
          code: planCode,
          name,
          currency: planCurrency,
          metadata: entries,
          version: defined,
          fallback,
        };
      }),
  );
}

function refuseRepeated(section: string, entries: readonly { readonly code: string }[]): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    if (seen.has(entry.code)) {
      throw new BillingError(
        400,
        'code_repeated',
        `${entry.code} is described twice.`,
        `${section}[${String(index)}].code`,
      );
    }
    seen.add(entry.code);
  }
}

/** What is wrong in an entry is named from the catalog's root. */
function within<T>(entry: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    const param = error.param === undefined ? entry : `${entry}.${error.param}`;
    throw new BillingError(error.status, error.code, error.message, param);
  }
}
