/** What belongs to signing in, joined: sign-in, sessions, device codes, an organization's provider, invitations, provisioning. */
import type { Express } from 'express';
import type { Logger } from 'pino';
import type { OrganizationDependencies } from '../../organizations/request.ts';
import type { ApiDependencies } from '../route.ts';
import { serveScim } from '../scim/serveScim.ts';
import type { ActorOf } from './actor.ts';
import { serveAccount } from './account.ts';
import { serveDevice } from './device.ts';
import { serveIdentityProvider } from './identityProvider.ts';
import { serveInvitation } from './invitation.ts';
import { serveSignIn } from './signIn.ts';

export interface Asked {
  readonly organizations: OrganizationDependencies;
  readonly actorOf: ActorOf;
}

export function serveIdentity(
  app: Express,
  { site, allowPrivateWebhooks, provider }: ApiDependencies,
  { organizations, actorOf }: Asked,
  logger: Logger,
): void {
  const { publicUrl } = site;
  const signIn = {
    organizations,
    provider: provider ?? null,
    publicUrl,
    allowPrivate: allowPrivateWebhooks,
  };
  serveSignIn(app, signIn, logger);
  serveIdentityProvider(app, signIn, actorOf);
  serveScim(app, organizations, actorOf, publicUrl);
  serveInvitation(app, signIn, logger);
  serveDevice(app, signIn, logger);
  serveAccount(app, signIn, logger);
}
