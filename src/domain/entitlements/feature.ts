/** Features, and what a plan or an override gives of one. */
import type { FeatureId, MeterId } from '../ids.ts';
import type { FeatureCode } from '../permissions/permission.ts';
import type { Decimal } from '../quantity.ts';

export const featureTypes = ['boolean', 'limit', 'metered', 'config'] as const;
export type FeatureType = (typeof featureTypes)[number];

export interface Feature {
  readonly id: FeatureId;
  readonly code: string;
  readonly type: FeatureType;
  /** Of a metered one: what counts its use. */
  readonly meterId: MeterId | null;
}

export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type Grant =
  | { readonly type: 'boolean'; readonly value: boolean }
  /** How many there may be; null: without limit. */
  | { readonly type: 'limit'; readonly limit: number | null }
  | MeteredGrant
  | { readonly type: 'config'; readonly value: JsonValue };

/** Of a metered feature, for each period. */
export interface MeteredGrant {
  readonly type: 'metered';
  /** What is included; null: without limit. */
  readonly allowance: Decimal | null;
  /** Beyond it a check still says yes, and tells that it was passed; null: there is none. */
  readonly softLimit: Decimal | null;
  /** Beyond it a check says no; null: there is none. */
  readonly hardLimit: Decimal | null;
}

/** The types of the features that bound permissions; the database refuses others. */
export const boundingTypes: Readonly<Record<FeatureCode, FeatureType>> = {
  roles: 'boolean',
  custom_roles: 'boolean',
  seats: 'limit',
  graphs: 'limit',
  variants: 'limit',
  protected_variants: 'boolean',
  audit_log: 'boolean',
  sso: 'boolean',
};

/** Limits of which Dunlin itself knows how much is used. */
export const countedFeatures = ['seats', 'graphs', 'variants'] as const satisfies readonly FeatureCode[];
export type CountedFeature = (typeof countedFeatures)[number];

export function isCounted(code: string): code is CountedFeature {
  return (countedFeatures as readonly string[]).includes(code);
}

export function isBounding(code: string): code is FeatureCode {
  return Object.hasOwn(boundingTypes, code);
}
