/** Any facts that decisions may meet: several roles, grants, limits, custom roles, keys, other organizations, tight plans. */
import fc from 'fast-check';
import type { CustomRoleId, UserId } from '../../../src/domain/ids.ts';
import type {
  Access,
  PlanBounds,
  Resource,
  ResourceRole,
  Subject,
} from '../../../src/domain/permissions/access.ts';
import {
  featureCodes,
  permissions,
  permissionsAskedOf,
  type Permission,
} from '../../../src/domain/permissions/permission.ts';
import { builtInRoles } from '../../../src/domain/permissions/role.ts';
import {
  acme,
  aVariant,
  blog,
  group,
  key,
  membership,
  production,
  rival,
  shop,
  staging,
} from './anAccess.ts';

const customRoles = ['role_one', 'role_two', 'role_gone'] as CustomRoleId[];
const anyRole = fc.constantFrom(...builtInRoles, ...customRoles);
const anyVia = fc.constantFrom(membership, group);
const anyOrganization = fc.constantFrom(acme, acme, acme, rival);
const anyGraph = fc.constantFrom(shop, blog);

export const anyResourceRole: fc.Arbitrary<ResourceRole> = fc.record({
  on: fc.constantFrom(shop, blog, staging, production),
  effect: fc.constantFrom('grant' as const, 'limit' as const),
  role: anyRole,
  via: anyVia,
});

export const anyUser: fc.Arbitrary<Subject & { kind: 'user' }> = fc.record({
  kind: fc.constant('user' as const),
  userId: fc.constantFrom('usr_one' as UserId, 'usr_two' as UserId),
  organizationId: anyOrganization,
  organizationRoles: fc.array(fc.record({ role: anyRole, via: anyVia }), { maxLength: 3 }),
  resourceRoles: fc.array(anyResourceRole, { maxLength: 6 }),
});

const anyGraphKey: fc.Arbitrary<Subject> = fc.record({
  kind: fc.constant('graph_key' as const),
  keyId: fc.constant(key),
  organizationId: anyOrganization,
  graphId: anyGraph,
  role: anyRole,
  variantIds: fc.constantFrom(null, [staging], [production], [staging, production]),
});

const anyOrganizationKey: fc.Arbitrary<Subject> = fc.record({
  kind: fc.constant('organization_key' as const),
  keyId: fc.constant(key),
  organizationId: anyOrganization,
  capabilities: fc.subarray(permissions),
});

export const anySubject: fc.Arbitrary<Subject> = fc.oneof(
  { weight: 6, arbitrary: anyUser },
  { weight: 2, arbitrary: anyGraphKey },
  { weight: 2, arbitrary: anyOrganizationKey },
  fc.record({ kind: fc.constant('operator' as const), mayWrite: fc.boolean() }),
  fc.constant({ kind: 'anonymous' as const }),
);

export const anyBounds: fc.Arbitrary<PlanBounds> = fc
  .record({
    features: fc.subarray([...featureCodes]),
    limits: fc.array(fc.tuple(fc.constantFrom(...featureCodes), fc.option(fc.integer({ min: 0, max: 4 })))),
    used: fc.array(fc.tuple(fc.constantFrom(...featureCodes), fc.integer({ min: 0, max: 5 }))),
  })
  .map(({ features, limits, used }) => ({
    features: new Set(features),
    limits: new Map(limits),
    used: new Map(used),
  }));

export const anyShared: fc.Arbitrary<Omit<Access, 'subject'>> = fc.record({
  // The third role is no more.
  customRoles: fc
    .tuple(fc.subarray(permissions), fc.subarray(permissions))
    .map(
      (both) => new Map(both.map((held, at) => [customRoles[at] ?? customRoles[0], new Set(held)] as const)),
    )
    .map((roles) => roles as Access['customRoles']),
  bounds: anyBounds,
});

export const accessOf = (subject: fc.Arbitrary<Subject>): fc.Arbitrary<Access> =>
  fc.tuple(subject, anyShared).map(([who, shared]) => ({ ...shared, subject: who }));

export const anyVariant = fc
  .record({
    organizationId: anyOrganization,
    graphId: anyGraph,
    variantId: fc.constantFrom(staging, production),
    isPublic: fc.boolean(),
    isProtected: fc.boolean(),
  })
  .map(aVariant);

export const anyResource: fc.Arbitrary<Resource> = fc.oneof(
  { weight: 4, arbitrary: anyVariant },
  fc.record({ kind: fc.constant('graph' as const), organizationId: anyOrganization, graphId: anyGraph }),
  fc.record({ kind: fc.constant('organization' as const), organizationId: anyOrganization }),
);

/** A permission that can be asked of that resource. */
export const asked = (
  resource: fc.Arbitrary<Resource> = anyResource,
): fc.Arbitrary<{ resource: Resource; permission: Permission }> =>
  resource.chain((of) =>
    fc.record({
      resource: fc.constant(of),
      permission: fc.constantFrom(...permissionsAskedOf[of.kind]),
    }),
  );
