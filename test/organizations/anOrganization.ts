/** An organization for tests, with members of all roles, on a plan that can be changed. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { CustomerId, MembershipId, OrganizationId, UserId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { featureCodes } from '../../src/domain/permissions/permission.ts';
import type { RoleName } from '../../src/domain/permissions/access.ts';
import { insertCustomer } from '../../src/store/customers.ts';
import { newId } from '../../src/store/newId.ts';
import type { Actor, OrganizationDependencies, PlanTerms, Request } from '../../src/organizations/request.ts';

/** Everything, without limits. */
export const enterprise: PlanTerms = {
  features: new Set(featureCodes),
  limits: new Map([
    ['seats', null],
    ['graphs', null],
    ['variants', null],
  ]),
};

export interface PlanOf {
  readonly deps: OrganizationDependencies;
  /** Gives a customer other terms than `enterprise`, from now on. */
  set(customerId: CustomerId, terms: PlanTerms): void;
}

/** Dependencies whose plans are set by the test. */
export function plansOn(pool: Pool): PlanOf {
  const plans = new Map<CustomerId, PlanTerms>();
  return {
    deps: { pool, planBounds: (_db, customerId) => Promise.resolve(plans.get(customerId) ?? enterprise) },
    set: (customerId, terms) => plans.set(customerId, terms),
  };
}

export interface TestMember {
  readonly userId: UserId;
  readonly membershipId: MembershipId;
  readonly actor: Actor;
}

export interface TestOrganization {
  readonly id: OrganizationId;
  readonly customerId: CustomerId;
  readonly admin: TestMember;
}

export async function anOrganization(pool: Pool, name = 'Acme'): Promise<TestOrganization> {
  const customerId = newId('customer');
  await insertCustomer(pool, {
    id: customerId,
    externalId: null,
    name,
    email: null,
    currency: null,
    timezone: 'UTC',
    country: null,
    testClockId: null,
    invoiceGrouping: 'subscription',
    metadata: {},
    createdAt: Date.now() as Instant,
    billing: {},
  });
  const id = newId('organization');
  await pool.query(`INSERT INTO organizations (id, customer_id, name) VALUES ($1, $2, $3)`, [
    id,
    customerId,
    name,
  ]);
  return { id, customerId, admin: await aMember(pool, id, 'org_admin') };
}

export async function aUser(pool: Pool, email = `${randomUUID()}@example.com`): Promise<UserId> {
  const id = newId('user');
  await pool.query(`INSERT INTO users (id, email) VALUES ($1, $2)`, [id, email]);
  return id;
}

export async function aMember(
  pool: Pool,
  organizationId: OrganizationId,
  role: RoleName,
  userId?: UserId,
): Promise<TestMember> {
  const user = userId ?? (await aUser(pool));
  const membershipId = newId('membership');
  await pool.query(`INSERT INTO memberships (id, organization_id, user_id, role) VALUES ($1, $2, $3, $4)`, [
    membershipId,
    organizationId,
    user,
    role,
  ]);
  return { userId: user, membershipId, actor: { kind: 'user', userId: user, keyId: null } };
}

export function ask(actor: Actor, more: Partial<Request> = {}): Request {
  return { actor, requestId: `req_${randomUUID()}`, now: Date.now() as Instant, ...more };
}

export const operator = { kind: 'operator', apiKeyId: newId('api_key'), mayWrite: true } as const;
