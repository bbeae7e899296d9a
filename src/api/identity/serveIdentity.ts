/** What belongs to signing in, joined: sign-in, sessions, device codes, an organization's provider, provisioning. */
import type { Express } from 'express';
import type { Logger } from 'pino';
import { uncachedEntitlements } from '../../entitlements/reader.ts';
import { authenticator } from '../authentication.ts';
import { organizationDependencies } from '../organizationDependencies.ts';
import type { ApiDependencies } from '../route.ts';
import { serveScim } from '../scim/serveScim.ts';
import { actorReader } from './actor.ts';
import { serveAccount } from './account.ts';
import { serveDevice } from './device.ts';
import { serveIdentityProvider } from './identityProvider.ts';
import { serveSignIn } from './signIn.ts';

export function serveIdentity(app: Express, deps: ApiDependencies, logger: Logger): void {
  const byPlan = organizationDependencies(deps.pool, deps.entitlements ?? uncachedEntitlements(deps.pool));
  const organizations = deps.planBounds ? { pool: deps.pool, planBounds: deps.planBounds } : byPlan;
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
