/** Who asks, by what a request carries: a key of this installation, of an organization or of a user. */
import type { Request as HttpRequest } from 'express';
import type { Pool } from 'pg';
import type { ApiKeyId } from '../domain/ids.ts';
import type { Actor } from '../organizations/request.ts';

/** Whoever operates this installation, by one of its API keys. Throws a `BillingError` 401, 403 or 429. */
export type AuthenticateOperator = (
  authorization: string,
) => Promise<{ readonly apiKeyId: ApiKeyId; readonly mayWrite: boolean }>;

/** Throws a `BillingError` 401 where a key is given that is none: who gives one wants to be somebody. */
export function actorReader(_pool: Pool, authenticateOperator: AuthenticateOperator) {
  return async (request: HttpRequest): Promise<Actor> => {
    const authorization = request.get('authorization');
    if (authorization === undefined) return { kind: 'anonymous' };
    return { kind: 'operator', ...(await authenticateOperator(authorization)) };
  };
}
