/** /auth/organizations/{id}/…: an organization's own provider, and the domains that it speaks for. */
import express, { type Express, type Request, type Response } from 'express';
import { z } from 'zod';
import { notFound } from '../../domain/errors.ts';
import { isId, type OrganizationId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { SignInDependencies } from '../../identity/settings.ts';
import {
  findIdentityProvider,
  removeIdentityProvider,
  setIdentityProvider,
  setOrganizationDomains,
} from '../../organizations/identityProviders.ts';
import type { Request as OrganizationRequest } from '../../organizations/request.ts';
import { fromZod } from '../errors.ts';
import type { ActorOf } from './actor.ts';
import { requestIdOf } from './signIn.ts';

const text = z.string().min(1).max(2000);
const providerBody = z.strictObject({
  issuer: text,
  client_id: text,
  client_secret: text.nullish(),
  group_claim: z.string().min(1).max(200).nullish(),
});
const domainsBody = z.strictObject({ domains: z.array(z.string().min(1).max(253)).max(100) });
const json = express.json({ limit: '16kb' });

export function serveIdentityProvider(app: Express, deps: SignInDependencies, actorOf: ActorOf): void {
  const { organizations, allowPrivate } = deps;
  const askedBy = async (request: Request, response: Response): Promise<OrganizationRequest> => ({
    actor: await actorOf(request),
    requestId: requestIdOf(response),
    now: Date.now() as Instant,
  });
  const path = '/auth/organizations/:id/identity-provider';

  app.get(path, async (request, response) => {
    const organizationId = organizationOf(request);
    const row = await findIdentityProvider(organizations, await askedBy(request, response), organizationId);
    if (!row) throw notFound('identity provider of', organizationId);
    const { id, issuer, client_id, group_claim, domains } = row;
    response.json({ id, issuer, client_id, group_claim, domains });
  });

  app.put(path, json, async (request, response) => {
    const asked = await askedBy(request, response);
    const { issuer, client_id, client_secret, group_claim } = parse(providerBody, request.body);
    const input = {
      organizationId: organizationOf(request),
      issuer,
      clientId: client_id,
      clientSecret: client_secret,
      groupClaim: group_claim,
    };
    const { providerId } = await setIdentityProvider(organizations, asked, input, allowPrivate);
    response.json({ id: providerId, issuer, client_id, group_claim: group_claim ?? null });
  });

  app.delete(path, async (request, response) => {
    await removeIdentityProvider(organizations, await askedBy(request, response), organizationOf(request));
    response.status(204).end();
  });

  app.put('/auth/organizations/:id/domains', json, async (request, response) => {
    const asked = await askedBy(request, response);
    const input = { organizationId: organizationOf(request), ...parse(domainsBody, request.body) };
    await setOrganizationDomains(organizations, asked, input);
    response.json({ domains: input.domains });
  });
}

function organizationOf(request: Request): OrganizationId {
  const id = String(request.params['id']);
  if (!isId('organization', id)) throw notFound('organization', id.slice(0, 100));
  return id;
}

function parse<Output>(schema: z.ZodType<Output>, given: unknown): Output {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw fromZod(parsed.error);
  return parsed.data;
}
