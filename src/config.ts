/** The environment, parsed once: a value that is unknown or malformed stops the start with one line that names it. */
import { z } from 'zod';

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, {
      error: `must be between ${String(minimum)} and ${String(maximum)}`,
    });

const stripeKey = (pattern: RegExp, form: string) =>
  z.string().regex(pattern, `must have the form ${form}`).optional();

const variables = z.object({
  /** The API's port; 0 takes a free one. */
  PORT: wholeNumber(0, 65535).default(3000),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// address' }).optional(),
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s:/]+:\d+$/, 'must be host:port')
    .optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('dunlin'),
  /** Without it mails are stored, and shown at /dev/mail. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// address' }).optional(),
  /** The address that mails come from; without it, the seller's of the business profile. */
  MAIL_FROM: z.email({ error: 'must be an email address' }).optional(),
  /** Where customers reach the API, for links in mails; without it, the API's own address. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  PAYMENT_PROVIDER: z
    .enum(['sandbox', 'stripe'], { error: 'must be "sandbox" or "stripe"' })
    .default('sandbox'),
  STRIPE_SECRET_KEY: stripeKey(
    /^(sk|rk)_(test|live)_\w+$/,
    'sk_test_… or sk_live_… (or rk_… for a restricted key)',
  ),
  STRIPE_PUBLISHABLE_KEY: stripeKey(/^pk_(test|live)_\w+$/, 'pk_test_… or pk_live_…'),
  STRIPE_WEBHOOK_SECRET: stripeKey(/^whsec_\S+$/, 'whsec_…'),
  /** Another address than Stripe's, for a stand-in. */
  STRIPE_API_BASE: z
    .string()
    .regex(/^https?:\/\/[^\s/]+\/?$/, 'must be an http:// or https:// address without a path')
    .optional(),
  /** Where the sandbox is, which takes the payments of test customers at least; without it their payments fail. */
  SANDBOX_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// address' }).optional(),
  /** What the sandbox signs its webhooks with. */
  SANDBOX_WEBHOOK_SECRET: z
    .string()
    .regex(/^\S{16,}$/, 'must have 16 characters or more, and no space')
    .optional(),
  /** The port of the sandbox that the stack starts; 0 takes that of the last start, or a free one. */
  SANDBOX_PORT: wholeNumber(0, 65535).default(0),
  /** Who signs users in, by OpenID Connect: as it calls itself, letter by letter. Without it nobody signs in here. */
  OIDC_ISSUER: z.url({ protocol: /^https?$/, error: 'must be an https:// address' }).optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  /** Of a confidential client. */
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  API_KEY: z
    .string()
    .regex(/^\S{16,}$/, 'must have 16 characters or more, and no space')
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Where everything lives that must outlast a restart. */
  DATA_DIRECTORY: z.string().min(1).default('.data'),
  /** The Temporal CLI, where it is not to be looked for. */
  TEMPORAL_CLI: z.string().min(1).optional(),
  /** A bundle that `npm run build` has made; without it the worker makes its own. */
  WORKFLOW_BUNDLE: z.string().min(1).optional(),
  /** Whether webhooks may go to http and to addresses of one's own network; as a whole stack on one machine does by default. */
  WEBHOOK_ALLOW_PRIVATE: z
    .enum(['true', 'false'], { error: 'must be "true" or "false"' })
    .transform((value) => value === 'true')
    .optional(),
  /** Whether /graphql tells its schema, and shows GraphiQL; as a whole stack on one machine does by default. */
  GRAPHQL_INTROSPECTION: z
    .enum(['true', 'false'], { error: 'must be "true" or "false"' })
    .transform((value) => value === 'true')
    .optional(),
  /** A manifest of operations that may be asked for by their SHA-256. */
  GRAPHQL_PERSISTED_OPERATIONS: z.string().min(1).optional(),
  /** Whether no operations but those of the manifest are taken. */
  GRAPHQL_PERSISTED_ONLY: z
    .enum(['true', 'false'], { error: 'must be "true" or "false"' })
    .transform((value) => value === 'true')
    .default(false),
  /** How long after a period was billed its subscription's workflow makes sure that it was. */
  BILLING_CHECK_MARGIN_SECONDS: wholeNumber(0, 86_400).default(3600),
  /** Over how long those checks are spread. */
  BILLING_CHECK_JITTER_SECONDS: wholeNumber(0, 864_000).default(86_400),
  /**
   * For how long events with their deliveries, providers' webhooks and stored mails are kept. 400: a year can be compared with
   * the one before, and what a bank asks about a payment of last year is still there. 30 at least: what is still delivered,
   * sent again by a provider, or looked at by a reconciliation is never younger.
   */
  RETENTION_DAYS: wholeNumber(30, 36_500).default(400),
});

/** What one variable says of another. */
const environment = variables.superRefine((given, context) => {
  const refuse = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = given;
  if (issuer === undefined && (clientId !== undefined || given.OIDC_CLIENT_SECRET !== undefined)) {
    refuse('OIDC_ISSUER', 'is needed with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET');
  }
  if (issuer !== undefined && clientId === undefined) {
    refuse('OIDC_CLIENT_ID', 'is needed with OIDC_ISSUER');
  }
  if (issuer?.startsWith('http://') && !/^http:\/\/(localhost|127(\.\d+){3}|\[::1\])([:/]|$)/.test(issuer)) {
    refuse('OIDC_ISSUER', 'must be an https:// address, unless it is on this machine');
  }
  const { STRIPE_SECRET_KEY: secret, STRIPE_PUBLISHABLE_KEY: publishable } = given;
  if (given.PAYMENT_PROVIDER === 'stripe') {
    for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET'] as const) {
      if (given[name] === undefined) refuse(name, 'is needed with PAYMENT_PROVIDER=stripe');
    }
  }
  if (given.GRAPHQL_PERSISTED_ONLY && given.GRAPHQL_PERSISTED_OPERATIONS === undefined) {
    refuse('GRAPHQL_PERSISTED_OPERATIONS', 'is needed with GRAPHQL_PERSISTED_ONLY=true');
  }
  if (secret !== undefined && publishable !== undefined && isLive(secret) !== isLive(publishable)) {
    refuse(
      'STRIPE_PUBLISHABLE_KEY',
      `must be of ${isLive(secret) ? 'live' : 'test'} mode, as STRIPE_SECRET_KEY is`,
    );
  }
  if (given.STRIPE_API_BASE !== undefined && secret !== undefined && isLive(secret)) {
    refuse(
      'STRIPE_API_BASE',
      'is for stand-ins, which must not see a live STRIPE_SECRET_KEY: use one of test mode',
    );
  }
});

function isLive(key: string): boolean {
  return /^.._live_/.test(key);
}

export type Config = z.infer<typeof environment>;

export interface StripeConfig {
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly webhookSecret: string;
  /** Null: Stripe's own. */
  readonly apiBase: string | null;
}

/** The keys of Stripe, all or none: with PAYMENT_PROVIDER=stripe there are all. */
export function stripeConfig(config: Config): StripeConfig | null {
  const {
    PAYMENT_PROVIDER: provider,
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_PUBLISHABLE_KEY: publishableKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
  } = config;
  if (provider !== 'stripe' || secretKey === undefined) return null;
  if (publishableKey === undefined || webhookSecret === undefined) return null;
  return { secretKey, publishableKey, webhookSecret, apiBase: config.STRIPE_API_BASE ?? null };
}

export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
}

/** Who signs users in; null where nobody does. */
export function oidcConfig(config: Config): OidcConfig | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret = null } = config;
  return issuer === undefined || clientId === undefined ? null : { issuer, clientId, clientSecret };
}

/** What is wrong with the environment, in one line. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

/** Throws a `ConfigError` that names the first variable at fault. An empty variable counts as none. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigError(`${String(issue?.path[0])} ${issue?.message ?? 'is malformed'}.`);
}
