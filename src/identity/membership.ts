/** What an organization's own provider does besides signing in: its users become members, in the groups that it names. */
import { BillingError } from '../domain/errors.ts';
import type { GroupId, OrganizationId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { requireAccess } from '../organizations/decide.ts';
import { DeniedError } from '../organizations/denial.ts';
import { addGroupMembers, removeGroupMembers } from '../organizations/groups.ts';
import { addMember } from '../organizations/members.ts';
import { provisionerOf } from '../organizations/provisioning.ts';
import type { OrganizationDependencies, Request } from '../organizations/request.ts';
import type { Queryable } from '../store/database.ts';
import { findGroupsOfMember } from '../store/organizations/groups.ts';
import type { IdentityProviderRow } from '../store/organizations/identityProviders.ts';
import { findMembershipOf, type MembershipRow } from '../store/organizations/memberships.ts';
import type { UserRow } from '../store/organizations/users.ts';
import type { Claims } from './oidc.ts';

interface Asking {
  readonly requestId: string;
  readonly now: Instant;
}

/** Throws `feature_missing` 403 where the organization's plan has no single sign-on. */
export async function requireSingleSignOn(
  deps: OrganizationDependencies,
  provider: IdentityProviderRow,
  { requestId, now }: Asking,
): Promise<void> {
  const request = { actor: provisionerOf(provider), requestId, now };
  await requireAccess(deps, request, 'scim:provision', provider.organization_id);
}

/**
 * Makes the user a Consumer of the provider's organization where it is no member, and puts it into the groups of the claim,
 * by name or external id, and out of all others; a claim that is not there says nothing. Groups for which the plan has no seat
 * left are left out, which the audit log is told. Throws a `BillingError` 403 for a member that was deactivated.
 */
export async function joinOrganization(
  deps: OrganizationDependencies,
  provider: IdentityProviderRow,
  user: UserRow,
  claims: Claims,
  { requestId, now }: Asking,
): Promise<void> {
  const request: Request = { actor: provisionerOf(provider), requestId, now };
  const organizationId = provider.organization_id;
  const member = await memberOf(deps, request, organizationId, user);
  if (member.deactivated_at !== null) {
    throw new BillingError(
      403,
      'member_deactivated',
      'Your organization has deactivated you. Ask one of its Org Admins.',
    );
  }
  const named = namesOf(provider.group_claim, claims);
  if (named) await putIntoGroups(deps, request, member, named);
}

async function memberOf(
  deps: OrganizationDependencies,
  request: Request,
  organizationId: OrganizationId,
  user: UserRow,
): Promise<MembershipRow> {
  const find = (db: Queryable) => findMembershipOf(db, organizationId, user.id);
  const before = await find(deps.pool);
  if (before) return before;
  try {
    await addMember(deps, request, { organizationId, email: user.email, role: 'consumer' });
  } catch (error) {
    // Signed in twice at once: the other has added it.
    if (!(error instanceof BillingError && error.code === 'already_member')) throw error;
  }
  const member = await find(deps.pool);
  if (!member) throw new BillingError(409, 'removed_meanwhile', 'You were removed meanwhile. Begin again.');
  return member;
}

function namesOf(claim: string | null, { all }: Claims): ReadonlySet<string> | undefined {
  const given = claim === null ? undefined : all[claim];
  if (typeof given === 'string') return new Set([given]);
  if (!Array.isArray(given)) return undefined;
  return new Set(given.filter((name) => typeof name === 'string'));
}

async function putIntoGroups(
  deps: OrganizationDependencies,
  request: Request,
  member: MembershipRow,
  named: ReadonlySet<string>,
): Promise<void> {
  const groups = await findGroupsOfMember(deps.pool, member.organization_id, member.id, [...named]);
  const membershipIds = [member.id];
  const left = groups.filter(({ is_named: isNamed, is_member: isMember }) => isMember && !isNamed);
  const joined = groups.filter(({ is_named: isNamed, is_member: isMember }) => isNamed && !isMember);
  // Out first: it may free the seat.
  for (const { id } of left) await removeGroupMembers(deps, request, { groupId: id, membershipIds });
  for (const { id } of joined) await join(deps, request, id, member);
}

async function join(
  deps: OrganizationDependencies,
  request: Request,
  groupId: GroupId,
  { id }: MembershipRow,
): Promise<void> {
  try {
    await addGroupMembers(deps, request, { groupId, membershipIds: [id] });
  } catch (error) {
    if (!(error instanceof DeniedError)) throw error;
  }
}
