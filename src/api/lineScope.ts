/** Which lines a coupon, a tax rate or a credit is for, as requests and answers have it. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import type { LineScope } from '../domain/lineScope.ts';
import type { Queryable } from '../store/database.ts';
import { findUnknownPlan } from '../store/plans.ts';
import { code, idOf } from './fields.ts';

const listed = 100;

/** Of each field left out: all. */
export const lineScope = z
  .strictObject({
    /** By their code, which is the same in every version of a plan. */
    prices: z.array(code).min(1).max(listed).optional(),
    plans: z.array(idOf('plan')).min(1).max(listed).optional(),
  })
  .refine(({ prices, plans }) => prices !== undefined || plans !== undefined, {
    error: 'name prices, plans or both; for all lines leave applies_to out',
  });

export const lineScopeAnswer = z
  .object({ prices: z.array(z.string()).optional(), plans: z.array(z.string()).optional() })
  .nullable();

/** Throws a `BillingError` 400 where a plan does not exist; a price's code may be that of a plan to come. */
export async function checkLineScope(
  db: Queryable,
  scope: LineScope | undefined,
  param = 'applies_to',
): Promise<void> {
  const unknown = scope?.plans && (await findUnknownPlan(db, scope.plans));
  if (unknown === undefined) return;
  throw new BillingError(
    400,
    'plan_missing',
    `There is no plan ${unknown}. Check the id, or create it first.`,
    `${param}.plans`,
  );
}

/** Null: for all lines. */
export function toLineScope({ prices, plans }: LineScope) {
  if (!prices && !plans) return null;
  return { ...(prices && { prices: [...prices] }), ...(plans && { plans: [...plans] }) };
}
