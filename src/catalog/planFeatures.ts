/** The features of a plan's version as they are written: each by its code, with what is given of it (api.md, plans). */
import { z } from 'zod';
import type { Feature } from '../domain/entitlements/feature.ts';
import type { PlanGrant } from '../domain/entitlements/snapshot.ts';
import { BillingError } from '../domain/errors.ts';
import { defineGrant, grantFields } from './entitlement.ts';
import { code } from './fields.ts';

export const planFeaturesSchema = z.array(z.strictObject({ feature: code, ...grantFields })).max(200);
export type WrittenPlanFeatures = z.output<typeof planFeaturesSchema>;

/** Throws a `BillingError` 400 whose `param` is the place of what is wrong. */
export function definePlanFeatures(
  written: WrittenPlanFeatures,
  known: ReadonlyMap<string, Feature>,
): PlanGrant[] {
  const seen = new Set<string>();
  return written.map(({ feature: named, ...grant }, position) => {
    const place = `features[${String(position)}]`;
    const feature = known.get(named);
    if (!feature) {
      throw new BillingError(
        400,
        'feature_missing',
        `There is no feature ${named}. Create it first.`,
        `${place}.feature`,
      );
    }
    if (seen.has(named)) {
      throw new BillingError(400, 'feature_repeated', `Feature ${named} is given twice.`, `${place}.feature`);
    }
    seen.add(named);
    try {
      return { feature, grant: defineGrant(feature, grant) };
    } catch (error) {
      if (!(error instanceof BillingError)) throw error;
      throw new BillingError(error.status, error.code, error.message, `${place}.${error.param ?? 'feature'}`);
    }
  });
}
