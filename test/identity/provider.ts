/** A real OpenID provider on loopback, whose users decide at once what the test has set. */
import { createPrivateKey, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider';

export const clientId = 'dunlin';
export const clientSecret = 'a-secret-of-the-tests-0123456789';

export interface TestAccount {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

/** Changes what is said in an ID token before it is signed; `key` signs it instead. */
export interface Tampering {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject;
}

export interface TestProvider {
  readonly issuer: string;
  readonly accounts: Map<string, TestAccount>;
  /** Who signs in next, or that the user says no. */
  next: { readonly account: string } | 'denies';
  tampering: Tampering | undefined;
  stop(): Promise<void>;
}

export function newSigningKey(): KeyObject {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }));
}

/** `redirectUris` are read when the first request comes. */
export async function startProvider(redirectUris: readonly string[]): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const key = newSigningKey();
  const test: TestProvider = {
    issuer,
    accounts: new Map(),
    next: 'denies',
    tampering: undefined,
    stop: () => close(server),
  };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...redirectUris],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    jwks: { keys: [{ ...key.export({ format: 'jwk' }), kid: 'test', use: 'sig', alg: 'RS256' }] },
    adapter: keeping(),
    ttl: {
      Session: 3600,
      Grant: 3600,
      Interaction: 600,
      AuthorizationCode: 60,
      AccessToken: 600,
      IdToken: 600,
    },
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'groups'], profile: ['name'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => Promise.resolve({ sub: id, ...test.accounts.get(id) }),
    }),
    cookies: { keys: ['cookies-of-the-tests'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async (context) => {
      const { client, session } = context.oidc;
      if (!client || session?.accountId === undefined) return undefined;
      const grant = new context.oidc.provider.Grant({
        clientId: client.clientId,
        accountId: session.accountId,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (context.path === '/token' && test.tampering && body?.id_token !== undefined) {
      body.id_token = signedAgain(body.id_token, test.tampering, key);
    }
  });
  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      void callback(request, response);
      return;
    }
    const { next } = test;
    const result =
      next === 'denies'
        ? { error: 'access_denied' }
        : { login: { accountId: next.account, remember: false } };
    void provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  });
  return test;
}

/** Everything in memory, for as long as the test runs. */
function keeping(): (model: string) => Adapter {
  const kept = new Map<string, AdapterPayload>();
  const find = (has: (payload: AdapterPayload) => boolean) => Promise.resolve([...kept.values()].find(has));
  const forget = (has: (payload: AdapterPayload) => boolean) => {
    for (const [key, payload] of kept) if (has(payload)) kept.delete(key);
    return Promise.resolve();
  };
  return (model) => ({
    upsert: (id, payload) => Promise.resolve(void kept.set(`${model} ${id}`, payload)),
    find: (id) => Promise.resolve(kept.get(`${model} ${id}`)),
    findByUid: (uid) => find((payload) => payload.uid === uid),
    findByUserCode: (code) => find((payload) => payload.userCode === code),
    destroy: (id) => Promise.resolve(void kept.delete(`${model} ${id}`)),
    revokeByGrantId: (grantId) => forget((payload) => payload.grantId === grantId),
    consume: (id) => {
      const payload = kept.get(`${model} ${id}`);
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      return Promise.resolve();
    },
  });
}

function signedAgain(token: string, { claims, key }: Tampering, own: KeyObject): string {
  const [header = '', payload = ''] = token.split('.');
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const body = Buffer.from(JSON.stringify({ ...said, ...claims })).toString('base64url');
  const signature = createSign('RSA-SHA256')
    .update(`${header}.${body}`)
    .sign(key ?? own);
  return `${header}.${body}.${signature.toString('base64url')}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
