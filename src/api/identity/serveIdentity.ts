/** What belongs to signing in, joined: sign-in, sessions, device codes, an organization's provider, provisioning. */
import type { Express } from 'express';
import type { Logger } from 'pino';
import { noBounds } from '../../organizations/bounds.ts';
import { authenticator } from '../authentication.ts';
import type { ApiDependencies } from '../route.ts';
import { serveScim } from '../scim/serveScim.ts';
import { actorReader } from './actor.ts';
import { serveAccount } from './account.ts';
import { serveDevice } from './device.ts';
import { serveIdentityProvider } from './identityProvider.ts';
import { serveSignIn } from './signIn.ts';

export function serveIdentity(app: Express, deps: ApiDependencies, logger: Logger): void {
  const planBounds = deps.planBounds ?? (() => Promise.resolve(noBounds));
  const organizations = { pool: deps.pool, planBounds };
  const { publicUrl } = deps.site;
  const allowPrivate = deps.allowPrivateWebhooks;
  const signIn = { organizations, provider: deps.provider ?? null, publicUrl, allowPrivate };
  const authenticate = authenticator(deps.pool);
  const actorOf = actorReader(deps, (authorization) => authenticate(authorization, 'read'));
  serveSignIn(app, signIn, logger);
  serveIdentityProvider(app, signIn, actorOf);
  serveScim(app, organizations, actorOf, publicUrl);
  serveDevice(app, signIn, logger);
  serveAccount(app, signIn, logger);
}
