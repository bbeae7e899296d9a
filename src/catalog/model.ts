/** The fields of each price model, and what they mean (semantics.md, section 4; api.md, Price). */
import { z } from 'zod';
import type { Model, QuantityModel } from '../domain/pricing/price.ts';
import { count, decimal, toDecimal, toOptionalDecimal } from './fields.ts';
import { propertyPath, propertyValue } from './property.ts';

const upTo = z.union([z.literal('inf'), decimal], {
  error: 'give a decimal string, or "inf" for the last tier',
});
const optionalAmount = decimal.default('0');
const unitTiers = z.array(
  z.strictObject({ up_to: upTo, unit_amount: optionalAmount, flat_amount: optionalAmount }),
);

/** Amounts in minor units, or in the price's unit; rates in percent. */
export const modelFields = {
  flat: { model: z.literal('flat'), amount: decimal },
  per_unit: {
    model: z.literal('per_unit'),
    unit_amount: decimal,
    /** Unit amounts of single groups, each named by a value for every property of group_by. */
    group_prices: z
      .array(z.strictObject({ group: z.record(propertyPath, propertyValue), unit_amount: decimal }))
      .min(1)
      .max(1000)
      .optional(),
  },
  graduated: { model: z.literal('graduated'), tiers: unitTiers },
  volume: { model: z.literal('volume'), tiers: unitTiers },
  package: {
    model: z.literal('package'),
    /** Of one package. */
    amount: decimal,
    package_size: decimal,
    free_units: optionalAmount,
  },
  percentage: {
    model: z.literal('percentage'),
    rate: decimal,
    fixed_amount: optionalAmount,
    free_events: count.optional(),
    free_amount: decimal.optional(),
    per_event_min: decimal.optional(),
    per_event_max: decimal.optional(),
  },
  graduated_percentage: {
    model: z.literal('graduated_percentage'),
    tiers: z.array(z.strictObject({ up_to: upTo, rate: decimal, flat_amount: optionalAmount })),
  },
  stairstep: {
    model: z.literal('stairstep'),
    tiers: z.array(z.strictObject({ up_to: upTo, flat_amount: decimal })),
  },
  dynamic: { model: z.literal('dynamic') },
  dimensional: {
    model: z.literal('dimensional'),
    dimensions: z.array(propertyPath).min(1).max(2),
    /** The values are in the order of the dimensions. */
    unit_amounts: z
      .array(z.strictObject({ values: z.array(propertyValue), unit_amount: decimal }))
      .min(1)
      .max(1000),
    default_unit_amount: decimal.optional(),
  },
} as const;

type Fields = typeof modelFields;
/** A model's fields as they are written, checked. */
export type ModelDefinition = {
  [Name in keyof Fields]: z.output<z.ZodObject<Fields[Name]>>;
}[keyof Fields];

type QuantityDefinition = Extract<ModelDefinition, { readonly model: QuantityModel['model'] }>;

/** Whether a model prices a quantity by itself, so that a fixed price can have it. */
export function pricesQuantity(definition: ModelDefinition): definition is QuantityDefinition {
  switch (definition.model) {
    case 'percentage':
    case 'graduated_percentage':
    case 'dynamic':
    case 'dimensional':
      return false;
    default:
      return true;
  }
}

export function toQuantityModel(definition: QuantityDefinition): QuantityModel {
  switch (definition.model) {
    case 'flat':
      return { model: 'flat', amount: toDecimal(definition.amount) };
    case 'per_unit':
      return { model: 'per_unit', unitAmount: toDecimal(definition.unit_amount) };
    case 'graduated':
    case 'volume':
      return {
        model: definition.model,
        tiers: definition.tiers.map((tier) => ({
          ...toTier(tier),
          unitAmount: toDecimal(tier.unit_amount),
        })),
      };
    case 'package':
      return {
        model: 'package',
        amount: toDecimal(definition.amount),
        packageSize: toDecimal(definition.package_size),
        freeUnits: toDecimal(definition.free_units),
      };
    case 'stairstep':
      return { model: 'stairstep', tiers: definition.tiers.map(toTier) };
  }
}

export function toModel(definition: ModelDefinition): Model {
  if (pricesQuantity(definition)) return toQuantityModel(definition);
  switch (definition.model) {
    case 'percentage':
      return {
        model: 'percentage',
        rate: toDecimal(definition.rate),
        fixedAmount: toDecimal(definition.fixed_amount),
        freeEvents: definition.free_events === undefined ? null : BigInt(definition.free_events),
        freeAmount: toOptionalDecimal(definition.free_amount),
        perEventMin: toOptionalDecimal(definition.per_event_min),
        perEventMax: toOptionalDecimal(definition.per_event_max),
      };
    case 'graduated_percentage':
      return {
        model: 'graduated_percentage',
        tiers: definition.tiers.map((tier) => ({ ...toTier(tier), rate: toDecimal(tier.rate) })),
      };
    case 'dynamic':
      return { model: 'dynamic' };
    case 'dimensional':
      return {
        model: 'dimensional',
        dimensions: definition.dimensions,
        unitAmounts: definition.unit_amounts.map(({ values, unit_amount }) => ({
          values,
          unitAmount: toDecimal(unit_amount),
        })),
        defaultUnitAmount: toOptionalDecimal(definition.default_unit_amount),
      };
  }
}

function toTier({ up_to, flat_amount }: { readonly up_to: string; readonly flat_amount: string }) {
  return { upTo: up_to === 'inf' ? ('inf' as const) : toDecimal(up_to), flatAmount: toDecimal(flat_amount) };
}
