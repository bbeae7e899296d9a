/** What the environment must say of Stripe, and of persisted operations. */
import { expect, test } from '@jest/globals';
import { ConfigError, loadConfig, stripeConfig } from '../src/config.ts';

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
