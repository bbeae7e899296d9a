/** Pages for who is signed in: whoever is not is sent to sign in, and back. */
import type { Request, Response } from 'express';
import type { Instant } from '../../domain/instant.ts';
import { useSession } from '../../identity/sessions.ts';
import type { SignInDependencies } from '../../identity/settings.ts';
import type { SessionRow } from '../../store/organizations/sessions.ts';
import { cookiesOf } from './cookies.ts';

/** The session of a page; undefined where the browser was sent away. */
export async function sessionOf(
  { organizations: { pool }, publicUrl }: SignInDependencies,
  request: Request,
  response: Response,
): Promise<SessionRow | undefined> {
  const token = cookiesOf(publicUrl).read(request, 'session');
  const session = token === undefined ? undefined : await useSession(pool, token, Date.now() as Instant);
  if (session) return session;
  const back = request.method === 'GET' ? request.originalUrl : request.path;
  response.redirect(303, `/auth/sign-in?return_to=${encodeURIComponent(back)}`);
  return undefined;
}
