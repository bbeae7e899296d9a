/** What a customer is entitled to at an instant: made of its subscriptions, the fallback plan and its overrides. */
import { Temporal } from 'temporal-polyfill';
import { instantOf, localTime } from '../calendar.ts';
import type { CustomerId, EntitlementOverrideId, FeatureId, TestClockId } from '../ids.ts';
import { earliest, type Instant } from '../instant.ts';
import type { PlanBounds } from '../permissions/access.ts';
import type { FeatureCode } from '../permissions/permission.ts';
import { zero, type Decimal } from '../quantity.ts';
import { combine, times, type Given, type Giver } from './combine.ts';
import { isBounding, isCounted, type Feature, type Grant, type MeteredGrant } from './feature.ts';
import { standingOf, type EntitlingSubscription } from './standing.ts';

/** What a version of a plan gives. */
export interface PlanGrant {
  readonly feature: Feature;
  readonly grant: Grant;
}

/** In effect from `startsAt` up to, and not at, `endsAt`; null: until it is ended. */
export interface Override extends PlanGrant {
  readonly id: EntitlementOverrideId;
  readonly startsAt: Instant;
  readonly endsAt: Instant | null;
}

/** All that decides, as it is at an instant by the customer's clock. */
export interface EntitlementFacts {
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly timezone: string;
  readonly at: Instant;
  readonly subscriptions: readonly EntitlingSubscription[];
  /** Its latest version; null: there is none. */
  readonly fallback: Giver | null;
  readonly overrides: readonly Override[];
  /** What a version of a plan gives. */
  readonly grantsOf: (giver: Giver) => readonly PlanGrant[];
}

/** `subscription`: of live ones; `grace`: one of them is past due, and still given what it has. */
export type Standing = 'subscription' | 'grace' | 'fallback' | 'none';

export type EntitlementSource =
  | { readonly from: 'subscription' | 'fallback' }
  | {
      readonly from: 'override';
      readonly overrideId: EntitlementOverrideId;
      readonly endsAt: Instant | null;
    };

/** In which use is counted; its end is null where it is over and the next one has not begun yet, as at a renewal. */
export interface UsePeriod {
  readonly start: Instant;
  readonly end: Instant | null;
}

interface EntitlementFields {
  readonly featureId: FeatureId;
  readonly source: EntitlementSource;
}
export type MeteredEntitlement = EntitlementFields &
  MeteredGrant & {
    readonly period: UsePeriod;
    readonly used: Decimal;
  };
export type Entitlement = EntitlementFields &
  (
    | Exclude<Grant, { readonly type: 'limit' | 'metered' }>
    /** `used` is null where Dunlin does not count it. */
    | (Extract<Grant, { readonly type: 'limit' }> & { readonly used: number | null })
    | MeteredEntitlement
  );

export interface EntitlementSnapshot {
  readonly customerId: CustomerId;
  readonly testClockId: TestClockId | null;
  readonly at: Instant;
  readonly standing: Standing;
  /** When time alone changes it; null: only an event does. */
  readonly validUntil: Instant | null;
  /** By the code of the feature. */
  readonly entitlements: ReadonlyMap<string, Entitlement>;
  readonly used: ReadonlyMap<FeatureCode, number>;
}

/** How much of each was used: of metered features by id, and what an organization has of what bounds permissions. */
export interface Use {
  readonly metered: ReadonlyMap<FeatureId, Decimal>;
  readonly counted: ReadonlyMap<FeatureCode, number>;
}

/** Of what use is to be asked for. */
export interface MeteredUse {
  readonly feature: Feature;
  readonly period: UsePeriod;
}

interface Resolved {
  readonly feature: Feature;
  readonly grant: Grant;
  readonly source: EntitlementSource;
}

interface Resolution {
  readonly standing: Standing;
  readonly validUntil: Instant | null;
  readonly resolved: readonly Resolved[];
  readonly metered: readonly MeteredUse[];
}

/** What the facts come to, but for how much was used of it: `metered` says what of that is to be asked for. */
export function resolveEntitlements(facts: EntitlementFacts): Resolution {
  const { at } = facts;
  const standings = facts.subscriptions.map((subscription) => ({
    subscription,
    standing: standingOf(subscription, at),
  }));
  const live = standings.filter(({ standing }) => standing.entitles);
  const subscriptions = live.map(({ subscription }) => subscription).sort(byStart);
  const givers = subscriptions.flatMap(({ plans }) => plans.filter(({ quantity }) => quantity > 0));
  const isLive = subscriptions.length > 0;
  const given = giveAll(facts, isLive ? givers : facts.fallback ? [{ ...facts.fallback, quantity: 1 }] : []);
  const inForce = facts.overrides.filter(
    ({ startsAt, endsAt }) => startsAt <= at && (endsAt === null || endsAt > at),
  );
  const from = isLive ? 'subscription' : 'fallback';
  const resolved = new Map<string, Resolved>(
    [...given].map(([code, { feature, total }]) => [code, { feature, grant: total.grant, source: { from } }]),
  );
  for (const { feature, grant, id, endsAt } of inForce) {
    resolved.set(feature.code, { feature, grant, source: { from: 'override', overrideId: id, endsAt } });
  }
  const metered = [...resolved.values()].flatMap(({ feature, grant }) =>
    grant.type === 'metered' ? [{ feature, period: periodOf(facts, feature, subscriptions) }] : [],
  );
  const inGrace = live.some(({ standing }) => standing.inGrace);
  return {
    standing: isLive ? (inGrace ? 'grace' : 'subscription') : facts.fallback ? 'fallback' : 'none',
    validUntil: earliest(
      ...live.map(({ standing }) => standing.until),
      ...facts.overrides.map(({ startsAt }) => (startsAt > at ? startsAt : null)),
      ...inForce.map(({ endsAt }) => endsAt),
      ...metered.map(({ period }) => period.end),
    ),
    resolved: [...resolved.values()],
    metered,
  };
}

/** The snapshot of what was resolved, with how much was used of it. */
export function takeSnapshot(
  facts: EntitlementFacts,
  { standing, validUntil, resolved, metered }: Resolution,
  use: Use,
): EntitlementSnapshot {
  const periods = new Map(metered.map(({ feature, period }) => [feature.id, period]));
  return {
    customerId: facts.customerId,
    testClockId: facts.testClockId,
    at: facts.at,
    standing,
    validUntil,
    used: use.counted,
    entitlements: new Map(
      resolved.map(({ feature: { id, code }, grant, source }): [string, Entitlement] => {
        const fields = { featureId: id, source };
        switch (grant.type) {
          case 'boolean':
          case 'config':
            return [code, { ...fields, ...grant }];
          case 'limit':
            return [
              code,
              { ...fields, ...grant, used: isCounted(code) ? (use.counted.get(code) ?? 0) : null },
            ];
          case 'metered': {
            const period = periods.get(id) ?? { start: facts.at, end: null };
            return [code, { ...fields, ...grant, period, used: use.metered.get(id) ?? zero }];
          }
        }
      }),
    ),
  };
}

/** What of it bounds permissions. */
export function boundsOf(snapshot: EntitlementSnapshot): PlanBounds {
  return { ...termsOf(snapshot), used: snapshot.used };
}

/** The same without what is used of it. */
export function termsOf({
  entitlements,
}: Pick<EntitlementSnapshot, 'entitlements'>): Pick<PlanBounds, 'features' | 'limits'> {
  const features = new Set<FeatureCode>();
  const limits = new Map<FeatureCode, number | null>();
  for (const [code, entitlement] of entitlements) {
    if (!isBounding(code)) continue;
    if (entitlement.type === 'boolean' && entitlement.value) features.add(code);
    if (entitlement.type === 'limit') limits.set(code, entitlement.limit);
  }
  return { features, limits };
}

function giveAll(
  { grantsOf }: EntitlementFacts,
  givers: readonly (Giver & { readonly quantity: number })[],
): Map<string, { readonly feature: Feature; readonly total: Given }> {
  const given = new Map<string, { readonly feature: Feature; readonly total: Given }>();
  for (const by of givers) {
    for (const { feature, grant } of grantsOf(by)) {
      // Of a plan the quantity says how many seats or the like are paid for; of an add-on, how many there are of it.
      const one: Given = { by, grant: by.isAddOn ? times(grant, by.quantity) : grant };
      const before = given.get(feature.code);
      given.set(feature.code, { feature, total: before ? combine(before.total, one) : one });
    }
  }
  return given;
}

/**
 * In which period use of a feature is counted: that of the oldest live subscription that gives it, of an override alone
 * that of the oldest one, and without any the calendar month in the customer's timezone.
 */
function periodOf(
  { at, timezone, grantsOf }: EntitlementFacts,
  feature: Feature,
  subscriptions: readonly EntitlingSubscription[],
): UsePeriod {
  const gives = ({ plans }: EntitlingSubscription) =>
    plans.some((by) => by.quantity > 0 && grantsOf(by).some(({ feature: given }) => given.id === feature.id));
  const { periodStart, periodEnd } = subscriptions.find(gives) ?? subscriptions[0] ?? {};
  if (periodStart == null || periodEnd == null) return calendarMonth(at, timezone);
  // It is over and its renewal has not come yet: what is used from then on is of the next one.
  return at < periodEnd ? { start: periodStart, end: periodEnd } : { start: periodEnd, end: null };
}

function calendarMonth(at: Instant, timezone: string): UsePeriod {
  const first = localTime(at, timezone).with({ day: 1 }).withPlainTime(new Temporal.PlainTime());
  return {
    start: instantOf(first, timezone),
    end: instantOf(first.add({ months: 1 }), timezone),
  };
}

function byStart(one: EntitlingSubscription, other: EntitlingSubscription): number {
  return one.startedAt - other.startedAt || (one.id < other.id ? -1 : 1);
}
