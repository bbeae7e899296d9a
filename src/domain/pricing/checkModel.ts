/** Which models make sense (semantics.md, section 4). */
import { zero, type Decimal } from '../quantity.ts';
import type { DimensionalModel, Model, PercentageModel, TierBound } from './price.ts';
import { checkAmount, checkQuantity, checkRate, checkUnique, invalid } from './refuse.ts';

export const maximumTiers = 100;
/** Each event of a free allowance is read one by one. */
export const maximumFreeEvents = 1_000_000n;

/**
 * Throws a `BillingError` 400 that names what is wrong with a model, at `param`. `worth` is that of the unit which its
 * amounts are stated in, in minor units.
 */
export function checkModel(model: Model, worth: Decimal, param: string): void {
  switch (model.model) {
    case 'flat':
      checkAmount(model.amount, worth, `${param}.amount`);
      return;
    case 'per_unit':
      checkAmount(model.unitAmount, worth, `${param}.unit_amount`);
      return;
    case 'graduated':
    case 'volume':
      checkTiers(model.tiers, `${param}.tiers`, (tier, at) => {
        checkAmount(tier.unitAmount, worth, `${at}.unit_amount`);
        checkAmount(tier.flatAmount, worth, `${at}.flat_amount`);
      });
      return;
    case 'graduated_percentage':
      checkTiers(model.tiers, `${param}.tiers`, (tier, at) => {
        checkRate(tier.rate, `${at}.rate`);
        checkAmount(tier.flatAmount, worth, `${at}.flat_amount`);
      });
      return;
    case 'stairstep':
      checkTiers(model.tiers, `${param}.tiers`, (tier, at) =>
        checkAmount(tier.flatAmount, worth, `${at}.flat_amount`),
      );
      return;
    case 'package':
      checkAmount(model.amount, worth, `${param}.amount`);
      checkQuantity(model.freeUnits, `${param}.free_units`);
      if (model.packageSize.lte(0)) {
        throw invalid('package_size_invalid', 'A package holds more than 0 units.', `${param}.package_size`);
      }
      return;
    case 'percentage':
      checkPercentage(model, worth, param);
      return;
    case 'dimensional':
      checkDimensional(model, worth, param);
      return;
    case 'dynamic':
  }
}

function checkTiers<Tier extends TierBound>(
  tiers: readonly Tier[],
  param: string,
  checkTier: (tier: Tier, at: string) => void,
): void {
  if (tiers.length === 0 || tiers.length > maximumTiers) {
    throw invalid('tiers_invalid', `Give 1 to ${String(maximumTiers)} tiers.`, param);
  }
  let bound = zero;
  for (const [index, tier] of tiers.entries()) {
    const at = `${param}[${String(index)}]`;
    checkTier(tier, at);
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

function checkPercentage(model: PercentageModel, worth: Decimal, param: string): void {
  checkRate(model.rate, `${param}.rate`);
  checkAmount(model.fixedAmount, worth, `${param}.fixed_amount`);
  checkAmount(model.freeAmount, worth, `${param}.free_amount`);
  checkAmount(model.perEventMin, worth, `${param}.per_event_min`);
  checkAmount(model.perEventMax, worth, `${param}.per_event_max`);
  if (model.freeEvents !== null && (model.freeEvents < 0n || model.freeEvents > maximumFreeEvents)) {
    throw invalid(
      'free_events_out_of_range',
      `Give 0 to ${String(maximumFreeEvents)} free events.`,
      `${param}.free_events`,
    );
  }
  if (model.perEventMin !== null && model.perEventMax?.lt(model.perEventMin)) {
    throw invalid(
      'per_event_min_above_max',
      'What an event comes to at least cannot be more than what it comes to at most.',
      `${param}.per_event_min`,
    );
  }
}

function checkDimensional(
  { dimensions, unitAmounts, defaultUnitAmount }: DimensionalModel,
  worth: Decimal,
  param: string,
): void {
  checkUnique(
    dimensions,
    'property_repeated',
    'Two dimensions cannot be one property.',
    (index) => `${param}.dimensions[${String(index)}]`,
  );
  for (const [index, { values, unitAmount }] of unitAmounts.entries()) {
    const at = `${param}.unit_amounts[${String(index)}]`;
    if (values.length !== dimensions.length) {
      throw invalid(
        'dimension_values_invalid',
        `Give one value for each dimension: ${dimensions.join(', ')}.`,
        `${at}.values`,
      );
    }
    checkAmount(unitAmount, worth, `${at}.unit_amount`);
  }
  checkUnique(
    unitAmounts.map(({ values }) => JSON.stringify(values)),
    'dimension_repeated',
    'One combination of values cannot have two unit amounts.',
    (index) => `${param}.unit_amounts[${String(index)}].values`,
  );
  checkAmount(defaultUnitAmount, worth, `${param}.default_unit_amount`);
}
