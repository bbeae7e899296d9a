/** Which lines of invoices something is for, as requests and answers have it. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import type { LineScope } from '../domain/lineScope.ts';
import type { Queryable } from '../store/database.ts';
import { findUnknownPlan } from '../store/plans.ts';
import { code, idOf } from './fields.ts';

const listed = 100;

export const lineScope = z.strictObject({
  /** By their code, which is the same in every version of a plan. */
  prices: z.array(code).min(1).max(listed).optional(),
  plans: z.array(idOf('plan')).min(1).max(listed).optional(),
});

export const lineScopeAnswer = z.object({
  prices: z.array(z.string()).nullable(),
  plans: z.array(z.string()).nullable(),
});

/** Throws a `BillingError` 400 where a plan does not exist; a price's code may be that of a plan to come. */
export async function checkLineScope(db: Queryable, { plans }: LineScope, param: string): Promise<void> {
  const unknown = plans && (await findUnknownPlan(db, plans));
  if (unknown === undefined) return;
  throw new BillingError(
    400,
    'plan_missing',
    `There is no plan ${unknown}. Check the id, or create it first.`,
    `${param}.plans`,
  );
}

export function toLineScope({ prices, plans }: LineScope) {
  return { prices: prices ? [...prices] : null, plans: plans ? [...plans] : null };
}
