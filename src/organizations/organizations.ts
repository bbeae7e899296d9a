/** Organizations: made with their first Org Admin, changed, and deleted when nothing is billed to them any more. */
import { BillingError, notFound } from '../domain/errors.ts';
import type { CustomerId, MembershipId, OrganizationId, UserId } from '../domain/ids.ts';
import { insertCustomer, selectCustomers, type CustomerRow } from '../store/customers.ts';
import { lockCustomer } from '../store/customerLock.ts';
import { inTransaction } from '../store/database.ts';
import { recordEvents } from '../store/eventLog.ts';
import { newId } from '../store/newId.ts';
import { readByIds, readWindow, type Slice, type Window } from '../store/organizations/keyset.ts';
import { insertMembership } from '../store/organizations/memberships.ts';
import {
  deleteOrganization as deleteOrganizationRow,
  insertOrganization,
  selectOrganizations,
  updateOrganization as updateOrganizationRow,
  type OrganizationChange,
  type OrganizationRow,
} from '../store/organizations/organizations.ts';
import { ensureUser, selectUsers, type UserRow } from '../store/organizations/users.ts';
import { readOne, type Filter } from '../store/reads/page.ts';
import { change, once, tellDone, type Changed } from './change.ts';
import { saying } from './conflicts.ts';
import { findVisible } from './decide.ts';
import { DeniedError, telling, unauthenticated } from './denial.ts';
import { differences } from './differences.ts';
import { listVisible } from './listVisible.ts';
import { freeName, normalEmail, requireName } from './names.ts';
import { rowOf } from './rowOf.ts';
import type { Actor, OrganizationDependencies, Request } from './request.ts';

export interface OrganizationInput {
  readonly name: string;
  /** Who is billed: given by operators alone. Left out, a customer is made. */
  readonly customerId?: CustomerId | undefined;
  /** Of the first Org Admin: given by operators; a user is its own. */
  readonly adminEmail?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Makes an organization with its first Org Admin, who needs no room in the plan: an operator for whom it likes, a user for
 * itself. Throws a `BillingError` 401 for nobody, `permission_denied` 403 for keys, 404 for a customer that is not there, 409
 * where the customer has an organization.
 */
export async function createOrganization(
  deps: OrganizationDependencies,
  request: Request,
  input: OrganizationInput,
): Promise<
  Changed<{
    organizationId: OrganizationId;
    customerId: CustomerId;
    membershipId: MembershipId;
    userId: UserId;
  }>
> {
  requireName(freeName, input.name);
  const { now } = request;
  return telling(deps, request, async () => {
    requireCreator(request, input);
    return saying(() =>
      inTransaction(deps.pool, (tx) =>
        once(tx, request, 'organization.create', input, async () => {
          const admin = await firstAdmin(tx, request, input);
          const customer = await billed(tx, input, admin, now);
          const organizationId = newId('organization');
          const membershipId = newId('membership');
          const { name, metadata = {} } = input;
          await insertOrganization(tx, {
            id: organizationId,
            customerId: customer,
            name,
            metadata,
            created: now,
          });
          await insertMembership(tx, {
            id: membershipId,
            organizationId,
            userId: admin.id,
            role: 'org_admin',
            externalId: null,
            created: now,
          });
          const common = { customerId: customer, subscriptionId: null, occurredAt: now };
          await recordEvents(tx, [
            { ...common, type: 'organization.created', objectId: organizationId, data: {} },
            {
              ...common,
              type: 'member.added',
              objectId: membershipId,
              data: { user: admin.id, role: 'org_admin' },
            },
          ]);
          await tellDone(tx, request, 'organization.create', organizationId, {
            resource: organizationId,
            before: null,
            after: { name, metadata, customer, org_admin: { id: membershipId, user: admin.id } },
          });
          return { organizationId, customerId: customer, membershipId, userId: admin.id };
        }),
      ),
    );
  });
}

/** Users make one for themselves; operators that may write, for others. */
function requireCreator({ actor }: Request, input: OrganizationInput): void {
  if (actor.kind === 'anonymous') throw unauthenticated();
  const forItself = input.customerId === undefined && input.adminEmail === undefined;
  if (actor.kind === 'operator' ? actor.mayWrite : actor.kind === 'user' && forItself) return;
  throw new DeniedError({
    action: 'organization.create',
    permission: null,
    resource: 'installation',
    chain: 'installation',
    decision: {
      allowed: false,
      reason: actor.kind === 'operator' ? 'key_is_read_only' : 'no_role_allows_it',
      path: [],
    },
  });
}

async function firstAdmin(
  tx: Parameters<typeof ensureUser>[0],
  { actor, now }: Request,
  { adminEmail }: OrganizationInput,
): Promise<UserRow> {
  if (actor.kind === 'user') {
    const user = await readOne<UserRow>(tx, selectUsers, actor.userId);
    if (!user || user.deactivated_at !== null) throw unauthenticated();
    return user;
  }
  if (adminEmail === undefined) {
    throw new BillingError(400, 'admin_missing', 'Say who is the first Org Admin.', 'adminEmail');
  }
  return ensureUser(tx, normalEmail(adminEmail), '', now);
}

async function billed(
  tx: Parameters<typeof ensureUser>[0],
  { customerId, name }: OrganizationInput,
  admin: UserRow,
  now: Request['now'],
): Promise<CustomerId> {
  if (customerId !== undefined) {
    await lockCustomer(tx, customerId);
    const customer = await readOne<CustomerRow>(tx, selectCustomers, customerId);
    if (!customer) throw notFound('customer', customerId, 'customer');
    return customerId;
  }
  const id = newId('customer');
  await insertCustomer(tx, {
    id,
    externalId: null,
    name,
    email: admin.email,
    currency: null,
    timezone: 'UTC',
    country: null,
    testClockId: null,
    invoiceGrouping: 'subscription',
    metadata: {},
    createdAt: now,
    billing: {},
  });
  return id;
}

export async function updateOrganization(
  deps: OrganizationDependencies,
  request: Request,
  { organizationId, ...given }: { readonly organizationId: OrganizationId } & OrganizationChange,
): Promise<Changed<{ organizationId: OrganizationId }>> {
  if (given.name !== undefined) requireName(freeName, given.name);
  const asked = {
    action: 'organization.update',
    of: organizationId,
    permission: 'organization:update',
    input: given,
  } as const;
  return change(deps, request, asked, async ({ tx }) => {
    const changed = differences(await rowOf<OrganizationRow>(tx, selectOrganizations, organizationId), given);
    const result = { organizationId };
    if (!changed) return { result };
    await updateOrganizationRow(tx, organizationId, changed.after);
    const data = { changed: Object.keys(changed.after).sort() };
    return {
      result,
      audit: { resource: organizationId, ...changed },
      events: [{ type: 'organization.updated', objectId: organizationId, data }],
    };
  });
}

/** Its keys are worth nothing from then on; its customer, invoices and audit log stay. Throws 409 while a subscription lives. */
export async function deleteOrganization(
  deps: OrganizationDependencies,
  request: Request,
  organizationId: OrganizationId,
): Promise<Changed<{ organizationId: OrganizationId }>> {
  const asked = {
    action: 'organization.delete',
    of: organizationId,
    permission: 'organization:delete',
    input: {},
  } as const;
  return change(deps, request, asked, async ({ tx, found }) => {
    const { name } = await rowOf<OrganizationRow>(tx, selectOrganizations, organizationId);
    // A signup at this moment is either seen, or waits and comes after.
    await lockCustomer(tx, found.organization.customerId);
    if (!(await deleteOrganizationRow(tx, organizationId, request.now))) {
      throw new BillingError(
        409,
        'organization_is_billed',
        'A subscription of this organization lives. Cancel it, and delete the organization when it has ended.',
      );
    }
    return {
      result: { organizationId },
      audit: { resource: organizationId, before: { name }, after: null },
      events: [{ type: 'organization.deleted', objectId: organizationId, data: {} }],
    };
  });
}

interface Asking {
  readonly actor: Actor;
  readonly now: Request['now'];
}

/** The organizations that the actor may see, in order; undefined for the others. */
export async function findOrganizations(
  deps: OrganizationDependencies,
  { actor, now }: Asking,
  ids: readonly OrganizationId[],
): Promise<readonly (OrganizationRow | undefined)[]> {
  const visible = await findVisible(deps, actor, now, ids);
  const rows = await readByIds<OrganizationRow>(deps.pool, selectOrganizations, ids);
  return ids.map((id, index) => (visible[index] ? rows.get(id) : undefined));
}

/** Those that the actor is in and may see, oldest first; of an operator all. */
export async function listOrganizations(
  deps: OrganizationDependencies,
  asking: Asking,
  window: Window,
): Promise<Slice<OrganizationRow>> {
  const { actor } = asking;
  if (actor.kind === 'operator') return readWindow(deps.pool, selectOrganizations, [], window);
  const visible = (...filters: Filter[]) =>
    listVisible<OrganizationRow>(deps, asking, selectOrganizations, filters, window);
  if (actor.kind === 'organization_key') return visible(['id', actor.organizationId]);
  if (actor.kind !== 'user') return { rows: [], hasNextPage: false, hasPreviousPage: false };
  const isMember = (parameter: string) =>
    `EXISTS (SELECT FROM memberships m WHERE m.organization_id = t.id AND m.user_id = ${parameter} AND m.deactivated_at IS NULL)`;
  return visible([isMember, actor.userId]);
}
