/** Prices: what a plan version charges for, and by which model (semantics.md, section 4). */
import { BillingError } from '../errors.ts';
import type { MeterId, PriceId } from '../ids.ts';
import { zero, type Decimal } from '../quantity.ts';

/** From the bound of the tier before (exclusive) up to `upTo` (inclusive). Amounts in minor units. */
export interface Tier {
  readonly upTo: Decimal | 'inf';
  readonly unitAmount: Decimal;
  readonly flatAmount: Decimal;
}

export type Model =
  | { readonly model: 'flat'; readonly amount: Decimal }
  | { readonly model: 'per_unit'; readonly unitAmount: Decimal }
  | { readonly model: 'graduated'; readonly tiers: readonly Tier[] };

interface PriceBase {
  readonly id: PriceId;
  readonly code: string;
  readonly model: Model;
}

export interface FixedPrice extends PriceBase {
  readonly type: 'fixed';
  readonly billing: 'in_advance' | 'in_arrears';
  /** The quantity of the subscription, or 1. */
  readonly quantityFrom: 'subscription' | 'fixed';
}

export interface UsagePrice extends PriceBase {
  readonly type: 'usage';
  readonly billing: 'in_arrears';
  readonly meterId: MeterId;
}

export type Price = FixedPrice | UsagePrice;

export const maximumTiers = 100;

/** Throws a `BillingError` 400 that names what is wrong with a model, at `param`. */
export function checkModel(model: Model, param: string): void {
  switch (model.model) {
    case 'flat':
      checkNotNegative(model.amount, `${param}.amount`);
      return;
    case 'per_unit':
      checkNotNegative(model.unitAmount, `${param}.unit_amount`);
      return;
    case 'graduated':
      checkTiers(model.tiers, `${param}.tiers`);
  }
}

function checkTiers(tiers: readonly Tier[], param: string): void {
  if (tiers.length === 0 || tiers.length > maximumTiers) {
    throw invalid('tiers_invalid', `Give 1 to ${String(maximumTiers)} tiers.`, param);
  }
  let bound = zero;
  for (const [index, tier] of tiers.entries()) {
    const at = `${param}[${String(index)}]`;
    checkNotNegative(tier.unitAmount, `${at}.unit_amount`);
    checkNotNegative(tier.flatAmount, `${at}.flat_amount`);
    const last = index === tiers.length - 1;
    if (last !== (tier.upTo === 'inf')) {
      throw invalid('tiers_invalid', 'The last tier, and no other, has "up_to": "inf".', `${at}.up_to`);
    }
    if (tier.upTo === 'inf') return;
    if (tier.upTo.lte(bound)) {
      throw invalid('tiers_invalid', 'Each tier must reach further than the one before.', `${at}.up_to`);
    }
    bound = tier.upTo;
  }
}

function checkNotNegative(value: Decimal, param: string): void {
  if (value.lt(0)) throw invalid('amount_negative', 'A price cannot be negative.', param);
}

function invalid(code: string, message: string, param: string): BillingError {
  return new BillingError(400, code, message, param);
}
