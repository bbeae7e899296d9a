/** A negotiated price: what of a plan's price is different for one subscription. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import type { MeterId } from '../domain/ids.ts';
import type { Meter } from '../domain/meter.ts';
import type { PlanVersion } from '../domain/plan.ts';
import type { PriceUnit } from '../domain/pricing/price.ts';
import { checkMeters } from './checkMeters.ts';
import { definePrices } from './definePrice.ts';
import { code } from './fields.ts';
import { definitionSchema, priceSchema, toTerms, type PriceDefinition, type WrittenPrice } from './price.ts';

/** The price that it is in place of, by its code, and the fields that differ. */
export const overrideSchema = z.looseObject({ price: code });
export type WrittenOverride = z.output<typeof overrideSchema>;

export interface PriceOverride {
  readonly code: string;
  /** The price as a whole, in the plan's place. */
  readonly definition: PriceDefinition;
  /** What was negotiated of it, to be carried over to another version. */
  readonly written: WrittenOverride;
}

interface SavedPrice {
  readonly code: string;
  readonly meter_id: MeterId | null;
  readonly definition: PriceDefinition;
}

/** What stays when another model is negotiated. */
const modelFree = [
  'name',
  'type',
  'billing',
  'quantity_from',
  'prorate',
  'price_unit',
  'taxable',
  'included_units',
  'minimum_amount',
  'maximum_amount',
  'filters',
  'group_by',
] as const;
/** What it bills stays what it is: it is another price otherwise. */
const fixedFields = ['code', 'type', 'billing', 'meter'];

/**
 * The definitions that take the place of the plan's. Throws a `BillingError` that names what is wrong with one, at its
 * place in `price_overrides`.
 */
export function defineOverrides(
  written: readonly WrittenOverride[],
  prices: readonly SavedPrice[],
  units: readonly PriceUnit[],
  meters: ReadonlyMap<MeterId, Meter>,
): PriceOverride[] {
  try {
    return definePlaced(written, prices, units, meters);
  } catch (error) {
    if (!(error instanceof BillingError)) throw error;
    const [, position, field = ''] = /^prices\[(\d+)\](.*)$/.exec(error.param ?? '') ?? [];
    if (position === undefined) throw error;
    const index = written.findIndex(({ price }) => price === prices[Number(position)]?.code);
    // A price that is as the plan has it does not go with the override of another.
    const param = index < 0 ? 'price_overrides' : `price_overrides[${String(index)}]${field}`;
    throw new BillingError(error.status, error.code, error.message, param);
  }
}

function definePlaced(
  written: readonly WrittenOverride[],
  prices: readonly SavedPrice[],
  units: readonly PriceUnit[],
  meters: ReadonlyMap<MeterId, Meter>,
): PriceOverride[] {
  const overridden = new Map<string, WrittenPrice>();
  for (const [index, override] of written.entries()) {
    const param = `price_overrides[${String(index)}]`;
    const base = prices.find((price) => price.code === override.price);
    if (!base) throw invalid('price_missing', `The plan has no price ${override.price}.`, `${param}.price`);
    if (overridden.has(base.code)) {
      throw invalid('price_repeated', 'A price is overridden twice.', `${param}.price`);
    }
    overridden.set(base.code, merge(base, override, param));
  }
  const defined = definePrices(
    prices.map((price) => overridden.get(price.code) ?? toWritten(price)),
    units,
  );
  checkMeters(defined, meters);
  const writtenOf = new Map(written.map((override) => [override.price, override]));
  return defined.flatMap((price) => {
    const override = writtenOf.get(price.code);
    return override ? [{ code: price.code, definition: price.definition, written: override }] : [];
  });
}

function merge(
  base: SavedPrice,
  { price: _price, ...changes }: WrittenOverride,
  param: string,
): WrittenPrice {
  const misplaced = fixedFields.find((field) => field in changes);
  if (misplaced !== undefined) {
    throw invalid(
      'override_invalid',
      `An override cannot change ${misplaced}: it would be another price.`,
      `${param}.${misplaced}`,
    );
  }
  const saved = toWritten(base);
  const otherModel = 'model' in changes && changes['model'] !== saved.model;
  const kept = otherModel
    ? Object.fromEntries(modelFree.flatMap((field) => (field in saved ? [[field, saved[field]]] : [])))
    : saved;
  const merged = priceSchema.safeParse({
    ...kept,
    ...changes,
    code: saved.code,
    ...(saved.meter !== undefined && { meter: saved.meter }),
  });
  if (merged.success) return merged.data;
  const [issue] = merged.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys] : (issue?.path ?? []);
  const field = path.reduce<string>(
    (at, name) => (typeof name === 'number' ? `${at}[${String(name)}]` : `${at}.${String(name)}`),
    param,
  );
  throw invalid('override_invalid', `${field}: ${issue?.message ?? 'is invalid'}.`, field);
}

function toWritten({ code: priceCode, meter_id: meter, definition }: SavedPrice): WrittenPrice {
  return { ...definition, code: priceCode, ...(meter !== null && { meter }) };
}

/** The plan with the negotiated prices in the place of its own. */
export function withOverrides(
  plan: PlanVersion,
  overrides: readonly { readonly code: string; readonly definition: unknown }[],
): PlanVersion {
  if (overrides.length === 0) return plan;
  const definitions = new Map(overrides.map(({ code: of, definition }) => [of, definition]));
  return {
    ...plan,
    prices: plan.prices.map((price) => {
      if (!definitions.has(price.code)) return price;
      const definition = definitionSchema.parse(definitions.get(price.code));
      const unit = plan.priceUnits.find((known) => known.code === definition.price_unit) ?? null;
      if (definition.price_unit !== undefined && unit === null) {
        throw new Error(
          `the negotiated price ${price.code} is in ${definition.price_unit}, which its plan lacks`,
        );
      }
      const meterId = price.type === 'usage' ? price.meterId : null;
      return { id: price.id, code: price.code, ...toTerms(definition, meterId, unit) };
    }),
  };
}

function invalid(errorCode: string, message: string, param: string): BillingError {
  return new BillingError(400, errorCode, message, param);
}
