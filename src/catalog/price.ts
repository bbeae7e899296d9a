/** A price as it is written: the schema of requests, files and stored definitions (api.md, Price). */
import { z } from 'zod';
import type { MeterId } from '../domain/ids.ts';
import type { FixedTerms, PriceTerms, PriceUnit, UsageTerms } from '../domain/pricing/price.ts';
import { code, decimal, idOf, text, toDecimal, toOptionalDecimal } from './fields.ts';
import { modelFields, pricesQuantity, toModel, toQuantityModel } from './model.ts';
import { propertyFilters, propertyPath, toFilter } from './property.ts';

/** What only a usage price has, beside its meter. Amounts in minor units, or in the price's unit. */
const usageFields = {
  included_units: decimal.optional(),
  minimum_amount: decimal.optional(),
  maximum_amount: decimal.optional(),
  filters: propertyFilters.min(1).optional(),
  group_by: z.array(propertyPath).min(1).optional(),
};
export const usageOnlyFields = [
  ...(Object.keys(usageFields) as (keyof typeof usageFields)[]),
  'group_prices',
] as const;

const commonFields = {
  /** What it is called on invoices; left out: its code. */
  name: text(200).optional(),
  type: z.enum(['fixed', 'usage']),
  billing: z.enum(['in_advance', 'in_arrears']).optional(),
  quantity_from: z.enum(['subscription', 'seats', 'fixed']).optional(),
  prorate: z.boolean().optional(),
  /** The code of one of the plan's price units, which all amounts of the price are stated in. */
  price_unit: code.optional(),
  taxable: z.boolean().default(true),
  ...usageFields,
};

function ofAnyModel<Fields extends z.ZodRawShape>(fields: Fields) {
  return z.discriminatedUnion('model', [
    z.strictObject({ ...fields, ...modelFields.flat }),
    z.strictObject({ ...fields, ...modelFields.per_unit }),
    z.strictObject({ ...fields, ...modelFields.graduated }),
    z.strictObject({ ...fields, ...modelFields.volume }),
    z.strictObject({ ...fields, ...modelFields.package }),
    z.strictObject({ ...fields, ...modelFields.percentage }),
    z.strictObject({ ...fields, ...modelFields.graduated_percentage }),
    z.strictObject({ ...fields, ...modelFields.stairstep }),
    z.strictObject({ ...fields, ...modelFields.dynamic }),
    z.strictObject({ ...fields, ...modelFields.dimensional }),
  ]);
}

/** What is stored of a price beside its code and its meter. */
export const definitionSchema = ofAnyModel(commonFields);
export type PriceDefinition = z.output<typeof definitionSchema>;

export const priceSchema = ofAnyModel({ code, meter: idOf('meter').optional(), ...commonFields });
/** As in a catalog file, where a meter goes by its code. */
export const priceEntrySchema = ofAnyModel({ code, meter: code.optional(), ...commonFields });
/** A price that was checked field by field; `definePrices` checks it as a whole. */
export type WrittenPrice = z.output<typeof priceSchema>;

/** What a price charges; `priceUnit` is the one that it names. Throws for one that `definePrices` refuses. */
export function toTerms(
  definition: PriceDefinition,
  meterId: MeterId | null,
  priceUnit: PriceUnit | null,
): PriceTerms {
  if (definition.type === 'fixed') return toFixedTerms(definition, priceUnit);
  if (meterId === null) throw new Error('a usage price has no meter');
  return toUsageTerms(definition, meterId, priceUnit);
}

function toFixedTerms(price: PriceDefinition, priceUnit: PriceUnit | null): FixedTerms {
  if (!pricesQuantity(price)) throw new Error(`a fixed price cannot have the model ${price.model}`);
  return {
    type: 'fixed',
    model: toQuantityModel(price),
    billing: price.billing ?? 'in_advance',
    quantityFrom: price.quantity_from ?? 'subscription',
    prorate: price.prorate ?? false,
    priceUnit,
    taxable: price.taxable,
    name: price.name,
  };
}

function toUsageTerms(price: PriceDefinition, meterId: MeterId, priceUnit: PriceUnit | null): UsageTerms {
  const groupPrices = price.model === 'per_unit' ? (price.group_prices ?? []) : [];
  return {
    type: 'usage',
    model: toModel(price),
    billing: 'in_arrears',
    meterId,
    includedUnits: toOptionalDecimal(price.included_units),
    minimumAmount: toOptionalDecimal(price.minimum_amount),
    maximumAmount: toOptionalDecimal(price.maximum_amount),
    filters: (price.filters ?? []).map(toFilter),
    groupBy: price.group_by ?? [],
    groupPrices: groupPrices.map(({ group, unit_amount }) => ({
      group,
      unitAmount: toDecimal(unit_amount),
    })),
    prorate: price.prorate ?? false,
    priceUnit,
    taxable: price.taxable,
    name: price.name,
  };
}
