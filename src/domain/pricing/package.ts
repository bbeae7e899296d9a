/** Whole packages: one that is begun is charged (semantics.md, section 4). */
import { notBelowZero, type Decimal } from '../quantity.ts';
import type { QuantityModel } from './price.ts';
import type { Rating } from './rate.ts';

type PackageModel = Extract<QuantityModel, { readonly model: 'package' }>;

/** ceil((quantity − free units) / package size) × package price, never below 0. */
export function ratePackage({ amount, packageSize, freeUnits }: PackageModel, quantity: Decimal): Rating {
  const packages = notBelowZero(quantity.sub(freeUnits)).div(packageSize).ceil();
  return { amount: packages.mul(amount), quantity, packages };
}
