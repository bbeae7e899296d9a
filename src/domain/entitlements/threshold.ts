/** Thresholds of metered features: 50, 80 and 100% of what is included, each told once for a period. */
import { formatExact, type Decimal } from '../quantity.ts';
import type { EntitlementSnapshot, MeteredEntitlement, UsePeriod } from './snapshot.ts';
import type { FeatureId } from '../ids.ts';

export const thresholds = [50, 80, 100] as const;
export type Threshold = (typeof thresholds)[number];

export interface ReachedThreshold {
  readonly featureId: FeatureId;
  readonly feature: string;
  readonly period: UsePeriod;
  readonly percent: Threshold;
  readonly used: Decimal;
  readonly of: Decimal;
}

/** Those that have been reached, the lowest first; also those that were told of before. */
export function reachedThresholds({ entitlements }: EntitlementSnapshot): ReachedThreshold[] {
  return [...entitlements].flatMap(([feature, entitlement]) => {
    if (entitlement.type !== 'metered') return [];
    const of = measureOf(entitlement);
    if (of === null) return [];
    const { featureId, period, used } = entitlement;
    return thresholds
      .filter((percent) => used.gt(0) && used.mul(100).gte(of.mul(percent)))
      .map((percent) => ({ featureId, feature, period, percent, used, of }));
  });
}

/** What it is a percentage of: the allowance, or without one the limit beyond which a check says no. */
function measureOf({ allowance, hardLimit }: MeteredEntitlement): Decimal | null {
  return allowance ?? hardLimit;
}

/** What an event tells of it. */
export function describeThreshold({ featureId, feature, percent, used, of }: ReachedThreshold) {
  return { feature, feature_id: featureId, percent, used: formatExact(used), of: formatExact(of) };
}
