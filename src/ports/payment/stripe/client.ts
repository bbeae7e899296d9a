/** The connection to Stripe: one version of its API, no retries of its own, and a limit on waiting. */
import Stripe from 'stripe';

export interface StripeKeys {
  readonly secretKey: string;
  /** Another address than Stripe's, for a stand-in. */
  readonly apiBase: string | null;
}

/** The version whose answers the files of this folder read; a newer one comes with a newer client and its tests. */
export const stripeApiVersion = '2026-10-28.endive';

/** An answer that takes longer is unknown, and asked for again with the same key. */
const timeoutMs = 30_000;

/**
 * No retries inside the client: an attempt without an answer stays in flight, and the billing cycle and Temporal ask
 * again with the same key when it is time, where it can be seen (semantics.md, section 8). Only where a connection is
 * closed on it does the client ask once more, with the same key too.
 */
export function stripeClient({ secretKey, apiBase }: StripeKeys): Stripe {
  return new Stripe(secretKey, {
    apiVersion: stripeApiVersion,
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    appInfo: { name: 'Dunlin' },
    ...(apiBase !== null && addressOf(new URL(apiBase))),
  });
}

function addressOf(url: URL) {
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return {
    protocol,
    host: url.hostname,
    port: url.port === '' ? (protocol === 'http' ? 80 : 443) : url.port,
  } as const;
}
