/** OpenID Connect, as a client: the authorization code flow with PKCE, state and nonce, and what is believed of its answer. */
import * as oidc from 'openid-client';
import { BillingError } from '../domain/errors.ts';
import { publicFetch } from './publicFetch.ts';
import type { ProviderSettings } from './settings.ts';

export interface Client extends ProviderSettings {
  /** An organization's must be on a public https address; the installation's may be on loopback. */
  readonly reach: 'public' | 'any';
}

/** What a provider has said of somebody, and signed. */
export interface Claims {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly name: string;
  readonly all: Readonly<Record<string, unknown>>;
}

export interface Secrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

const timeoutSeconds = 10;
/** For how long what a provider says of itself is kept. */
const keptMs = 10 * 60 * 1000;
const kept = new Map<string, { readonly until: number; readonly configuration: oidc.Configuration }>();

/** For plain http. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- it is marked so only to stand out
const overHttp: (configuration: oidc.Configuration) => void = oidc.allowInsecureRequests;

/** Where to send the browser. Throws a `BillingError` 503 where the provider does not answer. */
export async function authorizationUrl(client: Client, redirectUri: string, secrets: Secrets): Promise<URL> {
  const configuration = await discover(client);
  return oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid email profile',
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: 'S256',
  });
}

/**
 * Gives the code for what is said of the user. `answered` is the address that the browser was sent to, with its query.
 * Throws a `BillingError` 403 where the user or the provider refused, 400 for an answer that is not to be believed, 503
 * where the provider does not answer.
 */
export async function claimsOf(client: Client, answered: URL, secrets: Secrets): Promise<Claims> {
  const configuration = await discover(client);
  try {
    const tokens = await oidc.authorizationCodeGrant(configuration, answered, {
      expectedState: secrets.state,
      expectedNonce: secrets.nonce,
      pkceCodeVerifier: secrets.codeVerifier,
      idTokenExpected: true,
    });
    const signed = tokens.claims();
    if (!signed) throw untrusted('it has no ID token');
    const asksMore = signed['email'] === undefined && configuration.serverMetadata().userinfo_endpoint;
    const told = asksMore ? await oidc.fetchUserInfo(configuration, tokens.access_token, signed.sub) : {};
    const all: Readonly<Record<string, unknown>> = { ...told, ...signed };
    return {
      issuer: signed.iss,
      subject: signed.sub,
      email: typeof all['email'] === 'string' ? all['email'] : null,
      emailVerified: all['email_verified'] === true,
      name: typeof all['name'] === 'string' ? all['name'].slice(0, 200) : '',
      all,
    };
  } catch (error) {
    throw explain(error);
  }
}

async function discover(client: Client): Promise<oidc.Configuration> {
  const key = JSON.stringify(client);
  const known = kept.get(key);
  if (known && known.until > Date.now()) return known.configuration;
  try {
    const configuration = await ask(client);
    // Few are used; whoever changes his settings again and again fills nothing.
    if (kept.size >= 1000) kept.clear();
    kept.set(key, { until: Date.now() + keptMs, configuration });
    return configuration;
  } catch (error) {
    throw unavailable(error);
  }
}

async function ask({ issuer, clientId, clientSecret, reach }: Client): Promise<oidc.Configuration> {
  const guard = reach === 'public' ? { [oidc.customFetch]: publicFetch } : {};
  // Loopback, by the configuration's own rule, or where whoever runs this allows its own network.
  const insecure = reach === 'any' && issuer.startsWith('http://') ? [overHttp] : [];
  const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
    ...guard,
    execute: insecure,
    timeout: timeoutSeconds,
  });
  const server = found.serverMetadata();
  const configuration = new oidc.Configuration(
    server,
    clientId,
    undefined,
    clientSecret === null ? oidc.None() : secretBy(server, clientSecret),
  );
  configuration.timeout = timeoutSeconds;
  if (reach === 'public') configuration[oidc.customFetch] = publicFetch;
  insecure.forEach((allow) => allow(configuration));
  // The signature of the ID token is looked at as well, although it comes by TLS from the provider itself.
  oidc.enableNonRepudiationChecks(configuration);
  return configuration;
}

function secretBy(server: oidc.ServerMetadata, secret: string): oidc.ClientAuth {
  const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return ways.includes('client_secret_basic')
    ? oidc.ClientSecretBasic(secret)
    : oidc.ClientSecretPost(secret);
}

function explain(error: unknown): BillingError {
  if (error instanceof BillingError) return error;
  if (error instanceof oidc.AuthorizationResponseError) {
    return error.error === 'access_denied'
      ? new BillingError(
          403,
          'sign_in_denied',
          'You were not signed in: it was not allowed there. Begin again if you wish.',
        )
      : new BillingError(
          403,
          'sign_in_refused',
          `The provider signed nobody in: ${error.error.slice(0, 100)}. Begin again.`,
        );
  }
  if (error instanceof oidc.ResponseBodyError && error.status < 500) return untrusted(error.error);
  // Without a code it never came to an answer.
  const { code } = error instanceof oidc.ClientError ? error : {};
  if (code !== undefined && code !== 'OAUTH_TIMEOUT' && !isOutage(error)) return untrusted(code);
  return unavailable(error);
}

function isOutage(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Response && error.cause.status >= 500;
}

function untrusted(why: string): BillingError {
  return new BillingError(
    400,
    'sign_in_failed',
    `What the provider answered cannot be believed (${why.slice(0, 100)}). Begin again.`,
  );
}

function unavailable(error: unknown): BillingError {
  const failed = new BillingError(
    503,
    'provider_unavailable',
    'The provider that signs you in does not answer as it should. Try again in a minute.',
  );
  failed.cause = error;
  return failed;
}
