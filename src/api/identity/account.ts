/** /account: a user's own sessions and personal keys, listed and revoked. */
import type { Express } from 'express';
import type { Logger } from 'pino';
import { notFound } from '../../domain/errors.ts';
import { isId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { listSessions } from '../../identity/sessions.ts';
import type { SignInDependencies } from '../../identity/settings.ts';
import { listPersonalKeys, revokePersonalKey } from '../../organizations/personalKeys.ts';
import { renderAccount } from '../../pages/identity/accountPage.ts';
import { revokeSession } from '../../store/organizations/sessions.ts';
import { selectUsers, type UserRow } from '../../store/organizations/users.ts';
import { readOne } from '../../store/reads/page.ts';
import { guardPage } from '../payPageGuard.ts';
import { sessionOf } from './pageSession.ts';
import { inPages, requestIdOf, requireOwnPage } from './signIn.ts';

export function serveAccount(app: Express, deps: SignInDependencies, logger: Logger): void {
  const { organizations, publicUrl } = deps;
  const { pool } = organizations;
  const pages = inPages(logger);

  app.get(
    '/account',
    pages(async (request, response) => {
      const session = await sessionOf(deps, request, response);
      if (!session) return;
      const now = Date.now() as Instant;
      const actor = { kind: 'user', userId: session.user_id, keyId: null } as const;
      const user = await readOne<UserRow>(pool, selectUsers, session.user_id);
      const sessions = await listSessions(pool, session.user_id, now);
      const { rows: keys } = await listPersonalKeys(organizations, { actor }, { last: 100 });
      guardPage(response, false);
      response.send(
        renderAccount({
          email: user?.email ?? '',
          current: session.id,
          sessions: sessions.map((one) => ({
            id: one.id,
            name: one.user_agent,
            detail: `since ${formatInstant(one.created)}, last used ${formatInstant(one.last_used_at)}`,
          })),
          keys: keys
            .filter((key) => key.revoked_at === null && (key.expires_at === null || key.expires_at > now))
            .map((key) => ({
              id: key.id,
              name: key.name,
              detail: `${key.key_hint}, ${key.last_used_at === null ? 'never used' : `last used ${formatInstant(key.last_used_at)}`}`,
            })),
        }),
      );
    }),
  );

  app.post(
    '/account/:kind/:id/revoke',
    pages(async (request, response) => {
      requireOwnPage(request, publicUrl);
      const session = await sessionOf(deps, request, response);
      if (!session) return;
      const { kind } = request.params;
      const id = String(request.params['id']);
      const now = Date.now() as Instant;
      if (kind === 'sessions' && isId('session', id)) {
        const isDone = await revokeSession(pool, session.user_id, id, now);
        if (!isDone) throw notFound('session', id);
      } else if (kind === 'keys' && isId('key', id)) {
        const actor = { kind: 'user', userId: session.user_id, keyId: null } as const;
        const asked = { actor, requestId: requestIdOf(response), now };
        await revokePersonalKey(organizations, asked, id);
      } else {
        throw notFound('such thing', id.slice(0, 100));
      }
      response.redirect(303, '/account');
    }),
  );
}
