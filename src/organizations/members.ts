/** Members: their roles, who leaves and who is removed; added and deactivated by operators and provisioning. */
import { BillingError } from '../domain/errors.ts';
import type { MembershipId, OrganizationId } from '../domain/ids.ts';
import { formatInstant } from '../domain/instant.ts';
import { denied, type RoleName } from '../domain/permissions/access.ts';
import { check } from '../domain/permissions/decision.ts';
import { newId } from '../store/newId.ts';
import { readByIds, readWindow, type Slice, type Window } from '../store/organizations/keyset.ts';
import {
  deleteMembership,
  findMembershipOf,
  insertMembership,
  selectMemberships,
  updateMembership,
  type MembershipRow,
} from '../store/organizations/memberships.ts';
import { ensureUser } from '../store/organizations/users.ts';
import { accessOf, type Found } from './access.ts';
import { requireRole, requireRoleOfPlan } from './assigning.ts';
import { change, type Changed, type Done } from './change.ts';
import { isHidden, requireAccess } from './decide.ts';
import { DeniedError } from './denial.ts';
import { normalEmail } from './names.ts';
import { isProvisioning, permissionOf, requireOwnDomain } from './provisioning.ts';
import { rowOf } from './rowOf.ts';
import type { Actor, OrganizationDependencies, Request } from './request.ts';

type ChangedMember = Changed<{ membershipId: MembershipId }>;

/** Throws `limit_reached` 403 where it would take a seat that the plan has not, and 409 for the last Org Admin. */
export async function setMemberRole(
  deps: OrganizationDependencies,
  request: Request,
  input: { readonly membershipId: MembershipId; readonly role: RoleName },
): Promise<ChangedMember> {
  const { membershipId, role } = input;
  const asked = {
    action: 'member.set_role',
    of: membershipId,
    permission: 'role:assign',
    input,
    seats: true,
  } as const;
  return change(deps, request, asked, async ({ tx, found }) => {
    requireRole(found, role);
    const row = await rowOf<MembershipRow>(tx, selectMemberships, membershipId);
    const result = { membershipId };
    if (row.role === role) return { result };
    requireRoleOfPlan(found, role, membershipId, asked.action);
    await updateMembership(tx, membershipId, { role });
    return {
      result,
      audit: { resource: membershipId, before: { role: row.role }, after: { role } },
      events: [{ type: 'member.role_changed', objectId: membershipId, data: { before: row.role, role } }],
    };
  });
}

/** Removes a member with all that was set for it. Throws 409 for the last Org Admin. */
export async function removeMember(
  deps: OrganizationDependencies,
  request: Request,
  membershipId: MembershipId,
): Promise<ChangedMember> {
  const asked = {
    action: 'member.remove',
    of: membershipId,
    permission: permissionOf(request, 'member:remove'),
    input: {},
  } as const;
  return change(deps, request, asked, async ({ tx }) =>
    goes(tx, await rowOf<MembershipRow>(tx, selectMemberships, membershipId)),
  );
}

/** Whoever is a member may leave. Throws 409 for the last Org Admin, 400 where a key or an operator asks. */
export async function leaveOrganization(
  deps: OrganizationDependencies,
  request: Request,
  organizationId: OrganizationId,
): Promise<ChangedMember> {
  const asked = { action: 'member.leave', of: organizationId, permission: null, input: {} };
  return change(deps, request, asked, async ({ tx }) => {
    const { actor } = request;
    const row = actor.kind === 'user' ? await findMembershipOf(tx, organizationId, actor.userId) : undefined;
    if (!row) {
      throw new BillingError(400, 'not_a_user', 'Only a member leaves an organization: sign in as one.');
    }
    return goes(tx, row);
  });
}

async function goes(
  tx: Parameters<typeof deleteMembership>[0],
  row: MembershipRow,
): Promise<Done<{ membershipId: MembershipId }>> {
  await deleteMembership(tx, row.id);
  return {
    result: { membershipId: row.id },
    audit: { resource: row.id, before: { user: row.user_id, role: row.role }, after: null },
    events: [{ type: 'member.removed', objectId: row.id, data: { user: row.user_id, role: row.role } }],
  };
}

/**
 * Adds a member without an invitation: for operators of the installation and an organization's provisioning. The user is
 * made where there is none of that address. Provisioning adds Consumers alone, and only with addresses of the organization's
 * domains. Throws `permission_denied` 403 for users, Org Admins too: they invite, as whoever becomes a member against its will
 * shows its name.
 */
export async function addMember(
  deps: OrganizationDependencies,
  request: Request,
  input: {
    readonly organizationId: OrganizationId;
    readonly email: string;
    readonly name?: string | undefined;
    readonly role: RoleName;
    readonly externalId?: string | null | undefined;
  },
): Promise<ChangedMember> {
  const email = normalEmail(input.email);
  const { organizationId, role, externalId = null } = input;
  const asked = {
    action: 'member.add',
    of: organizationId,
    permission: permissionOf(request, 'role:assign'),
    input,
    seats: true,
  } as const;
  return change(deps, request, asked, async ({ tx, found, also }) => {
    if (request.actor.kind === 'user') throw invitesInstead(found, asked.action);
    requireRole(found, role);
    requireRoleOfPlan(found, role, organizationId, asked.action);
    if (isProvisioning(request.actor)) {
      if (role !== 'consumer') also('role:assign');
      await requireOwnDomain(tx, organizationId, email);
    }
    const user = await ensureUser(tx, email, input.name ?? '', request.now);
    const id = newId('membership');
    await insertMembership(tx, {
      id,
      organizationId,
      userId: user.id,
      role,
      externalId,
      created: request.now,
    });
    return {
      result: { membershipId: id },
      audit: { resource: id, before: null, after: { user: user.id, role, external_id: externalId } },
      events: [{ type: 'member.added', objectId: id, data: { user: user.id, role } }],
    };
  });
}

function invitesInstead({ organization: { id } }: Found, action: string): DeniedError {
  return new DeniedError(
    { action, permission: null, resource: id, decision: denied('no_role_allows_it', []), chain: id },
    { code: 'permission_denied', message: 'Members are invited: invite this address.', param: 'email' },
  );
}

/** A member that is not active is still listed, takes no seat and may do nothing. Throws 409 for the last Org Admin. */
export async function setMemberActive(
  deps: OrganizationDependencies,
  request: Request,
  input: { readonly membershipId: MembershipId; readonly active: boolean },
): Promise<ChangedMember> {
  const { membershipId, active } = input;
  const asked = {
    action: active ? 'member.activate' : 'member.deactivate',
    of: membershipId,
    permission: permissionOf(request, 'role:assign'),
    input,
    seats: true,
  } as const;
  return change(deps, request, asked, async ({ tx }) => {
    const row = await rowOf<MembershipRow>(tx, selectMemberships, membershipId);
    const result = { membershipId };
    if ((row.deactivated_at === null) === active) return { result };
    await updateMembership(tx, membershipId, { deactivated_at: active ? null : formatInstant(request.now) });
    return {
      result,
      audit: { resource: membershipId, before: { active: !active }, after: { active } },
      events: [
        {
          type: active ? 'member.added' : 'member.removed',
          objectId: membershipId,
          data: { user: row.user_id, role: row.role },
        },
      ],
    };
  });
}

/** Those that the actor may see, in order: itself, and others where its roles show members. */
export async function findMembers(
  deps: OrganizationDependencies,
  { actor, now }: { readonly actor: Actor; readonly now: Request['now'] },
  ids: readonly MembershipId[],
): Promise<readonly (MembershipRow | undefined)[]> {
  const found = await accessOf(deps, actor, ids, now, deps.pool, 'sight');
  const rows = await readByIds<MembershipRow>(deps.pool, selectMemberships, ids);
  return ids.map((id, index) => {
    const there = found[index];
    const row = rows.get(id);
    if (!there || !row || isHidden(there)) return undefined;
    const isSelf = actor.kind === 'user' && actor.userId === row.user_id;
    return isSelf || check(there.access, 'member:read', there.resource).allowed ? row : undefined;
  });
}

export async function listMembers(
  deps: OrganizationDependencies,
  request: Request,
  organizationId: OrganizationId,
  window: Window,
): Promise<Slice<MembershipRow>> {
  await requireAccess(deps, request, 'member:read', organizationId);
  return readWindow(deps.pool, selectMemberships, [['organization_id', organizationId]], window);
}
