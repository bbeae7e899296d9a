/** From a written price to one that can be stored and billed, or the refusal that names what is wrong with it. */
import { BillingError } from '../domain/errors.ts';
import type { MeterId } from '../domain/ids.ts';
import { checkPrice } from '../domain/pricing/checkPrice.ts';
import type { PriceTerms, PriceUnit } from '../domain/pricing/price.ts';
import { invalid } from '../domain/pricing/refuse.ts';
import { checkMetersBilledOnce } from '../domain/pricing/sharedMeters.ts';
import { pricesQuantity } from './model.ts';
import { toTerms, usageOnlyFields, type PriceDefinition, type WrittenPrice } from './price.ts';

export interface DefinedPrice {
  readonly code: string;
  readonly meterId: MeterId | null;
  readonly definition: PriceDefinition;
  readonly terms: PriceTerms;
}

/**
 * The prices of a plan version. Throws a `BillingError` 400 that names what of a price is wrong, 422
 * `meter_billed_twice` where two may bill one event.
 */
export function definePrices(prices: readonly WrittenPrice[], units: readonly PriceUnit[]): DefinedPrice[] {
  const defined = prices.map((price, index) => definePrice(price, units, `prices[${String(index)}]`));
  const codes = defined.map((price) => price.code);
  const repeated = codes.findIndex((code, index) => codes.indexOf(code) < index);
  if (repeated >= 0) {
    throw invalid('code_repeated', 'Two prices cannot have one code.', `prices[${String(repeated)}].code`);
  }
  checkMetersBilledOnce(defined, 'prices');
  return defined;
}

function definePrice(price: WrittenPrice, units: readonly PriceUnit[], param: string): DefinedPrice {
  if (price.type === 'usage') checkUsageFields(price, param);
  else checkFixedFields(price, param);
  const { code, meter, ...fields } = price;
  const meterId = meter ?? null;
  const terms = toTerms(fields, meterId, findUnit(price, units, param));
  checkPrice(terms, param);
  const definition: PriceDefinition = {
    ...fields,
    billing: terms.billing,
    ...(terms.type === 'fixed' && { quantity_from: terms.quantityFrom }),
    ...(terms.billing === 'in_arrears' && { prorate: terms.prorate }),
  };
  return { code, meterId, definition, terms };
}

function checkUsageFields(price: WrittenPrice, param: string): void {
  if (price.meter === undefined) {
    throw invalid('meter_invalid', 'A usage price needs a meter.', `${param}.meter`);
  }
  if (price.billing === 'in_advance') {
    throw invalid('billing_invalid', 'Usage is always billed in arrears.', `${param}.billing`);
  }
  if (price.quantity_from !== undefined) {
    throw invalid(
      'quantity_from_invalid',
      'The quantity of a usage price comes from its meter.',
      `${param}.quantity_from`,
    );
  }
}

function checkFixedFields(price: WrittenPrice, param: string): void {
  if (price.meter !== undefined) {
    throw invalid(
      'meter_invalid',
      'A fixed price has no meter: leave it out, or make it a usage price.',
      `${param}.meter`,
    );
  }
  if (!pricesQuantity(price)) {
    throw invalid(
      'model_invalid',
      `The model ${price.model} prices usage. Make it a usage price, or choose flat, per_unit, graduated, volume, package or stairstep.`,
      `${param}.model`,
    );
  }
  const misplaced = usageOnlyFields.find((field) => field in price);
  if (misplaced !== undefined) {
    throw invalid(
      'usage_field_invalid',
      `Only a usage price has ${misplaced}. Leave it out, or make it a usage price.`,
      `${param}.${misplaced}`,
    );
  }
  if (price.quantity_from === 'seats' && price.billing === 'in_arrears' && price.prorate !== true) {
    throw invalid(
      'prorate_invalid',
      'Seats come and go inside of a period. In arrears each number of them must be billed for its part of it: give "prorate": true.',
      `${param}.prorate`,
    );
  }
  if (price.prorate === false && price.billing !== 'in_arrears') {
    throw invalid(
      'prorate_invalid',
      'What is billed in advance is always for the part of the interval that it covers. Leave prorate out.',
      `${param}.prorate`,
    );
  }
}

function findUnit(price: WrittenPrice, units: readonly PriceUnit[], param: string): PriceUnit | null {
  const { price_unit: code } = price;
  if (code === undefined) return null;
  const unit = units.find((known) => known.code === code);
  if (unit) return unit;
  throw new BillingError(
    400,
    'price_unit_unknown',
    `There is no price unit ${code}. Add it to the plan's price_units, with its rate.`,
    `${param}.price_unit`,
  );
}
