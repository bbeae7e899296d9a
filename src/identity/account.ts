/**
 * Which user somebody is of whom a provider speaks. The installation's provider is believed of everybody; an organization's
 * own only of addresses whose domain is that organization's, and it is given no account that is more than that
 * organization's, unless the account's holder is signed in and asks for it: who runs a provider could say anything of anyone.
 */
import type { PoolClient } from 'pg';
import { BillingError } from '../domain/errors.ts';
import type { UserId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { normalEmail } from '../organizations/names.ts';
import {
  findUserByIdentity,
  insertIdentity,
  lockUserOfEmail,
  readAccountTies,
} from '../store/organizations/identities.ts';
import type { IdentityProviderRow } from '../store/organizations/identityProviders.ts';
import { ensureUser, type UserRow } from '../store/organizations/users.ts';
import type { Claims } from './oidc.ts';

export interface Asked {
  readonly claims: Claims;
  /** Null: the installation's. */
  readonly provider: IdentityProviderRow | null;
  /** Who was signed in when the sign-in was begun. */
  readonly signedIn: UserId | null;
  readonly now: Instant;
}

/**
 * By issuer and subject; else by a verified address; else made. Throws a `BillingError` 403 that says why the provider is
 * not believed of that user.
 */
export async function userOf(tx: PoolClient, asked: Asked): Promise<UserRow> {
  const { claims, provider } = asked;
  if (provider) requireOwnAddress(provider, addressOf(claims));
  const known = await findUserByIdentity(tx, claims.issuer, claims.subject);
  if (known) {
    // Its domain may have gone to another organization since.
    if (provider) requireOwnAddress(provider, known.email);
    return active(known);
  }
  const email = addressOf(claims);
  // Of two at once, the second waits here for the user that the first makes.
  await ensureUser(tx, email, claims.name, asked.now);
  const user = await lockUserOfEmail(tx, email);
  if (!user) throw new Error('a user is there and is not');
  await requireToBeJoined(tx, user, asked);
  await insertIdentity(tx, claims.issuer, claims.subject, user.id);
  return active(user);
}

async function requireToBeJoined(tx: PoolClient, user: UserRow, asked: Asked): Promise<void> {
  const { claims, provider, signedIn } = asked;
  const found = await findUserByIdentity(tx, claims.issuer, claims.subject);
  if (found?.id === user.id) return;
  const ties = await readAccountTies(tx, user.id, claims.issuer, provider?.organization_id ?? null);
  if (ties.known_to_issuer) {
    throw new BillingError(
      403,
      'account_of_another',
      'Another account of the same provider has signed in with this address before. Ask whoever runs the provider.',
    );
  }
  if (provider && ties.has_more_than_organization && signedIn !== user.id) {
    throw new BillingError(
      403,
      'account_exists',
      'There is an account with this address that is more than your organization\u2019s. Sign in as you did before, and then by your organization, to join the two.',
    );
  }
}

function addressOf({ email, emailVerified }: Claims): string {
  if (email === null) {
    throw new BillingError(
      403,
      'email_missing',
      'The provider does not tell your address: allow it to, and begin again.',
    );
  }
  if (!emailVerified) {
    throw new BillingError(
      403,
      'email_unverified',
      'The provider has not verified your address. Verify it there, and begin again.',
    );
  }
  return normalEmail(email);
}

function requireOwnAddress({ domains }: IdentityProviderRow, email: string): void {
  if (domains.includes(email.slice(email.lastIndexOf('@') + 1))) return;
  throw new BillingError(
    403,
    'email_of_another_domain',
    'This address is of no domain that your organization has verified. Sign in without it, or ask an Org Admin.',
  );
}

function active(user: UserRow): UserRow {
  if (user.deactivated_at === null) return user;
  throw new BillingError(
    403,
    'user_deactivated',
    'This user was deactivated. Ask whoever runs this installation.',
  );
}
