/** Two organizations that have one of everything, and somebody of every kind who may ask. */
import type pg from 'pg';
import { boundingTypes, type Grant } from '../../src/domain/entitlements/feature.ts';
import type { CustomRoleId, GraphId, OrganizationId, VariantId } from '../../src/domain/ids.ts';
import type { Permission } from '../../src/domain/permissions/permission.ts';
import { builtInRoles } from '../../src/domain/permissions/role.ts';
import { organizationDependencies } from '../../src/api/organizationDependencies.ts';
import { uncachedEntitlements } from '../../src/entitlementCache/reader.ts';
import { defineRole } from '../../src/organizations/customRoles.ts';
import { createGraph } from '../../src/organizations/graphs.ts';
import { addGroupMembers, createGroup } from '../../src/organizations/groups.ts';
import { invite } from '../../src/organizations/invitations.ts';
import { createGraphKey, createOrganizationKey } from '../../src/organizations/keys.ts';
import { createPersonalKey } from '../../src/organizations/personalKeys.ts';
import type { Actor, OrganizationDependencies } from '../../src/organizations/request.ts';
import { setResourceRole } from '../../src/organizations/resourceRoles.ts';
import { createVariant, protectVariant } from '../../src/organizations/variants.ts';
import { insertApiKey } from '../../src/store/apiKeys.ts';
import { newId } from '../../src/store/newId.ts';
import {
  aMember,
  anOrganization,
  ask,
  aUser,
  operator,
  type TestOrganization,
} from '../organizations/anOrganization.ts';
import { adminKey } from '../api/apiOnly.ts';
import { aStoredFeature, aStoredPlan } from '../store/entitlements/entitledCustomers.ts';

/** The plan of everybody who has none: everything, without limits. */
export async function everybodyHasEverything(pool: pg.Pool): Promise<void> {
  const grants = Object.entries(boundingTypes).map(([code, type]) => {
    const grant: Grant = type === 'boolean' ? { type, value: true } : { type: 'limit', limit: null };
    return aStoredFeature(pool, code, grant);
  });
  await aStoredPlan(pool, await Promise.all(grants), { fallback: true });
}

export interface Ids {
  readonly organizationId: OrganizationId;
  readonly memberId: string;
  readonly userId: string;
  readonly groupId: string;
  readonly invitationId: string;
  readonly roleId: CustomRoleId;
  readonly graphId: GraphId;
  /** Neither public nor protected; `protectedId` and `publicId` are. */
  readonly variantId: VariantId;
  readonly protectedId: VariantId;
  readonly publicId: VariantId;
  readonly graphKeyId: string;
  readonly keyId: string;
  readonly customerId: string;
}

export interface Somebody {
  readonly name: string;
  /** '': anonymous. */
  readonly key: string;
  readonly actor: Actor;
}

export interface Furnished {
  readonly ids: Ids;
  readonly organization: TestOrganization;
  readonly graphKey: Somebody;
  readonly organizationKey: Somebody;
}

const capabilities: readonly Permission[] = [
  'organization:read',
  'member:read',
  'graph:read',
  'variant:read',
  'schema:publish',
];

export function dependenciesOn(pool: pg.Pool): OrganizationDependencies {
  return organizationDependencies(pool, uncachedEntitlements(pool));
}

/** An organization with one of everything. */
export async function aFurnishedOrganization(pool: pg.Pool, name: string): Promise<Furnished> {
  const deps = dependenciesOn(pool);
  const organization = await anOrganization(pool, name);
  const admin = ask(organization.admin.actor);
  const organizationId = organization.id;
  const member = await aMember(pool, organizationId, 'observer');
  const { graphId, variantId } = await createGraph(deps, admin, { organizationId, name: 'main' });
  const { variantId: protectedId } = await createVariant(deps, admin, { graphId, name: 'protected' });
  await protectVariant(deps, admin, { variantId: protectedId, isProtected: true });
  const { variantId: publicId } = await createVariant(deps, admin, {
    graphId,
    name: 'public',
    isPublic: true,
  });
  const { roleId } = await defineRole(deps, admin, {
    organizationId,
    name: 'Releaser',
    permissions: ['organization:read', 'graph:read', 'variant:read', 'schema:publish', 'graph_key:read'],
  });
  const { groupId } = await createGroup(deps, admin, { organizationId, name: 'Team', role: 'documenter' });
  await addGroupMembers(deps, admin, { groupId, membershipIds: [member.membershipId] });
  const email = `${name.toLowerCase()}@invited.test`;
  const { invitationId } = await invite(deps, admin, { organizationId, email, role: 'consumer' });
  const { membershipId } = member;
  await setResourceRole(deps, admin, { on: variantId, membershipId, effect: 'grant', role: 'contributor' });
  const graphKey = await createGraphKey(deps, admin, { graphId, name: 'ci', role: 'contributor' });
  const organizationKey = await createOrganizationKey(deps, admin, {
    organizationId,
    kind: 'service',
    name: 'robot',
    capabilities,
  });
  return {
    organization,
    ids: {
      organizationId,
      memberId: membershipId,
      userId: member.userId,
      groupId,
      invitationId,
      roleId,
      graphId,
      variantId,
      protectedId,
      publicId,
      graphKeyId: graphKey.keyId,
      keyId: organizationKey.keyId,
      customerId: organization.customerId,
    },
    graphKey: {
      name: 'graph key (contributor)',
      key: graphKey.secret ?? '',
      actor: {
        kind: 'graph_key',
        keyId: graphKey.keyId,
        organizationId,
        graphId,
        role: 'contributor',
        variantIds: null,
      },
    },
    organizationKey: {
      name: 'organization key',
      key: organizationKey.secret ?? '',
      actor: { kind: 'organization_key', keyId: organizationKey.keyId, organizationId, capabilities },
    },
  };
}

/** A personal key of a user, made by an operator. */
export async function aKeyOf(pool: pg.Pool, actor: Actor, name: string): Promise<Somebody> {
  if (actor.kind !== 'user') throw new Error('only users have personal keys');
  const { keyId, secret } = await createPersonalKey(dependenciesOn(pool), ask(operator), {
    name,
    userId: actor.userId,
  });
  return { name, key: secret ?? '', actor: { ...actor, keyId } };
}

/** Everybody who may ask of an organization: each role, a custom one, nobody, keys, and those who operate the installation. */
export async function everybodyOf(
  pool: pg.Pool,
  { ids, graphKey, organizationKey }: Furnished,
): Promise<Somebody[]> {
  const { organizationId, roleId, variantId } = ids;
  const members = await Promise.all(
    [...builtInRoles, roleId].map(async (role) => {
      const { actor } = await aMember(pool, organizationId, role);
      return aKeyOf(pool, actor, role === roleId ? 'custom role' : role);
    }),
  );
  const narrowed = await aMember(pool, organizationId, 'contributor');
  await setResourceRole(dependenciesOn(pool), ask(operator), {
    on: variantId,
    membershipId: narrowed.membershipId,
    effect: 'limit',
    role: 'consumer',
  });
  const reader = {
    id: newId('api_key'),
    name: 'reader',
    scopes: ['read' as const],
    rateLimit: 500,
    metadata: {},
  };
  await insertApiKey(pool, 'dk_reader_of_tests', reader);
  const { rows } = await pool.query<{ id: (typeof operator)['apiKeyId'] }>(
    `SELECT id FROM api_keys WHERE name = 'API_KEY'`,
  );
  return [
    ...members,
    await aKeyOf(pool, narrowed.actor, 'contributor, narrowed'),
    await aKeyOf(pool, { kind: 'user', userId: await aUser(pool), keyId: null }, 'user of no organization'),
    graphKey,
    organizationKey,
    { name: 'anonymous', key: '', actor: { kind: 'anonymous' } },
    { name: 'operator', key: adminKey, actor: { ...operator, apiKeyId: rows[0]?.id ?? operator.apiKeyId } },
    {
      name: 'operator who reads',
      key: 'dk_reader_of_tests',
      actor: { kind: 'operator', apiKeyId: reader.id, mayWrite: false },
    },
  ];
}
