/** Which lines a coupon, a tax rate or a credit is for, as it is written in a request. */
import { z } from 'zod';
import { code, idOf } from './fields.ts';

/** Of each field left out: all. */
export const lineScope = z
  .strictObject({
    /** Codes of prices. */
    prices: z.array(code).min(1).max(100).optional(),
    plans: z.array(idOf('plan')).min(1).max(100).optional(),
  })
  .refine(({ prices, plans }) => prices !== undefined || plans !== undefined, {
    error: 'name prices, plans or both; for all lines leave applies_to out',
  });

export const lineScopeAnswer = z
  .object({ prices: z.array(z.string()).optional(), plans: z.array(z.string()).optional() })
  .nullable();

/** Null: for all lines. */
export function toLineScope(stored: {
  readonly prices?: readonly string[] | undefined;
  readonly plans?: readonly string[] | undefined;
}) {
  const { prices, plans } = stored;
  if (!prices && !plans) return null;
  return { ...(prices && { prices: [...prices] }), ...(plans && { plans: [...plans] }) };
}
