/** One way to declare a route: its schemas check the request and make the OpenAPI document. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import express, { type Express, type Request, type RequestHandler } from 'express';
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { z } from 'zod';
import { BillingError } from '../domain/errors.ts';
import type { ApiKeyId } from '../domain/ids.ts';
import type { GraphqlSettings } from '../graphql/settings.ts';
import type { WebhookReaders } from '../domain/providerNotice.ts';
import type { EntitlementReader } from '../entitlementCache/reader.ts';
import type { Scope } from '../store/apiKeys.ts';
import type { ProviderSettings } from '../identity/settings.ts';
import type { OrganizationDependencies } from '../organizations/request.ts';
import type { Authenticate } from './authentication.ts';
import { backPressure } from './backPressure.ts';
import { sendCsv, sendLines, type CsvAnswer, type LinesAnswer } from './csvAnswer.ts';
import { errorBody, fromZod } from './errors.ts';
import { withIdempotency } from './idempotency.ts';
import { toJson } from './json.ts';

export interface ApiDependencies {
  readonly pool: Pool;
  readonly temporal: Client;
  readonly taskQueue: string;
  readonly providerWebhooks: WebhookReaders;
  /** Whether webhooks may go to addresses that are not public. */
  readonly allowPrivateWebhooks: boolean;
  readonly site: Site;
  readonly graphql: GraphqlSettings;
  /** Who signs users in; left out, nobody does. */
  readonly provider?: ProviderSettings | null;
  /** What plans allow of organizations; left out, as entitlements say. */
  readonly planBounds?: OrganizationDependencies['planBounds'];
  /** What customers are entitled to; without one, Postgres is asked each time. */
  readonly entitlements?: EntitlementReader;
}

/** How customers see us, beside the API. */
export interface Site {
  /** Where they reach the pay page: an origin, without a slash at its end. */
  readonly publicUrl: string;
  /** Whether stored mails are shown at /dev/mail: where no mail server is configured. */
  readonly showsMails: boolean;
  /** Given where Stripe is on: its script runs in the pay page. */
  readonly stripePublishableKey: string | null;
}

export interface Registrar extends ApiDependencies {
  readonly app: Express;
  readonly registry: OpenAPIRegistry;
  readonly authenticate: Authenticate;
  readonly entitlements: EntitlementReader;
}

type Shape = z.ZodObject;

export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Of a write: every id that it makes derives from it, so that a retry makes the same. */
  readonly operationId: string;
  readonly apiKeyId: ApiKeyId;
}

export interface Route<
  Params extends Shape,
  Query extends Shape,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** As in the contract: `/v1/customers/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Reads the body as text, up to 10 MiB, and parses it by itself. */
  readonly rawBody?: {
    readonly types: readonly string[];
    readonly parse: (text: string, header: (name: string) => string | undefined) => unknown;
  };
  readonly status?: 200 | 201 | 202;
  /** The answer holds a secret, which is never stored: an Idempotency-Key cannot replay it, and is ignored. */
  readonly secret?: true;
  readonly answer: Answer;
  /** Of a read: what is answered instead where the query says `format=csv`. */
  csv?(call: Call<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<CsvAnswer>;
  handle(call: Call<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<z.input<Answer>>;
}

const csvContent = { 'text/csv': { schema: z.string() } };
const nothing = z.strictObject({});
const noBody = nothing.optional();
const json = express.json({ limit: '1mb', strict: false });
const maximumText = 10 * 1024 * 1024;
const text = express.text({ limit: maximumText, type: () => true });
/** One for all such routes: it is the memory of the process that they share. */
const admit = backPressure({ bytes: 4 * 1024 * 1024, waiting: 1000, patienceMs: 10_000 }, maximumText);

/** Adds a route to the app and to the OpenAPI document. */
export function addRoute<
  Params extends Shape = typeof nothing,
  Query extends Shape = typeof nothing,
  Body extends z.ZodType = typeof noBody,
  Answer extends z.ZodType = z.ZodType,
>(to: Registrar, route: Route<Params, Query, Body, Answer>): void {
  document(to.registry, route, {
    'application/json': { schema: route.answer },
    ...(route.csv && csvContent),
  });
  const params = (route.params ?? nothing) as Params;
  const query = (route.query ?? nothing) as Query;
  const body = (route.body ?? noBody) as Body;
  const status = route.status ?? 200;
  const { authenticate, callerOf } = authentication(to, route.scope);
  const answer: RequestHandler = async (request, response) => {
    const apiKeyId = callerOf(request);
    const given = bodyOf(request, route);
    const call = {
      params: check(params, request.params),
      query: check(query, request.query),
      body: check(
        body,
        route.rawBody
          ? route.rawBody.parse(typeof given === 'string' ? given : '', (name) => request.get(name))
          : given,
      ),
      apiKeyId,
    };
    const work = (operationId: string) => route.handle({ ...call, operationId });
    if (route.csv && request.query['format'] === 'csv') {
      await sendCsv(to.pool, await route.csv({ ...call, operationId: '' }), response);
      return;
    }
    response.type('json');
    if (route.method === 'get') {
      response.status(status).send(toJson(await work('')));
      return;
    }
    const keyed = {
      apiKeyId,
      key: route.secret ? undefined : request.get('idempotency-key'),
      identity: `${request.method} ${request.path} ${typeof given === 'string' ? given : JSON.stringify(given)}`,
      requestId: String(response.getHeader('X-Request-Id')),
    };
    const result = await withIdempotency(to.pool, keyed, status, work);
    if (result.replayed) response.set('Idempotent-Replayed', 'true');
    response.status(result.status).send(result.json);
  };
  to.app[route.method](pathOf(route), authenticate, ...(route.rawBody ? [admit, text] : [json]), answer);
}

export interface CsvRoute<Query extends Shape> {
  readonly path: string;
  readonly summary: string;
  readonly query: Query;
  csv(query: z.output<Query>): CsvAnswer;
}

/** Adds a read that is answered in CSV alone, however long it is. */
export function addCsvRoute<Query extends Shape>(to: Registrar, route: CsvRoute<Query>): void {
  document(to.registry, { ...route, method: 'get' }, csvContent);
  const { authenticate } = authentication(to, 'read');
  const answer: RequestHandler = async (request, response) => {
    await sendCsv(to.pool, route.csv(check(route.query, request.query)), response);
  };
  to.app.get(pathOf(route), authenticate, answer);
}

export interface LinesRoute<Query extends Shape> {
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  readonly query: Query;
  lines(query: z.output<Query>): LinesAnswer;
}

/** Adds a read that is answered as lines of JSON, however many. */
export function addLinesRoute<Query extends Shape>(to: Registrar, route: LinesRoute<Query>): void {
  document(to.registry, { ...route, method: 'get' }, { 'application/x-ndjson': { schema: z.string() } });
  const { authenticate } = authentication(to, route.scope);
  const answer: RequestHandler = async (request, response) => {
    await sendLines(to.pool, route.lines(check(route.query, request.query)), response);
  };
  to.app.get(pathOf(route), authenticate, answer);
}

export interface DocumentRoute {
  /** With `{id}` for the document's. */
  readonly path: string;
  readonly summary: string;
  readonly type: 'text/html' | 'application/pdf';
  render(id: string): Promise<{ readonly name: string; readonly content: string | Buffer }>;
}

/** Adds a read that is answered as a page or a file for people. */
export function addDocumentRoute(to: Registrar, route: DocumentRoute): void {
  const params = z.object({ id: z.string() });
  const content = { [route.type]: { schema: z.string() } };
  document(to.registry, { ...route, method: 'get', params }, content);
  const { authenticate } = authentication(to, 'read');
  const answer: RequestHandler = async (request, response) => {
    const { name, content: rendered } = await route.render(check(params, request.params).id);
    const extension = route.type === 'text/html' ? 'html' : 'pdf';
    response
      .type(route.type)
      .set('Content-Disposition', `inline; filename="${name}.${extension}"`)
      // What customers have written into it is text, whatever it looks like.
      .set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
      .set('X-Content-Type-Options', 'nosniff')
      .send(rendered);
  };
  to.app.get(pathOf(route), authenticate, answer);
}

/** Express's way to write a path. */
function pathOf({ path }: { readonly path: string }): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** Who is asking is found out before anything else of a request is looked at. */
function authentication(to: Registrar, scope: Scope) {
  const callers = new WeakMap<Request, ApiKeyId>();
  const authenticate: RequestHandler = async (request, _response, next) => {
    const { apiKeyId } = await to.authenticate(request.get('authorization'), scope);
    callers.set(request, apiKeyId);
    next();
  };
  const callerOf = (request: Request): ApiKeyId => {
    const apiKeyId = callers.get(request);
    if (apiKeyId === undefined) throw new Error('the caller is not known');
    return apiKeyId;
  };
  return { authenticate, callerOf };
}

function bodyOf(
  request: Request,
  route: { body?: unknown; rawBody?: { types: readonly string[] } },
): unknown {
  const empty =
    request.get('content-length') === '0' ||
    (!request.get('content-length') && !request.get('transfer-encoding'));
  if (empty) return route.rawBody ? '' : undefined;
  const types = route.rawBody?.types ?? ['application/json'];
  if (request.is([...types]) === false) {
    throw new BillingError(
      400,
      'content_type_unsupported',
      `Send the body as ${types.join(' or ')}.`,
      'Content-Type',
    );
  }
  return request.body as unknown;
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const checked = schema.safeParse(value);
  if (!checked.success) throw fromZod(checked.error);
  return checked.data;
}

const errors: Record<number, string> = {
  400: 'Malformed or invalid: `param` names the field.',
  401: 'No API key, or one that is unknown or revoked.',
  403: 'The API key lacks the scope.',
  404: 'There is no such resource.',
  409: 'A conflict, or a state that forbids it.',
  413: 'The body is over the limit.',
  422: 'A rule of billing forbids it.',
  429: 'Too many requests: see Retry-After.',
  503: 'Postgres or Temporal is away: see Retry-After.',
};

interface Documented {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: string;
  readonly summary: string;
  readonly params?: Shape;
  readonly query?: Shape;
  readonly body?: z.ZodType;
  readonly rawBody?: { readonly types: readonly string[] };
  readonly status?: number;
}

function document(
  registry: OpenAPIRegistry,
  route: Documented,
  content: Readonly<Record<string, { readonly schema: z.ZodType }>>,
): void {
  const types = route.rawBody?.types ?? ['application/json'];
  const { body } = route;
  registry.registerPath({
    method: route.method,
    path: route.path,
    summary: route.summary,
    tags: [route.path.split('/')[2]?.replaceAll('_', ' ') ?? 'operation'],
    security: [{ apiKey: [] }],
    request: {
      ...(route.params && { params: route.params }),
      ...(route.query && { query: route.query }),
      ...(route.method !== 'get' && {
        headers: z.object({ 'Idempotency-Key': z.string().max(255).optional() }),
      }),
      ...(body && {
        body: { required: true, content: Object.fromEntries(types.map((type) => [type, { schema: body }])) },
      }),
    },
    responses: {
      [route.status ?? 200]: {
        description: 'Done.',
        content,
      },
      ...Object.fromEntries(
        Object.entries(errors).map(([status, description]) => [
          status,
          { description, content: { 'application/json': { schema: errorBody } } },
        ]),
      ),
    },
  });
}
