/** Who is asking: an API key, its scopes and its rate limit. */
import type { Pool } from 'pg';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { BillingError } from '../domain/errors.ts';
import type { ApiKeyId } from '../domain/ids.ts';
import { findApiKey, type ApiKeyRow, type Scope } from '../store/apiKeys.ts';
import { TryLaterError } from './errors.ts';

export interface Caller {
  readonly apiKeyId: ApiKeyId;
  readonly mayWrite: boolean;
}

/** What each scope allows. */
const allows: Record<Scope, readonly Scope[]> = {
  admin: ['admin', 'write', 'read', 'usage:write'],
  write: ['write', 'read', 'usage:write'],
  read: ['read'],
  'usage:write': ['usage:write'],
};

export type Authenticate = (authorization: string | undefined, scope: Scope) => Promise<Caller>;

/** Throws a `BillingError` 401 for no, a wrong or a revoked key, 403 without the scope, 429 above the key's limit. */
export function authenticator(pool: Pool): Authenticate {
  const limiters = new Map<string, RateLimiterMemory>();

  async function limit(key: ApiKeyRow): Promise<void> {
    const name = `${key.id}/${String(key.rate_limit)}`;
    const limiter = limiters.get(name) ?? new RateLimiterMemory({ points: key.rate_limit, duration: 1 });
    limiters.set(name, limiter);
    try {
      await limiter.consume(key.id);
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      const seconds = Math.max(1, Math.ceil(rejected.msBeforeNext / 1000));
      throw new TryLaterError(
        429,
        'rate_limited',
        `This key may make ${String(key.rate_limit)} requests a second. Slow down, and try again.`,
        seconds,
      );
    }
  }

  return async (authorization, scope) => {
    const [, secret] = /^Bearer (\S+)$/i.exec(authorization ?? '') ?? [];
    if (secret === undefined) {
      throw new BillingError(401, 'api_key_missing', 'Give an API key: `Authorization: Bearer <key>`.');
    }
    const key = await findApiKey(pool, secret);
    if (!key)
      throw new BillingError(401, 'api_key_unknown', 'There is no such API key. Check that it is whole.');
    if (key.revoked_at !== null) {
      throw new BillingError(401, 'api_key_revoked', 'This API key was revoked. Use another one.');
    }
    if (!key.scopes.some((granted) => allows[granted].includes(scope))) {
      throw new BillingError(
        403,
        'scope_missing',
        `This API key lacks the scope "${scope}". Use one that has it.`,
      );
    }
    await limit(key);
    return { apiKeyId: key.id, mayWrite: key.scopes.some((granted) => allows[granted].includes('write')) };
  };
}
