/** A feature as it is written: in a request, and in a catalog file (api.md). */
import { z } from 'zod';
import {
  boundingTypes,
  featureTypes,
  isBounding,
  type Feature,
  type FeatureType,
} from '../domain/entitlements/feature.ts';
import { BillingError } from '../domain/errors.ts';
import { text } from './fields.ts';

/** All but its code, its name and its meter, which requests name by id and files by code. */
export const featureFields = {
  type: z.enum(featureTypes),
  /** What it is counted in, for people to read. */
  unit: text(50).optional(),
};

/** Throws a `BillingError` 400 for a type that the code may not have, and for a meter too many or too few. */
export function checkFeature({ code, type, meterId }: Omit<Feature, 'id'>): void {
  const bound: FeatureType | undefined = isBounding(code) ? boundingTypes[code] : undefined;
  if (bound !== undefined && bound !== type) {
    throw new BillingError(
      400,
      'feature_type_fixed',
      `Feature ${code} bounds permissions and is ${bound}. Give that type, or take another code.`,
      'type',
    );
  }
  if ((type === 'metered') !== (meterId !== null)) {
    throw new BillingError(
      400,
      'feature_meter_invalid',
      type === 'metered'
        ? 'A metered feature needs the meter that counts its use.'
        : 'Only a metered feature has a meter.',
      'meter',
    );
  }
}
