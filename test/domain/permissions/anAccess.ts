/** Builders for what decisions are made of: ids that stand for themselves, and a plan that bounds nothing unless said. */
import type {
  Access,
  OrganizationRole,
  PlanBounds,
  Resource,
  ResourceRole,
  Subject,
} from '../../../src/domain/permissions/access.ts';
import { featureCodes, type FeatureCode } from '../../../src/domain/permissions/permission.ts';
import type {
  CustomRoleId,
  GraphId,
  GroupId,
  KeyId,
  MembershipId,
  OrganizationId,
  UserId,
  VariantId,
} from '../../../src/domain/ids.ts';

export const acme = 'org_acme' as OrganizationId;
export const rival = 'org_rival' as OrganizationId;
export const shop = 'gph_shop' as GraphId;
export const blog = 'gph_blog' as GraphId;
export const staging = 'var_staging' as VariantId;
export const production = 'var_production' as VariantId;
export const customRole = 'role_custom' as CustomRoleId;
export const key = 'okey_one' as KeyId;
export const membership = { kind: 'membership', id: 'mem_one' as MembershipId } as const;
export const group = { kind: 'group', id: 'grp_one' as GroupId } as const;

export type VariantResource = Resource & { kind: 'variant' };

export function aVariant(of: Partial<VariantResource> = {}): VariantResource {
  return {
    kind: 'variant',
    organizationId: acme,
    graphId: shop,
    variantId: staging,
    isPublic: false,
    isProtected: false,
    ...of,
  };
}

export const aGraph: Resource & { kind: 'graph' } = { kind: 'graph', organizationId: acme, graphId: shop };
export const anOrganization: Resource = { kind: 'organization', organizationId: acme };

export function aMember(
  role: OrganizationRole['role'],
  resourceRoles: readonly ResourceRole[] = [],
): Subject & { kind: 'user' } {
  return {
    kind: 'user',
    userId: 'usr_one' as UserId,
    organizationId: acme,
    organizationRoles: [{ role, via: membership }],
    resourceRoles,
  };
}

/** Every feature, nothing counted; `without` takes features away, `full` are limits that are reached. */
export function aPlan({
  without = [],
  full = [],
}: { without?: readonly FeatureCode[]; full?: readonly FeatureCode[] } = {}): PlanBounds {
  return {
    features: new Set(featureCodes.filter((code) => !without.includes(code))),
    limits: new Map(featureCodes.map((code) => [code, full.includes(code) ? 3 : null])),
    used: new Map(full.map((code) => [code, 3])),
  };
}

export function anAccess(subject: Subject, of: Partial<Access> = {}): Access {
  return { subject, customRoles: new Map(), bounds: aPlan(), ...of };
}
