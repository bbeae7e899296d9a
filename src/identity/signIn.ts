/** Signing in by a provider: sent there with secrets of this browser's own, and back with a code that counts once. */
import { BillingError } from '../domain/errors.ts';
import type { IdentityProviderId, OrganizationId, UserId } from '../domain/ids.ts';
import { addMilliseconds, type Instant } from '../domain/instant.ts';
import { inTransaction } from '../store/database.ts';
import { insertSignIn, takeSignIn } from '../store/organizations/signIns.ts';
import { newToken } from '../store/organizations/tokens.ts';
import {
  findProvider,
  findProviderOf,
  type IdentityProviderRow,
} from '../store/organizations/identityProviders.ts';
import { userOf } from './account.ts';
import { joinOrganization, requireSingleSignOn } from './membership.ts';
import { authorizationUrl, claimsOf, type Client } from './oidc.ts';
import { openSession, type OpenedSession } from './sessions.ts';
import type { SignInDependencies } from './settings.ts';

/** Long enough to find a password. */
export const signInMs = 10 * 60 * 1000;

export interface Begun {
  readonly url: URL;
  /** For a cookie: only who has it may end what was begun. */
  readonly browser: string;
}

/**
 * Where to send a browser. Throws a `BillingError` 404 where there is no such provider, 403 where the plan of the organization
 * has no single sign-on, 503 where the provider does not answer.
 */
export async function beginSignIn(
  deps: SignInDependencies,
  input: {
    readonly organizationId: OrganizationId | null;
    readonly returnTo: string;
    readonly signedIn: UserId | null;
    readonly requestId: string;
    readonly now: Instant;
  },
): Promise<Begun> {
  const { organizationId, returnTo, signedIn, now } = input;
  const { pool } = deps.organizations;
  const own = organizationId === null ? null : await findProviderOf(pool, organizationId);
  if (own === undefined) throw noProvider();
  if (own) await requireSingleSignOn(deps.organizations, own, input);
  const secrets = { state: newToken(), nonce: newToken(), codeVerifier: newToken() };
  const browser = newToken();
  const url = await authorizationUrl(clientOf(deps, own), redirectUri(deps), secrets);
  const row = {
    provider_id: own?.id ?? null,
    code_verifier: secrets.codeVerifier,
    nonce: secrets.nonce,
    return_to: returnTo,
    user_id: signedIn,
    expires_at: addMilliseconds(now, signInMs),
  };
  await insertSignIn(pool, { state: secrets.state, browser }, row, now);
  return { url, browser };
}

export interface SignedIn {
  readonly session: OpenedSession;
  readonly returnTo: string;
}

/**
 * Ends what was begun in this browser: finds or makes the user, puts it into the provider's organization, opens a session.
 * Throws a `BillingError` 400 for what was not begun here, is over or was ended before, and what `claimsOf` and `userOf` throw.
 */
export async function finishSignIn(
  deps: SignInDependencies,
  input: {
    /** The query that the browser came back with. */
    readonly query: URLSearchParams;
    readonly browser: string | undefined;
    readonly userAgent: string;
    readonly requestId: string;
    readonly now: Instant;
  },
): Promise<SignedIn> {
  const { query, browser, userAgent, now } = input;
  const { pool } = deps.organizations;
  const state = query.get('state');
  const begun = state && browser ? await takeSignIn(pool, { state, browser }) : undefined;
  if (!begun || state === null || begun.expires_at <= now) throw notBegun();
  const own = begun.provider_id === null ? null : await providerOf(deps, begun.provider_id);
  if (own) await requireSingleSignOn(deps.organizations, own, input);
  const answered = new URL(`${redirectUri(deps)}?${query.toString()}`);
  const secrets = { state, nonce: begun.nonce, codeVerifier: begun.code_verifier };
  const claims = await claimsOf(clientOf(deps, own), answered, secrets);
  const asked = { claims, provider: own, signedIn: begun.user_id, now };
  const user = await inTransaction(pool, (tx) => userOf(tx, asked));
  if (own) await joinOrganization(deps.organizations, own, user, claims, input);
  const session = await openSession(pool, { userId: user.id, providerId: own?.id ?? null, userAgent, now });
  return { session, returnTo: begun.return_to };
}

async function providerOf(
  { organizations: { pool } }: SignInDependencies,
  id: IdentityProviderId,
): Promise<IdentityProviderRow> {
  const row = await findProvider(pool, id);
  if (!row) throw notBegun();
  return row;
}

function clientOf({ provider, allowPrivate }: SignInDependencies, own: IdentityProviderRow | null): Client {
  if (own) {
    const { issuer, client_id: clientId, client_secret: clientSecret } = own;
    return { issuer, clientId, clientSecret, reach: allowPrivate ? 'any' : 'public' };
  }
  if (!provider) {
    throw new BillingError(
      404,
      'sign_in_not_configured',
      'This installation signs nobody in: whoever runs it sets OIDC_ISSUER and OIDC_CLIENT_ID.',
    );
  }
  return { ...provider, reach: 'any' };
}

function redirectUri({ publicUrl }: SignInDependencies): string {
  return `${publicUrl}/auth/callback`;
}

/** The same for an organization that has none and for one that does not exist. */
function noProvider(): BillingError {
  return new BillingError(
    404,
    'provider_missing',
    'There is no organization of that id that signs in by a provider of its own. Sign in without it.',
    'organization',
  );
}

function notBegun(): BillingError {
  return new BillingError(
    400,
    'sign_in_expired',
    'This sign-in was not begun in this browser, took too long, or was ended before. Begin again.',
  );
}
