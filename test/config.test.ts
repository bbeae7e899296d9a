/** What the environment must say of Stripe, of persisted operations, and of who signs users in. */
import { expect, test } from '@jest/globals';
import { ConfigError, loadConfig, oidcConfig, stripeConfig } from '../src/config.ts';

const keys = {
  PAYMENT_PROVIDER: 'stripe',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_PUBLISHABLE_KEY: 'pk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
};

test('with all keys, Stripe takes the payments', () => {
  expect(stripeConfig(loadConfig(keys))).toEqual({
    secretKey: 'sk_test_1',
    publishableKey: 'pk_test_1',
    webhookSecret: 'whsec_1',
    apiBase: null,
  });
  const base = 'http://127.0.0.1:12111';
  expect(stripeConfig(loadConfig({ ...keys, STRIPE_API_BASE: base }))?.apiBase).toBe(base);
});

test('keys alone do not choose Stripe', () => {
  expect(stripeConfig(loadConfig({ ...keys, PAYMENT_PROVIDER: 'sandbox' }))).toBeNull();
  expect(stripeConfig(loadConfig({}))).toBeNull();
});

test.each<[string, Record<string, string>, string]>([
  ['no secret key', { STRIPE_SECRET_KEY: '' }, 'STRIPE_SECRET_KEY is needed with PAYMENT_PROVIDER=stripe.'],
  [
    'no publishable key',
    { STRIPE_PUBLISHABLE_KEY: '' },
    'STRIPE_PUBLISHABLE_KEY is needed with PAYMENT_PROVIDER=stripe.',
  ],
  [
    'no webhook secret',
    { STRIPE_WEBHOOK_SECRET: '' },
    'STRIPE_WEBHOOK_SECRET is needed with PAYMENT_PROVIDER=stripe.',
  ],
  [
    'the publishable key where the secret one belongs',
    { STRIPE_SECRET_KEY: 'pk_test_1' },
    'STRIPE_SECRET_KEY must have the form sk_test_… or sk_live_… (or rk_… for a restricted key).',
  ],
  [
    'keys of two modes',
    { STRIPE_SECRET_KEY: 'sk_live_1' },
    'STRIPE_PUBLISHABLE_KEY must be of live mode, as STRIPE_SECRET_KEY is.',
  ],
  [
    'a live key for a stand-in',
    {
      STRIPE_SECRET_KEY: 'rk_live_1',
      STRIPE_PUBLISHABLE_KEY: 'pk_live_1',
      STRIPE_API_BASE: 'http://127.0.0.1:1',
    },
    'STRIPE_API_BASE is for stand-ins, which must not see a live STRIPE_SECRET_KEY: use one of test mode.',
  ],
  [
    'a base with a path',
    { STRIPE_API_BASE: 'http://127.0.0.1:1/v1' },
    'STRIPE_API_BASE must be an http:// or https:// address without a path.',
  ],
])('%s stops the start with one line', (_what, env, line) => {
  expect(() => loadConfig({ ...keys, ...env })).toThrow(new ConfigError(line));
});

test('only persisted operations are taken where there are some', () => {
  expect(() => loadConfig({ GRAPHQL_PERSISTED_ONLY: 'true' })).toThrow(
    new ConfigError('GRAPHQL_PERSISTED_OPERATIONS is needed with GRAPHQL_PERSISTED_ONLY=true.'),
  );
});

test('the provider that signs users in has an issuer and a client, or there is none', () => {
  const given = { OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'dunlin' };
  expect(oidcConfig(loadConfig({}))).toBeNull();
  expect(oidcConfig(loadConfig(given))).toEqual({
    issuer: 'https://id.example',
    clientId: 'dunlin',
    clientSecret: null,
  });
  expect(oidcConfig(loadConfig({ ...given, OIDC_CLIENT_SECRET: 's' }))?.clientSecret).toBe('s');
  expect(loadConfig({ ...given, OIDC_ISSUER: 'http://127.0.0.1:8080' }).OIDC_ISSUER).toBeDefined();
  for (const [wrong, message] of [
    [{ OIDC_CLIENT_ID: '' }, 'OIDC_CLIENT_ID is needed with OIDC_ISSUER.'],
    [{ OIDC_ISSUER: '' }, 'OIDC_ISSUER is needed with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.'],
    [
      { OIDC_ISSUER: 'http://127.0.0.1.evil.example' },
      'OIDC_ISSUER must be an https:// address, unless it is on this machine.',
    ],
  ] as const) {
    expect(() => loadConfig({ ...given, ...wrong })).toThrow(new ConfigError(message));
  }
});
