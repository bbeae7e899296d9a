/** A customer's `auto_top_up`: set by a short workflow, since credit may be bought at once because of it. */
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import { largestAmount } from '../domain/pricing/amountLimit.ts';
import type { CustomerRow } from '../store/customers.ts';
import { autoTopUpWorkflowId, type SetAutoTopUp } from '../workflows/contract/credit.ts';
import { workflowTypes } from '../workflows/contract/workflowTypes.ts';
import type { ApiDependencies } from './route.ts';
import { runWorkflow } from './shortWorkflow.ts';

const largest = Number(largestAmount);
/** The priority of credit for which none is given. */
export const defaultPriority = 50;
export const priority = z.int().min(0).max(100);
/** Ten years. */
const longestDays = 3_660;

/** Amounts in minor units of the customer's currency. */
export const autoTopUp = z.strictObject({
  threshold: z.int().min(0).max(largest),
  amount: z.int().min(1).max(largest),
  expires_after_days: z.int().min(1).max(longestDays).nullable().default(null),
  priority: priority.default(defaultPriority),
});
export const autoTopUpAnswer = z
  .object({
    threshold: z.number(),
    amount: z.number(),
    expires_after_days: z.number().nullable(),
    priority: z.number(),
  })
  .nullable();

/** Throws a `BillingError` 422 for a customer of whom it is not known in which currency it would buy. */
export function refuseWithoutCurrency(
  currency: string | null | undefined,
  given: z.output<typeof autoTopUp> | null | undefined,
): void {
  if (!given || currency) return;
  throw new BillingError(
    422,
    'currency_missing',
    'The customer has no currency yet, so no credit can be bought. Create it with its currency, or subscribe it first.',
    'auto_top_up',
  );
}

/** Returns when it is set and, where credit was bought, its payment was tried. */
export async function setAutoTopUp(
  deps: ApiDependencies,
  customerId: CustomerRow['id'],
  given: z.output<typeof autoTopUp> | null,
  operationId: string,
): Promise<void> {
  const request: SetAutoTopUp = { operationId, customerId, autoTopUp: given };
  await runWorkflow(deps, workflowTypes.setAutoTopUp, autoTopUpWorkflowId(operationId), request);
}
