/** What customers are entitled to, many at once: the facts in one statement, use in one for all meters and one for limits. */
import { readGrant } from '../../catalog/entitlement.ts';
import type { Giver } from '../../domain/entitlements/combine.ts';
import type { FeatureType } from '../../domain/entitlements/feature.ts';
import {
  resolveEntitlements,
  takeSnapshot,
  type EntitlementFacts,
  type EntitlementSnapshot,
} from '../../domain/entitlements/snapshot.ts';
import type { EntitlingSubscription } from '../../domain/entitlements/standing.ts';
import type {
  CustomerId,
  EntitlementOverrideId,
  FeatureId,
  MeterId,
  PlanId,
  SubscriptionId,
  TestClockId,
} from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { SubscriptionStatus } from '../../domain/subscription.ts';
import type { AddOn } from '../../domain/terms.ts';
import type { Queryable } from '../database.ts';
import { loadPlanGrants } from './planGrants.ts';
import { readUse } from './readUse.ts';

/**
 * The snapshot of each customer at `at`, or at what time it is on its test clock; of one that does not exist or is deleted
 * there is none.
 */
export async function readEntitlements(
  db: Queryable,
  customerIds: readonly CustomerId[],
  at: Instant,
): Promise<Map<CustomerId, EntitlementSnapshot>> {
  const all = (await readFacts(db, customerIds, at)).map((facts) => ({
    facts,
    resolution: resolveEntitlements(facts),
  }));
  const useOf = await readUse(
    db,
    all.map(({ facts, resolution: { metered } }) => ({
      customerId: facts.customerId,
      at: facts.at,
      metered,
    })),
  );
  return new Map(
    all.map(({ facts, resolution }) => [
      facts.customerId,
      takeSnapshot(facts, resolution, useOf(facts.customerId)),
    ]),
  );
}

/**
 * What a customer is entitled to, and nothing of its use, for who counts that itself: undefined where there is no such
 * customer. One statement, once the grants of its plan are in the process.
 */
export async function readTerms(
  db: Queryable,
  customerId: CustomerId,
  at: Instant,
): Promise<Pick<EntitlementSnapshot, 'entitlements'> | undefined> {
  const [facts] = await readFacts(db, [customerId], at);
  return facts && takeSnapshot(facts, resolveEntitlements(facts), { metered: new Map(), counted: new Map() });
}

interface FactsRow {
  readonly id: CustomerId;
  readonly test_clock_id: TestClockId | null;
  readonly timezone: string;
  readonly at: Instant;
  readonly fallback_id: PlanId | null;
  readonly fallback_version: number | null;
  readonly subscriptions: readonly SubscriptionRow[] | null;
  readonly overrides: readonly OverrideRow[] | null;
}

/** Instants in JSON are milliseconds. */
interface SubscriptionRow {
  readonly id: SubscriptionId;
  readonly status: SubscriptionStatus;
  readonly plan_id: PlanId;
  readonly plan_version: number;
  readonly quantity: number;
  readonly add_ons: readonly AddOn[];
  readonly started_at: number;
  readonly period_start: number | null;
  readonly period_end: number | null;
  readonly cancel_at: number | null;
  readonly past_due_since: number | null;
  readonly grace_days: number;
}

interface OverrideRow {
  readonly id: EntitlementOverrideId;
  readonly feature_id: FeatureId;
  readonly code: string;
  readonly type: FeatureType;
  readonly meter_id: MeterId | null;
  readonly grants: unknown;
  readonly starts_at: number;
  readonly ends_at: number | null;
}

const ms = (column: string) => `floor(extract(epoch FROM ${column}) * 1000)`;

export const factsSql = `
  SELECT c.id, c.test_clock_id, c.timezone, coalesce(k.frozen_time, $2::timestamptz) AS at,
         f.id AS fallback_id, f.version AS fallback_version,
         (SELECT json_agg(json_build_object(
                   'id', s.id, 'status', s.status, 'plan_id', s.plan_id, 'plan_version', s.plan_version,
                   'quantity', s.quantity, 'add_ons', s.add_ons, 'started_at', ${ms('s.started_at')},
                   'period_start', ${ms('s.current_period_start')}, 'period_end', ${ms('s.current_period_end')},
                   'cancel_at', ${ms('s.cancel_at')}, 'past_due_since', ${ms('s.past_due_since')},
                   'grace_days', v.past_due_grace_days))
            FROM subscriptions s
            JOIN plan_versions v ON v.plan_id = s.plan_id AND v.version = s.plan_version
           WHERE s.customer_id = c.id AND s.status IN ('trialing', 'active', 'past_due')) AS subscriptions,
         (SELECT json_agg(json_build_object(
                   'id', o.id, 'feature_id', e.id, 'code', e.code, 'type', e.type, 'meter_id', e.meter_id,
                   'grants', o.grants, 'starts_at', ${ms('o.starts_at')}, 'ends_at', ${ms('o.ends_at')}))
            FROM entitlement_overrides o JOIN features e ON e.id = o.feature_id
           WHERE o.customer_id = c.id AND o.ended_at IS NULL) AS overrides
    FROM customers c
    LEFT JOIN test_clocks k ON k.id = c.test_clock_id
    LEFT JOIN (SELECT p.id, (SELECT max(v.version) FROM plan_versions v WHERE v.plan_id = p.id) AS version
                 FROM plans p WHERE p.fallback) f ON true
   WHERE c.id = ANY($1) AND c.deleted_at IS NULL`;

async function readFacts(
  db: Queryable,
  customerIds: readonly CustomerId[],
  at: Instant,
): Promise<EntitlementFacts[]> {
  if (customerIds.length === 0) return [];
  const { rows } = await db.query<FactsRow>({
    name: 'readEntitlementFacts',
    text: factsSql,
    values: [customerIds, formatInstant(at)],
  });
  const facts = rows.map((row) => ({
    customerId: row.id,
    testClockId: row.test_clock_id,
    timezone: row.timezone,
    at: row.at,
    subscriptions: (row.subscriptions ?? []).map(toSubscription),
    fallback: toFallback(row),
    overrides: (row.overrides ?? []).map((override) => ({
      id: override.id,
      feature: {
        id: override.feature_id,
        code: override.code,
        type: override.type,
        meterId: override.meter_id,
      },
      grant: readGrant(override.type, override.grants),
      startsAt: override.starts_at as Instant,
      endsAt: override.ends_at as Instant | null,
    })),
  }));
  const grantsOf = await loadPlanGrants(
    db,
    facts.flatMap(({ subscriptions, fallback }) => [
      ...subscriptions.flatMap(({ plans }) => plans),
      ...(fallback ? [fallback] : []),
    ]),
  );
  return facts.map((of) => ({ ...of, grantsOf }));
}

function toSubscription(row: SubscriptionRow): EntitlingSubscription {
  return {
    id: row.id,
    status: row.status,
    startedAt: row.started_at as Instant,
    periodStart: row.period_start as Instant | null,
    periodEnd: row.period_end as Instant | null,
    cancelAt: row.cancel_at as Instant | null,
    pastDueSince: row.past_due_since as Instant | null,
    graceDays: row.grace_days,
    plans: [
      // A plan for no seats is a plan all the same.
      { isAddOn: false, planId: row.plan_id, version: row.plan_version, quantity: 1 },
      ...row.add_ons.map(({ planId, planVersion: version, quantity }) => ({
        isAddOn: true,
        planId,
        version,
        quantity,
      })),
    ],
  };
}

function toFallback({ fallback_id: planId, fallback_version: version }: FactsRow): Giver | null {
  return planId === null || version === null ? null : { isAddOn: false, planId, version };
}
