/** Who asks, by what a request carries: a key in its header, else the session of its cookie, else nobody. */
import type { Request } from 'express';
import { BillingError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { useSession } from '../../identity/sessions.ts';
import { authenticateKey } from '../../organizations/authenticateKey.ts';
import type { Actor } from '../../organizations/request.ts';
import type { Caller } from '../authentication.ts';
import { isSentByOurPage } from '../payPageGuard.ts';
import type { ApiDependencies } from '../route.ts';
import { cookiesOf } from './cookies.ts';

export type ActorOf = (request: Request) => Promise<Actor>;

/** How keys of the installation are held to their rate. Throws a `BillingError` 401, 403 or 429. */
export type AuthenticateOperator = (authorization: string) => Promise<Caller>;

/**
 * Throws a `BillingError` 401 for a key that is none (who gives one wants to be somebody; a session that is over is nobody), 403
 * where a session's cookie comes with a change that our own pages have not sent, or not as JSON: another site's page can make
 * a browser send the one, and not the other.
 */
export function actorReader(
  { pool, site }: Pick<ApiDependencies, 'pool' | 'site'>,
  authenticateOperator: AuthenticateOperator,
): ActorOf {
  const cookies = cookiesOf(site.publicUrl);
  return async (request) => {
    const now = Date.now() as Instant;
    const authorization = request.get('authorization');
    if (authorization !== undefined) {
      const [, secret] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
      const actor = secret === undefined ? undefined : await authenticateKey({ pool }, secret, now);
      if (!actor) {
        throw new BillingError(
          401,
          'api_key_unknown',
          'There is no such key, or it was revoked or has expired. Give one as `Authorization: Bearer <key>`.',
        );
      }
      if (actor.kind === 'operator') await authenticateOperator(authorization);
      return actor;
    }
    const token = cookies.read(request, 'session');
    const session = token === undefined ? undefined : await useSession(pool, token, now);
    if (!session) return { kind: 'anonymous' };
    if (request.method !== 'GET' && request.method !== 'HEAD') requireOwnRequest(request, site.publicUrl);
    return { kind: 'user', userId: session.user_id, keyId: null };
  };
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
