/** /auth/sign-in, /auth/callback and /auth/sign-out: browsers are sent to a provider and come back with a session. */
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import type { Logger } from 'pino';
import { BillingError } from '../../domain/errors.ts';
import { isId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { returnPath } from '../../identity/returnPath.ts';
import { sessionMs, useSession } from '../../identity/sessions.ts';
import type { SignInDependencies } from '../../identity/settings.ts';
import { beginSignIn, finishSignIn, signInMs } from '../../identity/signIn.ts';
import { messagePage } from '../../pages/identity/layout.ts';
import { revokeSessionOfToken } from '../../store/organizations/sessions.ts';
import { toBillingError, TryLaterError } from '../errors.ts';
import { guardPage, isSentByOurPage } from '../payPageGuard.ts';
import { cookiesOf } from './cookies.ts';
import { limit } from './limits.ts';

export function serveSignIn(app: Express, deps: SignInDependencies, logger: Logger): void {
  const cookies = cookiesOf(deps.publicUrl);
  const { pool } = deps.organizations;
  const pages = inPages(logger);

  app.get(
    '/auth/sign-in',
    pages(async (request, response) => {
      await limit('sign_in', request.ip ?? '');
      const now = Date.now() as Instant;
      const token = cookies.read(request, 'session');
      const session = token === undefined ? undefined : await useSession(pool, token, now);
      const { url, browser } = await beginSignIn(deps, {
        organizationId: organizationOf(request),
        returnTo: returnPath(textOf(request, 'return_to') ?? '/account'),
        signedIn: session?.user_id ?? null,
        requestId: requestIdOf(response),
        now,
      });
      cookies.set(response, 'sign_in', browser, signInMs);
      // Where it leads holds the state: nobody keeps it.
      response.set('Cache-Control', 'no-store').redirect(303, url.href);
    }),
  );

  app.get(
    '/auth/callback',
    pages(async (request, response) => {
      await limit('sign_in', request.ip ?? '');
      const now = Date.now() as Instant;
      const before = cookies.read(request, 'session');
      const { session, returnTo } = await finishSignIn(deps, {
        query: new URL(request.originalUrl, deps.publicUrl).searchParams,
        browser: cookies.read(request, 'sign_in'),
        userAgent: request.get('user-agent') ?? '',
        requestId: requestIdOf(response),
        now,
      });
      // A session that was there before is never gone on with: whoever knew its secret would be signed in as well.
      if (before !== undefined) await revokeSessionOfToken(pool, before, now);
      cookies.clear(response, 'sign_in');
      cookies.set(response, 'session', session.token, sessionMs);
      response.set('Cache-Control', 'no-store').redirect(303, returnTo);
    }),
  );

  app.post(
    '/auth/sign-out',
    express.urlencoded({ extended: false, limit: '1kb' }),
    pages(async (request, response) => {
      requireOwnPage(request, deps.publicUrl);
      const token = cookies.read(request, 'session');
      if (token !== undefined) await revokeSessionOfToken(pool, token, Date.now() as Instant);
      cookies.clear(response, 'session');
      response.redirect(303, '/auth/signed-out');
    }),
  );

  app.get('/auth/signed-out', (_request, response) => {
    guardPage(response, false);
    const text = 'You are signed out of this site. At the provider you may still be signed in.';
    response.send(
      messagePage('Signed out', { tone: 'good', text }, { href: '/auth/sign-in', text: 'Sign in again' }),
    );
  });
}

/** Throws a `BillingError` 403 for a form that no page of ours has sent. */
export function requireOwnPage(request: Request, publicUrl: string): void {
  if (isSentByOurPage(request, publicUrl)) return;
  throw new BillingError(
    403,
    'cross_site_request',
    'This was not sent by a page of this site. Open the page here, and try again.',
  );
}

/** What fails is told as a page to a browser, and as JSON to who asks for that. */
export function inPages(logger: Logger): (answer: RequestHandler) => RequestHandler {
  return (answer) => async (request, response, next) => {
    try {
      await answer(request, response, next);
    } catch (error) {
      const known = toBillingError(error);
      if (known?.cause) logger.warn({ error: known.cause, code: known.code }, 'signing in failed');
      if (!known || response.headersSent || request.accepts(['html', 'json']) === 'json') {
        next(error);
        return;
      }
      guardPage(response, false);
      if (known instanceof TryLaterError) response.set('Retry-After', String(known.retryAfterSeconds));
      const id = requestIdOf(response);
      const text = `${known.message} (${known.code}, ${id})`;
      const link = { href: '/auth/sign-in', text: 'Sign in' };
      response.status(known.status).send(messagePage('That did not work', { tone: 'bad', text }, link));
    }
  };
}

export function requestIdOf(response: Response): string {
  return String(response.getHeader('X-Request-Id'));
}

function organizationOf(request: Request) {
  const given = textOf(request, 'organization');
  if (given === undefined) return null;
  if (isId('organization', given)) return given;
  throw new BillingError(
    400,
    'organization_invalid',
    'Give the id of an organization: org_….',
    'organization',
  );
}

function textOf({ query }: Request, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
