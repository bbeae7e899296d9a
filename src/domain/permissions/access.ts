/** What a decision is made of: who asks, of what, and all that was granted or taken there. Plain facts, read in one go. */
import type {
  CustomRoleId,
  GraphId,
  GroupId,
  KeyId,
  MembershipId,
  OrganizationId,
  UserId,
  VariantId,
} from '../ids.ts';
import type { FeatureCode, Permission, ResourceKind } from './permission.ts';
import type { BuiltInRole } from './role.ts';

/** A built-in role, or a custom one of the organization. */
export type RoleName = BuiltInRole | CustomRoleId;

export type Resource =
  | { readonly kind: 'organization'; readonly organizationId: OrganizationId }
  | { readonly kind: 'graph'; readonly organizationId: OrganizationId; readonly graphId: GraphId }
  | {
      readonly kind: 'variant';
      readonly organizationId: OrganizationId;
      readonly graphId: GraphId;
      readonly variantId: VariantId;
      readonly isPublic: boolean;
      readonly isProtected: boolean;
    };

/** Through what a role came: set for the member itself, or for a group that it is in. */
export type Via =
  | { readonly kind: 'membership'; readonly id: MembershipId }
  | { readonly kind: 'group'; readonly id: GroupId };

/** A role that is held in the whole organization. */
export interface OrganizationRole {
  readonly role: RoleName;
  readonly via: Via;
}

/**
 * A role for one graph or variant. A `grant` adds what its role may do; a `limit` keeps of what comes from wider levels
 * only what its role may do, and takes nothing of what is granted at its own level or below.
 */
export interface ResourceRole {
  readonly on: GraphId | VariantId;
  readonly effect: 'grant' | 'limit';
  readonly role: RoleName;
  readonly via: Via;
}

export type Subject =
  | { readonly kind: 'anonymous' }
  /** Somebody who operates this installation by an API key: its scopes say what it may do. */
  | { readonly kind: 'operator'; readonly mayWrite: boolean }
  | {
      readonly kind: 'user';
      readonly userId: UserId;
      /** Where its roles are held; of another organization's resources they say nothing. */
      readonly organizationId: OrganizationId;
      /** Its own and those of its groups; empty: not a member. */
      readonly organizationRoles: readonly OrganizationRole[];
      readonly resourceRoles: readonly ResourceRole[];
    }
  | {
      readonly kind: 'graph_key';
      readonly keyId: KeyId;
      readonly organizationId: OrganizationId;
      readonly graphId: GraphId;
      readonly role: RoleName;
      /** Null: all variants of the graph, also later ones. */
      readonly variantIds: readonly VariantId[] | null;
    }
  | {
      readonly kind: 'organization_key';
      readonly keyId: KeyId;
      readonly organizationId: OrganizationId;
      readonly capabilities: readonly Permission[];
    };

/** What the plan of an organization allows of what bounds permissions, and how much of it is taken. */
export interface PlanBounds {
  /** Features that it has, for those that are on or off. */
  readonly features: ReadonlySet<FeatureCode>;
  /** What it has of those that are counted; null: without limit; a code that is absent: none at all. */
  readonly limits: ReadonlyMap<FeatureCode, number | null>;
  readonly used: ReadonlyMap<FeatureCode, number>;
}

export interface Access {
  readonly subject: Subject;
  /** What custom roles of the organization may do. */
  readonly customRoles: ReadonlyMap<CustomRoleId, ReadonlySet<Permission>>;
  readonly bounds: PlanBounds;
}

/** One step of how a decision came about, from wide to narrow. */
export type Step =
  | {
      readonly step: 'role';
      readonly at: ResourceKind;
      readonly role: RoleName;
      readonly via: Via | null;
      readonly allows: boolean;
    }
  | {
      readonly step: 'limit';
      readonly at: ResourceKind;
      readonly role: RoleName;
      readonly via: Via;
      readonly keeps: boolean;
    }
  | { readonly step: 'operator'; readonly allows: boolean }
  | { readonly step: 'capability'; readonly keyId: KeyId; readonly allows: boolean }
  | { readonly step: 'public'; readonly allows: true }
  | { readonly step: 'protection'; readonly takes: boolean }
  | { readonly step: 'feature'; readonly feature: FeatureCode; readonly has: boolean }
  | {
      readonly step: 'quota';
      readonly feature: FeatureCode;
      readonly limit: number | null;
      readonly used: number;
      readonly room: boolean;
    };

export type Reason =
  | 'granted'
  | 'public_variant'
  | 'operator'
  | 'not_a_member'
  | 'no_role_allows_it'
  | 'narrowed_by_limit'
  | 'protected_variant'
  | 'key_is_for_another_resource'
  | 'feature_missing'
  | 'limit_reached'
  | 'key_is_read_only';

export interface Decision {
  readonly allowed: boolean;
  readonly reason: Reason;
  readonly path: readonly Step[];
}

export function denied(reason: Reason, path: readonly Step[]): Decision {
  return { allowed: false, reason, path };
}
