/** What guards the pay page: who holds a link is trusted with one invoice, and with nothing else. */
import type { Request, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const minuteSeconds = 60;
/** Reads of one link, and payments of one invoice; links that are not ours from one address. */
const limits = {
  read: new RateLimiterMemory({ keyPrefix: 'read', points: 120, duration: minuteSeconds }),
  pay: new RateLimiterMemory({ keyPrefix: 'pay', points: 10, duration: minuteSeconds }),
  unknown: new RateLimiterMemory({ keyPrefix: 'unknown', points: 60, duration: minuteSeconds }),
};

/** After how many seconds it may be tried again; null: it may be now. */
export async function waitFor(what: keyof typeof limits, subject: string): Promise<number | null> {
  try {
    await limits[what].consume(subject);
    return null;
  } catch (rejected) {
    if (!(rejected instanceof RateLimiterRes)) throw rejected;
    return Math.max(1, Math.ceil(rejected.msBeforeNext / 1000));
  }
}

/**
 * Whether a form was sent by our own page: browsers tell, and no page of another's can change what they tell. Older ones,
 * and those that reach us without TLS, tell their origin alone.
 */
export function isSentByOurPage(request: Request, publicUrl: string): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  return request.get('origin') === new URL(publicUrl).origin;
}

const common =
  "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** As Stripe demands it (docs.stripe.com/security/guide): its script loads parts and frames of subdomains of its own. */
const withStripe = `${common}; script-src 'self' https://js.stripe.com https://*.js.stripe.com; connect-src https://api.stripe.com; frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com`;

/** Nothing of the page is kept, framed or told to whom it links to; nothing runs but Stripe's script, where it is needed. */
export function guardPage(response: Response, usesStripe: boolean): void {
  response
    .type('html')
    .set('Content-Security-Policy', usesStripe ? withStripe : common)
    .set('Cache-Control', 'no-store')
    // Under `no-referrer` a browser hides the origin of a form also from us: "null".
    .set('Referrer-Policy', 'same-origin')
    .set('X-Frame-Options', 'DENY')
    .set('X-Content-Type-Options', 'nosniff')
    .set('X-Robots-Tag', 'noindex, nofollow')
    .set('Cross-Origin-Opener-Policy', 'same-origin');
}
