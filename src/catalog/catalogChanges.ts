/** What a catalog changes of what is stored: new meters, new plans, new versions, or nothing. */
import { isDeepStrictEqual } from 'node:util';
import { BillingError } from '../domain/errors.ts';
import type { FeatureId, MeterId, PlanId } from '../domain/ids.ts';
import { canonicalFilters } from './canonical.ts';
import type { CatalogFeature, CatalogMeter, CatalogPlan } from './catalogFile.ts';
import { fromFilter, toFilter } from './property.ts';
import { versionChanges } from './versionChanges.ts';

/** What is for people, and may change. */
interface ForPeople {
  readonly name: string;
  readonly metadata: Record<string, string>;
}

type NamedPlan = Omit<CatalogPlan, keyof ForPeople> & ForPeople;

export interface StoredMeter extends Omit<CatalogMeter, keyof ForPeople>, ForPeople {
  readonly id: MeterId;
}

export interface StoredFeature extends Omit<CatalogFeature, keyof ForPeople | 'unit'>, ForPeople {
  readonly id: FeatureId;
  readonly unit: string | null;
}

/** A plan with its latest version. */
export interface StoredPlan extends Omit<CatalogPlan, keyof ForPeople | 'fallback'>, ForPeople {
  readonly fallback: boolean;
  readonly id: PlanId;
  readonly number: number;
}

export type CatalogChange =
  | { readonly type: 'meter_added'; readonly meter: StoredMeter }
  | { readonly type: 'meter_renamed'; readonly meter: StoredMeter }
  | { readonly type: 'feature_added'; readonly feature: StoredFeature }
  | { readonly type: 'feature_renamed'; readonly feature: StoredFeature }
  | {
      readonly type: 'fallback_changed';
      readonly code: string;
      readonly id: PlanId;
      readonly fallback: boolean;
    }
  | { readonly type: 'plan_added'; readonly plan: NamedPlan }
  | { readonly type: 'plan_renamed'; readonly plan: NamedPlan; readonly id: PlanId }
  | {
      readonly type: 'version_added';
      readonly plan: CatalogPlan;
      readonly id: PlanId;
      readonly number: number;
      /** What differs from the version before, a line each. */
      readonly differences: readonly string[];
    };

/**
 * The changes that meters of a catalog make; `newId` is for those that are new. Throws a `BillingError` 409 for one that
 * would count something else.
 */
export function meterChanges(
  meters: readonly CatalogMeter[],
  stored: ReadonlyMap<string, StoredMeter>,
  newId: () => MeterId,
): CatalogChange[] {
  return meters.flatMap((meter, index): CatalogChange[] => {
    const known = stored.get(meter.code);
    if (!known) return [{ type: 'meter_added', meter: { ...meter, ...forPeople(meter), id: newId() } }];
    const [described, kept] = [counting(meter), counting(known)];
    const changed = countingFields.filter((field) => !isDeepStrictEqual(described[field], kept[field]));
    if (changed.length > 0) {
      throw new BillingError(
        409,
        'meter_changed',
        `Meter ${meter.code} is stored with another ${changed.map((field) => writtenNames[field]).join(' and ')}, and what a meter counts never changes: what it counted has been billed. Describe a meter with another code.`,
        `meters[${String(index)}].${writtenNames[changed[0] ?? 'aggregation']}`,
      );
    }
    const named = forPeople(meter, known);
    return isSameForPeople(named, known) ? [] : [{ type: 'meter_renamed', meter: { ...known, ...named } }];
  });
}

const writtenNames = {
  eventType: 'event_type',
  aggregation: 'aggregation',
  property: 'property',
  expression: 'expression',
  filters: 'filters',
  groupBy: 'group_by',
} as const;
const countingFields = Object.keys(writtenNames) as (keyof typeof writtenNames)[];

/** What a meter counts, in one order: the stored one stays, by which the rollups are kept. */
function counting(meter: CatalogMeter): Pick<CatalogMeter, keyof typeof writtenNames> {
  return {
    ...meter,
    filters: canonicalFilters(meter.filters.map(fromFilter)).map(toFilter),
    groupBy: [...meter.groupBy].sort(),
  };
}

/**
 * The changes that features of a catalog make; `newId` is for those that are new. Throws a `BillingError` 409 for one that
 * would be something else.
 */
export function featureChanges(
  features: readonly CatalogFeature[],
  stored: ReadonlyMap<string, StoredFeature>,
  newId: () => FeatureId,
): CatalogChange[] {
  return features.flatMap((feature, index): CatalogChange[] => {
    const known = stored.get(feature.code);
    if (!known) {
      const added = { ...feature, ...forPeople(feature), unit: feature.unit ?? null, id: newId() };
      return [{ type: 'feature_added', feature: added }];
    }
    if (feature.type !== known.type || feature.meterId !== known.meterId) {
      throw new BillingError(
        409,
        'feature_changed',
        `Feature ${feature.code} is stored as ${known.type}${feature.type === known.type ? ' of another meter' : ''}, which never changes: plans give it as that. Describe a feature with another code.`,
        `features[${String(index)}].${feature.type === known.type ? 'meter' : 'type'}`,
      );
    }
    const named = { ...forPeople(feature, known), unit: feature.unit ?? known.unit };
    return isSameForPeople(named, known) && named.unit === known.unit
      ? []
      : [{ type: 'feature_renamed', feature: { ...known, ...named } }];
  });
}

/** The changes that plans of a catalog make. Throws a `BillingError` 409 for one in another currency. */
export function planChanges(
  plans: readonly CatalogPlan[],
  stored: ReadonlyMap<string, StoredPlan>,
): CatalogChange[] {
  const changes = plans.flatMap((plan, index): CatalogChange[] => {
    const known = stored.get(plan.code);
    if (!known) return [{ type: 'plan_added', plan: { ...plan, ...forPeople(plan) } }];
    if (plan.currency !== known.currency) {
      throw new BillingError(
        409,
        'currency_changed',
        `Plan ${plan.code} is in ${known.currency}, which never changes. Describe a plan with another code.`,
        `plans[${String(index)}].currency`,
      );
    }
    const { id, number } = known;
    const differences = versionChanges(known.version, plan.version);
    const named = forPeople(plan, known);
    return [
      ...(isSameForPeople(named, known)
        ? []
        : [{ type: 'plan_renamed' as const, plan: { ...plan, ...named }, id }]),
      ...(differences.length === 0
        ? []
        : [{ type: 'version_added' as const, plan, id, number: number + 1, differences }]),
      ...(plan.fallback === undefined || plan.fallback === known.fallback
        ? []
        : [{ type: 'fallback_changed' as const, code: plan.code, id, fallback: plan.fallback }]),
    ];
  });
  // There is one fallback at a time: what ends it comes before what makes another one.
  const ends = (change: CatalogChange) => change.type === 'fallback_changed' && !change.fallback;
  return [...changes.filter(ends), ...changes.filter((change) => !ends(change))];
}

/** What an entry leaves out stays as it is stored; something new goes by its code. */
function forPeople(entry: CatalogMeter | CatalogFeature | CatalogPlan, stored?: ForPeople): ForPeople {
  return {
    name: entry.name ?? stored?.name ?? entry.code,
    metadata: entry.metadata ?? stored?.metadata ?? {},
  };
}

function isSameForPeople(one: ForPeople, other: ForPeople): boolean {
  return one.name === other.name && isDeepStrictEqual({ ...one.metadata }, { ...other.metadata });
}

/** A change for people to read, in lines: what is added after `+`, what is changed after `~`. */
export function describeChange(change: CatalogChange): string[] {
  switch (change.type) {
    case 'meter_added':
      return [`+ meter ${change.meter.code}: ${change.meter.aggregation} of ${change.meter.eventType}`];
    case 'meter_renamed':
      return [`~ meter ${change.meter.code}: name or metadata`];
    case 'feature_added':
      return [`+ feature ${change.feature.code}: ${change.feature.type}`];
    case 'feature_renamed':
      return [`~ feature ${change.feature.code}: name, unit or metadata`];
    case 'fallback_changed':
      return [`~ plan ${change.code}: ${change.fallback ? 'is the fallback' : 'is the fallback no more'}`];
    case 'plan_added':
      return [
        `+ plan ${change.plan.code}, version 1${change.plan.fallback === true ? ', the fallback' : ''}`,
        ...change.plan.version.prices.map(
          ({ code, definition }) => `    + price ${code}: ${definition.type}, ${definition.model}`,
        ),
        ...change.plan.version.features.map(
          ({ feature: { code, type } }) => `    + feature ${code}: ${type}`,
        ),
      ];
    case 'plan_renamed':
      return [`~ plan ${change.plan.code}: name or metadata`];
    case 'version_added':
      return [
        `+ plan ${change.plan.code}, version ${String(change.number)}`,
        ...change.differences.map((line) => `    ${line}`),
      ];
  }
}
