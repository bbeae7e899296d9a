/** When a subscription is invoiced before its period ends, as it is written in a request. */
import { z } from 'zod';
import type { Amount } from '../domain/money.ts';
import { largestAmount } from '../domain/pricing/amountLimit.ts';

/** Whenever usage of the open period that is not invoiced yet comes to so much, in minor units; null: never. */
export const billingThresholds = z
  .strictObject({
    amount_gte: z
      .int()
      .min(1)
      .max(Number(largestAmount))
      .transform((amount) => BigInt(amount) as Amount)
      .openapi({ type: 'integer', format: 'int64', minimum: 1, maximum: Number(largestAmount) }),
  })
  .nullable();
