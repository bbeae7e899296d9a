/** Who asks, by what a request carries: a key of this installation, of an organization or of a user. */
import type { Request as HttpRequest } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { BillingError } from '../domain/errors.ts';
import type { ApiKeyId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { authenticateKey } from '../organizations/authenticateKey.ts';
import { actorId, type Actor, type OrganizationDependencies } from '../organizations/request.ts';
import { defaultRateLimit } from '../store/apiKeys.ts';

/** Whoever operates this installation, by one of its API keys. Throws a `BillingError` 401, 403 or 429. */
export type AuthenticateOperator = (
  authorization: string,
) => Promise<{ readonly apiKeyId: ApiKeyId; readonly mayWrite: boolean }>;

export type ActorOf = (request: HttpRequest) => Promise<Actor>;

/**
 * Throws a `BillingError` 401 where a key is given that is none (who gives one wants to be somebody), 429 above its limit:
 * as many requests a second as an API key has that was given no limit of its own. Without a key its address has as many.
 */
export function actorReader(
  deps: Pick<OrganizationDependencies, 'pool'>,
  authenticateOperator: AuthenticateOperator,
): ActorOf {
  const limiter = new RateLimiterMemory({ points: defaultRateLimit, duration: 1 });
  return async (request) => {
    const authorization = request.get('authorization');
    if (authorization === undefined) {
      await consume(limiter, `nobody at ${request.ip ?? ''}`);
      return { kind: 'anonymous' };
    }
    const [, secret = ''] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
    const actor = await authenticateKey(deps, secret, Date.now() as Instant);
    // What is none of an organization is told what is wrong with it as everywhere else.
    if (!actor || actor.kind === 'operator') {
      const { apiKeyId, mayWrite } = await authenticateOperator(authorization);
      return { kind: 'operator', apiKeyId, mayWrite };
    }
    await consume(limiter, actorId(actor));
    return actor;
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
