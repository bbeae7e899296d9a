/** Which lines of an invoice a coupon, a tax rate or a credit is for. */
import type { PlanId } from './ids.ts';

/** Of each field an absent one means all. */
export interface LineScope {
  /** By their code, which is the same in every version of a plan. */
  readonly prices?: readonly string[] | undefined;
  readonly plans?: readonly PlanId[] | undefined;
}

export interface ScopedLine {
  readonly priceCode: string;
  /** Null where no plan is behind it. */
  readonly planId: PlanId | null;
}

export function isInScope({ prices, plans }: LineScope, { priceCode, planId }: ScopedLine): boolean {
  return (!prices || prices.includes(priceCode)) && (!plans || (planId !== null && plans.includes(planId)));
}

/** Whether it is for some lines, and not for all. */
export function isNarrow({ prices, plans }: LineScope): boolean {
  return prices !== undefined || plans !== undefined;
}
