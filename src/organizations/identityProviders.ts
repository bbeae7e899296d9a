/** The provider that signs an organization's members in, and the domains that it may speak for. */
import { BillingError } from '../domain/errors.ts';
import type { IdentityProviderId, OrganizationId } from '../domain/ids.ts';
import { refuseWebhookUrl } from '../domain/webhookAddress.ts';
import { newId } from '../store/newId.ts';
import {
  deleteProvider,
  findProviderOf,
  readDomains,
  replaceDomains,
  replaceProvider,
  type IdentityProviderRow,
} from '../store/organizations/identityProviders.ts';
import { change, type Changed } from './change.ts';
import { requireAccess } from './decide.ts';
import { DeniedError } from './denial.ts';
import type { OrganizationDependencies, Request } from './request.ts';

export interface ProviderInput {
  readonly organizationId: OrganizationId;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string | null | undefined;
  /** The claim that names the groups of who signs in; null: groups are not its matter. */
  readonly groupClaim?: string | null | undefined;
}

/**
 * Sets the one provider of an organization, in place of the one before. Throws `feature_missing` 403 without `sso`, 400 for an
 * issuer that is no public https address (`allowPrivate`: also others).
 */
export async function setIdentityProvider(
  deps: OrganizationDependencies,
  request: Request,
  input: ProviderInput,
  allowPrivate: boolean,
): Promise<Changed<{ providerId: IdentityProviderId }>> {
  const { organizationId, issuer, clientId, clientSecret = null, groupClaim = null } = input;
  const refusal = refuseWebhookUrl(issuer, allowPrivate);
  if (refusal !== undefined) {
    throw new BillingError(400, 'issuer_invalid', `This cannot be an issuer: ${refusal}.`, 'issuer');
  }
  // The secret is in no fingerprint and no log.
  const told = { issuer, clientId, groupClaim };
  const asked = {
    action: 'identity_provider.set',
    of: organizationId,
    permission: 'sso:manage',
    input: told,
  } as const;
  return change(deps, request, asked, async ({ tx }) => {
    const before = await findProviderOf(tx, organizationId);
    const providerId = newId('identity_provider');
    await replaceProvider(tx, {
      id: providerId,
      organization_id: organizationId,
      issuer,
      client_id: clientId,
      client_secret: clientSecret,
      group_claim: groupClaim,
    });
    return {
      result: { providerId },
      audit: { resource: providerId, before: before ? toldOf(before) : null, after: told },
    };
  });
}

/** Who was signed in by it stays so until the session ends. Nothing where there is none. */
export async function removeIdentityProvider(
  deps: OrganizationDependencies,
  request: Request,
  organizationId: OrganizationId,
): Promise<Changed<{ providerId: IdentityProviderId | null }>> {
  const asked = {
    action: 'identity_provider.remove',
    of: organizationId,
    permission: 'sso:manage',
    takesAway: true,
    input: {},
  } as const;
  return change<{ providerId: IdentityProviderId | null }>(deps, request, asked, async ({ tx }) => {
    const before = await findProviderOf(tx, organizationId);
    if (!before) return { result: { providerId: null } };
    await deleteProvider(tx, organizationId);
    return {
      result: { providerId: before.id },
      audit: { resource: before.id, before: toldOf(before), after: null },
    };
  });
}

/** Never its secret. */
export async function findIdentityProvider(
  deps: OrganizationDependencies,
  request: Request,
  organizationId: OrganizationId,
): Promise<Omit<IdentityProviderRow, 'client_secret'> | undefined> {
  await requireAccess(deps, request, 'sso:manage', organizationId);
  const row = await findProviderOf(deps.pool, organizationId);
  if (!row) return undefined;
  const { client_secret: _secret, ...rest } = row;
  return rest;
}

/**
 * The domains whose addresses the organization speaks for, all of them. For operators of the installation, who have seen that
 * they are the organization's: to others it is denied. Throws 409 for another organization's.
 */
export async function setOrganizationDomains(
  deps: OrganizationDependencies,
  request: Request,
  input: { readonly organizationId: OrganizationId; readonly domains: readonly string[] },
): Promise<Changed<{ organizationId: OrganizationId }>> {
  const { organizationId } = input;
  const domains = [...new Set(input.domains.map((domain) => domain.trim().toLowerCase()))].sort();
  const malformed = domains.find((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain));
  if (malformed !== undefined) {
    throw new BillingError(400, 'domain_invalid', 'Give domains such as example.com.', 'domains');
  }
  const asked = {
    action: 'organization.set_domains',
    of: organizationId,
    permission: 'sso:manage',
    takesAway: true,
    input: { domains },
  } as const;
  return change(deps, request, asked, async ({ tx }) => {
    if (request.actor.kind !== 'operator') throw ofOperators(organizationId);
    const before = await readDomains(tx, organizationId);
    const result = { organizationId };
    if (before.join() === domains.join()) return { result };
    await replaceDomains(tx, organizationId, domains);
    return { result, audit: { resource: organizationId, before: { domains: before }, after: { domains } } };
  });
}

function ofOperators(organizationId: OrganizationId): DeniedError {
  return new DeniedError({
    action: 'organization.set_domains',
    permission: 'sso:manage',
    resource: organizationId,
    chain: organizationId,
    decision: { allowed: false, reason: 'no_role_allows_it', path: [] },
  });
}

function toldOf({ issuer, client_id: clientId, group_claim: groupClaim }: IdentityProviderRow) {
  return { issuer, clientId, groupClaim };
}
