/** Which prices make sense, beyond their models (semantics.md, section 4). */
import { one, type Decimal } from '../quantity.ts';
import { groupKey } from '../usage.ts';
import { checkModel } from './checkModel.ts';
import type { PriceTerms, PriceUnit, UsageTerms } from './price.ts';
import { checkAmount, checkQuantity, checkUnique, invalid } from './refuse.ts';

export const maximumGroupProperties = 10;

/** Throws a `BillingError` 400 that names what is wrong with a price, at `param`. */
export function checkPrice(terms: PriceTerms, param: string): void {
  const worth = terms.priceUnit?.rate ?? one;
  checkModel(terms.model, worth, param);
  if (terms.type === 'usage') checkUsage(terms, worth, param);
}

function checkUsage(terms: UsageTerms, worth: Decimal, param: string): void {
  const { includedUnits, minimumAmount, maximumAmount, filters, groupBy, model } = terms;
  checkQuantity(includedUnits, `${param}.included_units`);
  if (includedUnits !== null && model.model === 'percentage') {
    throw invalid(
      'included_units_not_applicable',
      'A percentage prices events and not units. Use free_events or free_amount.',
      `${param}.included_units`,
    );
  }
  checkAmount(minimumAmount, worth, `${param}.minimum_amount`);
  checkAmount(maximumAmount, worth, `${param}.maximum_amount`);
  if (minimumAmount !== null && maximumAmount?.lt(minimumAmount)) {
    throw invalid(
      'minimum_above_maximum',
      'The minimum cannot be more than the maximum.',
      `${param}.minimum_amount`,
    );
  }
  checkUnique(
    filters.map(({ property }) => property),
    'property_repeated',
    'One filter says all about a property.',
    (index) => `${param}.filters[${String(index)}].property`,
  );
  if (groupBy.length > maximumGroupProperties) {
    throw invalid(
      'group_by_too_many',
      `Group by ${String(maximumGroupProperties)} properties at most.`,
      `${param}.group_by`,
    );
  }
  checkUnique(
    groupBy,
    'property_repeated',
    'A property groups once.',
    (index) => `${param}.group_by[${String(index)}]`,
  );
  if (groupBy.length > 0 && model.model === 'dimensional') {
    throw invalid(
      'group_by_not_applicable',
      'A dimensional price is grouped by its dimensions. Leave group_by out.',
      `${param}.group_by`,
    );
  }
  checkGroupPrices(terms, worth, param);
}

function checkGroupPrices({ groupBy, groupPrices }: UsageTerms, worth: Decimal, param: string): void {
  const named = [...groupBy].sort().join('\n');
  for (const [index, { group, unitAmount }] of groupPrices.entries()) {
    const at = `${param}.group_prices[${String(index)}]`;
    if (groupBy.length === 0 || Object.keys(group).sort().join('\n') !== named) {
      const message =
        groupBy.length === 0
          ? 'Only a price with group_by has prices of groups. Add group_by, or leave them out.'
          : `A group is named by a value for each property of group_by, and by no other: ${groupBy.join(', ')}.`;
      throw invalid('group_prices_invalid', message, `${at}.group`);
    }
    checkAmount(unitAmount, worth, `${at}.unit_amount`);
  }
  checkUnique(
    groupPrices.map(({ group }) => groupKey(groupBy, group)),
    'group_price_repeated',
    'One group cannot have two prices.',
    (index) => `${param}.group_prices[${String(index)}].group`,
  );
}

/** Throws a `BillingError` 400 that names what is wrong with the units of a plan version, at `param`. */
export function checkPriceUnits(units: readonly PriceUnit[], param: string): void {
  for (const [index, { rate }] of units.entries()) {
    if (rate.lte(0)) {
      throw invalid(
        'price_unit_rate_invalid',
        'A unit is worth more than 0 minor units.',
        `${param}[${String(index)}].rate`,
      );
    }
    checkAmount(rate, one, `${param}[${String(index)}].rate`);
  }
  checkUnique(
    units.map(({ code }) => code),
    'code_repeated',
    'Two price units cannot have one code.',
    (index) => `${param}[${String(index)}].code`,
  );
}
