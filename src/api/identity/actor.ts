/** Who asks, by what a request carries: a key in its header, else the session of its cookie, else nobody. */
import type { Request } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { BillingError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { useSession } from '../../identity/sessions.ts';
import { authenticateKey } from '../../organizations/authenticateKey.ts';
import { actorId, type Actor } from '../../organizations/request.ts';
import { defaultRateLimit } from '../../store/apiKeys.ts';
import type { Caller } from '../authentication.ts';
import { isSentByOurPage } from '../payPageGuard.ts';
import type { ApiDependencies } from '../route.ts';
import { cookiesOf } from './cookies.ts';

export type ActorOf = (request: Request) => Promise<Actor>;

/** Whoever operates this installation, by one of its API keys. Throws a `BillingError` 401, 403 or 429. */
export type AuthenticateOperator = (authorization: string) => Promise<Caller>;

/**
 * Throws a `BillingError` 401 for a key that is none (who gives one wants to be somebody; a session that is over is nobody),
 * 429 above as many requests a second as an API key has that was given no limit of its own (without a key its address has as
 * many), 403 where a session's cookie comes with a change that our own pages have not sent, or not as JSON: another site's
 * page can make a browser send the one, and not the other.
 */
export function actorReader(
  { pool, site }: Pick<ApiDependencies, 'pool' | 'site'>,
  authenticateOperator: AuthenticateOperator,
): ActorOf {
  const cookies = cookiesOf(site.publicUrl);
  const limiter = new RateLimiterMemory({ points: defaultRateLimit, duration: 1 });
  return async (request) => {
    const now = Date.now() as Instant;
    const authorization = request.get('authorization');
    if (authorization !== undefined) {
      const [, secret = ''] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
      const actor = await authenticateKey({ pool }, secret, now);
      // What is none of an organization is told what is wrong with it as everywhere else.
      if (!actor || actor.kind === 'operator') {
        const { apiKeyId, mayWrite } = await authenticateOperator(authorization);
        return { kind: 'operator', apiKeyId, mayWrite };
      }
      await consume(limiter, actorId(actor));
      return actor;
    }
    const token = cookies.read(request, 'session');
    const session = token === undefined ? undefined : await useSession(pool, token, now);
    if (!session) {
      await consume(limiter, `nobody at ${request.ip ?? ''}`);
      return { kind: 'anonymous' };
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') requireOwnRequest(request, site.publicUrl);
    const user = { kind: 'user', userId: session.user_id, keyId: null } as const;
    await consume(limiter, actorId(user));
    return user;
  };
}

async function consume(limiter: RateLimiterMemory, id: string): Promise<void> {
  try {
    await limiter.consume(id);
  } catch (rejected) {
    if (!(rejected instanceof RateLimiterRes)) throw rejected;
    throw new BillingError(429, 'rate_limited', 'Too many requests a second. Slow down, and try again.');
  }
}

function requireOwnRequest(request: Request, publicUrl: string): void {
  const isJson = request.is('application/json') === 'application/json' || hasNoBody(request);
  if (isJson && isSentByOurPage(request, publicUrl)) return;
  throw new BillingError(
    403,
    'cross_site_request',
    'With a session, changes are sent by a page of this site and as application/json. Use a personal key elsewhere.',
  );
}

function hasNoBody(request: Request): boolean {
  return request.method === 'DELETE' && request.get('content-type') === undefined;
}
