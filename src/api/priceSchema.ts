/** A price in a request, and how it is stored. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import type { MeterId } from '../domain/ids.ts';
import { checkModel } from '../domain/pricing/price.ts';
import { toModel, type PriceDefinition } from '../store/plans.ts';
import { code, decimal, idOf } from './fields.ts';

const common = {
  code,
  type: z.enum(['fixed', 'usage']),
  billing: z.enum(['in_advance', 'in_arrears']).optional(),
  meter: idOf('meter').optional(),
  quantity_from: z.enum(['subscription', 'fixed']).optional(),
};

export const priceRequest = z
  .discriminatedUnion('model', [
    z.strictObject({ ...common, model: z.literal('flat'), amount: decimal }),
    z.strictObject({ ...common, model: z.literal('per_unit'), unit_amount: decimal }),
    z.strictObject({
      ...common,
      model: z.literal('graduated'),
      tiers: z.array(
        z.strictObject({
          up_to: z.union([z.literal('inf'), decimal]),
          unit_amount: decimal.default('0'),
          flat_amount: decimal.default('0'),
        }),
      ),
    }),
  ])
  .openapi('Price');
export type PriceRequest = z.output<typeof priceRequest>;

export interface PriceToStore {
  readonly code: string;
  readonly meterId: MeterId | null;
  readonly definition: PriceDefinition;
}

/** Throws a `BillingError` that names what of the price at `param` is wrong. */
export function toStoredPrice(price: PriceRequest, param: string): PriceToStore {
  const { code: priceCode, meter, ...rest } = price;
  const usage = price.type === 'usage';
  if (usage !== (meter !== undefined)) {
    const message = usage
      ? 'A usage price needs a meter.'
      : 'A fixed price has no meter: leave it out, or make it a usage price.';
    throw new BillingError(400, 'meter_invalid', message, `${param}.meter`);
  }
  if (usage && price.billing === 'in_advance') {
    throw new BillingError(400, 'billing_invalid', 'Usage is always billed in arrears.', `${param}.billing`);
  }
  if (usage && price.quantity_from !== undefined) {
    throw new BillingError(
      400,
      'quantity_from_invalid',
      'The quantity of a usage price comes from its meter.',
      `${param}.quantity_from`,
    );
  }
  const definition: PriceDefinition = {
    ...rest,
    billing: price.billing ?? (usage ? 'in_arrears' : 'in_advance'),
    quantity_from: price.quantity_from ?? (usage ? 'fixed' : 'subscription'),
  };
  checkModel(toModel(definition), param);
  return { code: priceCode, meterId: meter ?? null, definition };
}
