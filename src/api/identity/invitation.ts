/** /auth/invitation: the link of an invitation's mail. Who was invited signs in, sees what it is, and accepts. */
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Instant } from '../../domain/instant.ts';
import type { SignInDependencies } from '../../identity/settings.ts';
import { acceptInvitation } from '../../organizations/acceptInvitation.ts';
import { openInvitationOf } from '../../organizations/invitations.ts';
import { renderInvitation } from '../../pages/identity/invitationPage.ts';
import { messagePage } from '../../pages/identity/layout.ts';
import { nameInvited } from '../../store/organizations/invitations.ts';
import { selectUsers, type UserRow } from '../../store/organizations/users.ts';
import { readOne } from '../../store/reads/page.ts';
import { fromZod } from '../errors.ts';
import { guardPage } from '../payPageGuard.ts';
import { sessionOf } from './pageSession.ts';
import { inPages, requestIdOf, requireOwnPage } from './signIn.ts';

const given = z.object({ token: z.string().min(1).max(300) });
const form = express.urlencoded({ extended: false, limit: '4kb' });

export function serveInvitation(app: Express, deps: SignInDependencies, logger: Logger): void {
  const { organizations, publicUrl } = deps;
  const { pool } = organizations;
  const pages = inPages(logger);

  app.get(
    '/auth/invitation',
    pages(async (request, response) => {
      const session = await sessionOf(deps, request, response);
      if (!session) return;
      const asked = given.safeParse(request.query);
      if (!asked.success) throw fromZod(asked.error);
      const { token } = asked.data;
      const { id, email } = await openInvitationOf(pool, token, Date.now() as Instant);
      const named = await nameInvited(pool, id);
      const user = await readOne<UserRow>(pool, selectUsers, session.user_id);
      guardPage(response, false);
      response.send(renderInvitation({ ...named, email, token }, user?.email ?? ''));
    }),
  );

  app.post(
    '/auth/invitation',
    form,
    pages(async (request, response) => {
      requireOwnPage(request, publicUrl);
      const session = await sessionOf(deps, request, response);
      if (!session) return;
      const asked = given.safeParse(request.body);
      if (!asked.success) throw fromZod(asked.error);
      const actor = { kind: 'user', userId: session.user_id, keyId: null } as const;
      const call = { actor, requestId: requestIdOf(response), now: Date.now() as Instant };
      await acceptInvitation(organizations, call, asked.data);
      guardPage(response, false);
      const text = 'You are a member now, and may do what your role allows.';
      const link = { href: '/account', text: 'Your sessions and keys' };
      response.send(messagePage('Invitation accepted', { tone: 'good', text }, link));
    }),
  );
}
