/**
 * Provisioning: an organization's directory puts members and groups in and out, by a service key with the capability
 * `scim:provision` or by the provider that signs its members in. It decides who is there and in which groups; what a group may
 * do stays with Org Admins.
 */
import { BillingError } from '../domain/errors.ts';
import type { IdentityProviderId, KeyId, MembershipId, OrganizationId } from '../domain/ids.ts';
import type { Permission } from '../domain/permissions/permission.ts';
import type { Queryable } from '../store/database.ts';
import { readDomains } from '../store/organizations/identityProviders.ts';
import {
  selectMemberships,
  updateMembership,
  type MembershipRow,
} from '../store/organizations/memberships.ts';
import { updateUser } from '../store/organizations/users.ts';
import { change, type Changed } from './change.ts';
import { differences } from './differences.ts';
import { normalEmail } from './names.ts';
import { rowOf } from './rowOf.ts';
import type { Actor, OrganizationDependencies, Request } from './request.ts';

export function isProvisioning(actor: Actor): boolean {
  return actor.kind === 'organization_key' && actor.capabilities.includes('scim:provision');
}

/** What it takes: `scim:provision` of provisioning, else what it takes of everybody. */
export function permissionOf({ actor }: Request, permission: Permission): Permission {
  return isProvisioning(actor) ? 'scim:provision' : permission;
}

/** An organization's own provider, as the audit log and decisions see it: it may provision, and nothing else. */
export function provisionerOf(provider: {
  readonly id: IdentityProviderId;
  readonly organization_id: OrganizationId;
}): Actor {
  return {
    kind: 'organization_key',
    keyId: provider.id as string as KeyId,
    organizationId: provider.organization_id,
    capabilities: ['scim:provision'],
  };
}

/** Throws a `BillingError` 403 where the address is of no domain of the organization: it may not speak for others' users. */
export async function requireOwnDomain(
  db: Queryable,
  organizationId: OrganizationId,
  email: string,
): Promise<void> {
  if (isOf(await readDomains(db, organizationId), email)) return;
  throw new BillingError(
    403,
    'email_of_another_domain',
    'This address is of no domain that is verified as the organization\u2019s. Have the domain verified, or invite the user.',
    'email',
  );
}

function isOf(domains: readonly string[], email: string): boolean {
  return domains.includes(email.slice(email.lastIndexOf('@') + 1));
}

/**
 * What the directory says of a member. The name of a user whose address is not of the organization's domains stays as it is,
 * and its address cannot be changed (403): that user is not the organization's alone.
 */
export async function updateProvisionedMember(
  deps: OrganizationDependencies,
  request: Request,
  input: {
    readonly membershipId: MembershipId;
    readonly email: string;
    readonly name: string;
    readonly externalId: string | null;
  },
): Promise<Changed<{ membershipId: MembershipId }>> {
  const { membershipId, externalId } = input;
  const email = normalEmail(input.email);
  const asked = { action: 'member.update', of: membershipId, permission: 'scim:provision', input } as const;
  return change(deps, request, asked, async ({ tx, found }) => {
    const row = await rowOf<MembershipRow>(tx, selectMemberships, membershipId);
    const isOwn = isOf(await readDomains(tx, found.organization.id), row.email);
    const given = { email, name: isOwn ? input.name : row.name, external_id: externalId };
    const changed = differences(row, given);
    if (!changed) return { result: { membershipId } };
    if (email !== row.email) {
      await requireOwnDomain(tx, found.organization.id, row.email);
      await requireOwnDomain(tx, found.organization.id, email);
    }
    await updateUser(tx, row.user_id, given);
    await updateMembership(tx, membershipId, { external_id: externalId });
    return { result: { membershipId }, audit: { resource: membershipId, ...changed } };
  });
}
