/** A price as it is written: the schema of requests, files and stored definitions (api.md, Price). */
import { z } from 'zod';
import type { MeterId } from '../domain/ids.ts';
import type { FixedTerms, PriceTerms, PriceUnit, UsageTerms } from '../domain/pricing/price.ts';
import { code, decimal, idOf, toDecimal, toOptionalDecimal } from './fields.ts';
import { modelFields, pricesQuantity, toModel, toQuantityModel } from './model.ts';
import { propertyFilters, propertyPath, toFilter } from './property.ts';

/** What only a usage price has. Amounts in minor units, or in the price's unit. */
const usageFields = {
  meter: idOf('meter').optional(),
  included_units: decimal.optional(),
  minimum_amount: decimal.optional(),
  maximum_amount: decimal.optional(),
  filters: propertyFilters.min(1).optional(),
  group_by: z.array(propertyPath).min(1).optional(),
};
const common = {
  code,
  type: z.enum(['fixed', 'usage']),
  billing: z.enum(['in_advance', 'in_arrears']).optional(),
  quantity_from: z.enum(['subscription', 'fixed']).optional(),
  prorate: z.boolean().optional(),
  /** The code of one of the plan's price units, which all amounts of the price are stated in. */
  price_unit: code.optional(),
  taxable: z.boolean().default(true),
  ...usageFields,
};

export const usageOnlyFields = [
  ...(Object.keys(usageFields) as (keyof typeof usageFields)[]),
  'group_prices',
] as const;

export const priceSchema = z.discriminatedUnion('model', [
  z.strictObject({ ...common, ...modelFields.flat }),
  z.strictObject({ ...common, ...modelFields.per_unit }),
  z.strictObject({ ...common, ...modelFields.graduated }),
  z.strictObject({ ...common, ...modelFields.volume }),
  z.strictObject({ ...common, ...modelFields.package }),
  z.strictObject({ ...common, ...modelFields.percentage }),
  z.strictObject({ ...common, ...modelFields.graduated_percentage }),
  z.strictObject({ ...common, ...modelFields.stairstep }),
  z.strictObject({ ...common, ...modelFields.dynamic }),
  z.strictObject({ ...common, ...modelFields.dimensional }),
]);
/** A price that was checked field by field; `definePrice` checks it as a whole. */
export type WrittenPrice = z.output<typeof priceSchema>;

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
/** What is stored of a price beside its code and its meter: the written fields, with what they default to. */
export type PriceDefinition = Without<WrittenPrice, 'code' | 'meter'>;

/** A stored definition, with the code and the meter that are stored beside it. Throws where it cannot be read. */
export function readDefinition(stored: unknown, priceCode: string, meterId: MeterId | null): WrittenPrice {
  const definition = z.looseObject({}).parse(stored);
  return priceSchema.parse({
    ...definition,
    code: priceCode,
    ...(meterId !== null && { meter: meterId }),
  });
}

/** What a checked price charges; `priceUnit` is the one that it names. */
export function toTerms(price: WrittenPrice, priceUnit: PriceUnit | null): PriceTerms {
  return price.type === 'usage' ? toUsageTerms(price, priceUnit) : toFixedTerms(price, priceUnit);
}

function toFixedTerms(price: WrittenPrice, priceUnit: PriceUnit | null): FixedTerms {
  if (!pricesQuantity(price)) throw new Error(`fixed price ${price.code} has a model for usage`);
  return {
    type: 'fixed',
    model: toQuantityModel(price),
    billing: price.billing ?? 'in_advance',
    quantityFrom: price.quantity_from ?? 'subscription',
    prorate: price.prorate ?? false,
    priceUnit,
    taxable: price.taxable,
  };
}

function toUsageTerms(price: WrittenPrice, priceUnit: PriceUnit | null): UsageTerms {
  if (price.meter === undefined) throw new Error(`usage price ${price.code} has no meter`);
  const groupPrices = price.model === 'per_unit' ? (price.group_prices ?? []) : [];
  return {
    type: 'usage',
    model: toModel(price),
    billing: 'in_arrears',
    meterId: price.meter,
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
  };
}
