/** Units that prices are stated in, such as credits: what one of them is worth in minor units of the plan's currency. */
import { z } from 'zod';
import { checkPriceUnits } from '../domain/pricing/checkPrice.ts';
import type { PriceUnit } from '../domain/pricing/price.ts';
import { code, decimal, toDecimal } from './fields.ts';

export const priceUnitsSchema = z.array(z.strictObject({ code, rate: decimal })).max(100);
export type PriceUnitDefinition = z.output<typeof priceUnitsSchema>[number];

export function toPriceUnits(definitions: readonly PriceUnitDefinition[]): PriceUnit[] {
  return definitions.map((unit) => ({ code: unit.code, rate: toDecimal(unit.rate) }));
}

/** Throws a `BillingError` 400 that names what is wrong with the units of a plan version. */
export function definePriceUnits(definitions: readonly PriceUnitDefinition[]): PriceUnit[] {
  const units = toPriceUnits(definitions);
  checkPriceUnits(units, 'price_units');
  return units;
}
