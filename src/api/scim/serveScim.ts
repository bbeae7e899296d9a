/** /scim/v2: an organization's directory puts members and groups in and out (RFC 7643, RFC 7644), by a service key. */
import express, { type Express, type Request, type RequestHandler } from 'express';
import { BillingError, notFound } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { requireAccess } from '../../organizations/decide.ts';
import type { OrganizationDependencies } from '../../organizations/request.ts';
import { listForScim } from '../../store/organizations/scimLists.ts';
import { toBillingError } from '../errors.ts';
import type { ActorOf } from '../identity/actor.ts';
import { conditionsOf, patchOf } from './attributes.ts';
import { discovery } from './discovery.ts';
import { ScimError, sendScimError } from './errors.ts';
import { groups } from './groups.ts';
import type { ScimAsked, ScimKind } from './kind.ts';
import { users } from './users.ts';

const contentType = 'application/scim+json';
const json = express.json({ limit: '1mb', type: [contentType, 'application/json'] });
const maximumPage = 200;

export function serveScim(
  app: Express,
  deps: OrganizationDependencies,
  actorOf: ActorOf,
  publicUrl: string,
): void {
  const base = `${publicUrl}/scim/v2`;

  async function open(request: Request, requestId: string): Promise<ScimAsked> {
    const actor = await actorOf(request);
    if (actor.kind !== 'organization_key') {
      throw new BillingError(
        401,
        'service_key_missing',
        'Give a service key of the organization that has the capability scim:provision.',
      );
    }
    const asked = { actor, requestId, now: Date.now() as Instant };
    await requireAccess(deps, asked, 'scim:provision', actor.organizationId);
    return { deps, request: asked, organizationId: actor.organizationId };
  }

  /** Whatever goes wrong is told as SCIM has it. */
  const answer =
    (work: (asked: ScimAsked, ...http: Parameters<RequestHandler>) => Promise<void>): RequestHandler =>
    async (request, response, next) => {
      response.type(contentType);
      try {
        await work(await open(request, String(response.getHeader('X-Request-Id'))), request, response, next);
      } catch (error) {
        const known = toBillingError(error);
        if (!known || response.headersSent) next(error);
        else sendScimError(response, known);
      }
    };

  for (const [path, document] of Object.entries(discovery(base))) {
    app.get(
      `/scim/v2/${path}`,
      answer((_asked, _request, response) => Promise.resolve(void response.json(document))),
    );
  }
  serveKind(users);
  serveKind(groups);

  function serveKind<Row extends object>(kind: ScimKind<Row>): void {
    const path = `/scim/v2/${kind.path}`;

    async function find(asked: ScimAsked, id: string): Promise<Row> {
      const page = { offset: 0, limit: 1 };
      const { rows } = await listForScim<Row>(
        deps.pool,
        kind.select,
        asked.organizationId,
        [['id', id]],
        page,
      );
      const [row] = rows;
      if (!row) throw notFound(kind.name, id.slice(0, 100));
      return row;
    }

    async function present(asked: ScimAsked, rows: readonly Row[], { query }: Request) {
      const only = namesOf(query['attributes']);
      const without = namesOf(query['excludedAttributes']);
      return (await kind.present(rows, base, asked)).map((resource) =>
        Object.fromEntries(
          Object.entries(resource).filter(([name]) => {
            if (name === 'schemas' || name === 'id') return true;
            const key = name.toLowerCase();
            return !without.has(key) && (only.size === 0 || only.has(key));
          }),
        ),
      );
    }

    const one = async (asked: ScimAsked, id: string, request: Request) =>
      (await present(asked, [await find(asked, id)], request))[0];

    app.get(
      path,
      answer(async (asked, request, response) => {
        const { query } = request;
        const startIndex = Math.max(1, numberOf(query['startIndex']) ?? 1);
        const limit = Math.min(maximumPage, Math.max(0, numberOf(query['count']) ?? 100));
        const conditions = conditionsOf(query['filter'], kind.columns);
        const page = { offset: startIndex - 1, limit };
        const { rows, total } = await listForScim<Row>(
          deps.pool,
          kind.select,
          asked.organizationId,
          conditions,
          page,
        );
        response.json({
          schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
          totalResults: total,
          startIndex,
          itemsPerPage: rows.length,
          Resources: await present(asked, rows, request),
        });
      }),
    );
    app.get(
      `${path}/:id`,
      answer(async (asked, request, response) => {
        response.json(await one(asked, String(request.params['id']), request));
      }),
    );
    app.post(
      path,
      json,
      answer(async (asked, request, response) => {
        const id = await kind.create(asked, request.body);
        response
          .status(201)
          .set('Location', `${base}/${kind.path}/${id}`)
          .json(await one(asked, id, request));
      }),
    );
    app.put(
      `${path}/:id`,
      json,
      answer(async (asked, request, response) => {
        const id = String(request.params['id']);
        await kind.replace(asked, await find(asked, id), request.body);
        response.json(await one(asked, id, request));
      }),
    );
    app.patch(
      `${path}/:id`,
      json,
      answer(async (asked, request, response) => {
        const id = String(request.params['id']);
        await kind.patch(asked, await find(asked, id), patchOf(request.body));
        response.json(await one(asked, id, request));
      }),
    );
    app.delete(
      `${path}/:id`,
      answer(async (asked, request, response) => {
        await kind.remove(asked, await find(asked, String(request.params['id'])));
        response.status(204).end();
      }),
    );
  }
}

function numberOf(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string' && /^-?\d{1,9}$/.test(given)) return Number(given);
  throw new ScimError(400, 'invalidValue', 'startIndex and count are whole numbers.');
}

function namesOf(given: unknown): ReadonlySet<string> {
  return new Set(typeof given === 'string' && given !== '' ? given.toLowerCase().split(/\s*,\s*/) : []);
}
