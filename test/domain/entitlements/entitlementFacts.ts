/** What decides about a customer's entitlements, in memory: what a test does not care about has a sensible value. */
import type { Giver } from '../../../src/domain/entitlements/combine.ts';
import type { Feature, Grant } from '../../../src/domain/entitlements/feature.ts';
import {
  resolveEntitlements,
  takeSnapshot,
  type EntitlementFacts,
  type EntitlementSnapshot,
  type Override,
  type PlanGrant,
  type Use,
} from '../../../src/domain/entitlements/snapshot.ts';
import type { EntitlingSubscription } from '../../../src/domain/entitlements/standing.ts';
import type {
  CustomerId,
  EntitlementOverrideId,
  FeatureId,
  MeterId,
  PlanId,
  SubscriptionId,
} from '../../../src/domain/ids.ts';
import type { Instant } from '../../../src/domain/instant.ts';

export const day = 86_400_000;
/** 10 March 2026, noon. */
export const noon = Date.UTC(2026, 2, 10, 12) as Instant;
export const after = (milliseconds: number) => (noon + milliseconds) as Instant;

export const aFeature = (code: string, type: Feature['type']): Feature => ({
  id: `feat_${code}` as FeatureId,
  code,
  type,
  meterId: type === 'metered' ? (`mtr_${code}` as MeterId) : null,
});

export const given = (code: string, grant: Grant): PlanGrant => ({
  feature: aFeature(code, grant.type),
  grant,
});

export const aGiver = (plan: string, isAddOn = false): Giver => ({
  isAddOn,
  planId: `plan_${plan}` as PlanId,
  version: 1,
});

export function aSubscription(
  fields: Partial<EntitlingSubscription> & { readonly plan?: string } = {},
): EntitlingSubscription {
  const { plan = 'pro', ...rest } = fields;
  return {
    id: 'sub_1' as SubscriptionId,
    status: 'active',
    startedAt: after(-30 * day),
    periodStart: after(-5 * day),
    periodEnd: after(25 * day),
    cancelAt: null,
    pastDueSince: null,
    graceDays: 7,
    plans: [{ ...aGiver(plan), quantity: 1 }],
    ...rest,
  };
}

export function anOverride(code: string, grant: Grant, fields: Partial<Override> = {}): Override {
  return {
    ...given(code, grant),
    id: 'eo_1' as EntitlementOverrideId,
    startsAt: after(-day),
    endsAt: null,
    ...fields,
  };
}

export function factsOf(
  plans: Readonly<Record<string, readonly PlanGrant[]>>,
  fields: Partial<EntitlementFacts> = {},
): EntitlementFacts {
  return {
    customerId: 'cus_1' as CustomerId,
    testClockId: null,
    timezone: 'UTC',
    at: noon,
    subscriptions: [],
    fallback: null,
    overrides: [],
    grantsOf: ({ planId }) => plans[planId.slice('plan_'.length)] ?? [],
    ...fields,
  };
}

export const nothingUsed: Use = { metered: new Map(), counted: new Map() };

export function snapshotOf(facts: EntitlementFacts, use: Use = nothingUsed): EntitlementSnapshot {
  return takeSnapshot(facts, resolveEntitlements(facts), use);
}
