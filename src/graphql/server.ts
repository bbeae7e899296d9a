/** POST /graphql on the API's own Express app; GraphiQL at the same address in development. */
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request as HttpRequest,
  type RequestHandler,
} from 'express';
import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { BillingError } from '../domain/errors.ts';
import type { Instant } from '../domain/instant.ts';
import type { EntitlementReader } from '../entitlementCache/reader.ts';
import type { Actor, OrganizationDependencies } from '../organizations/request.ts';
import { createContext, type GraphqlContext } from './context.ts';
import { extensionsOf, presentError, type Explain } from './errors.ts';
import { limitPlugins } from './limits.ts';
import { createSchema } from './schema.ts';
import type { GraphqlSettings } from './settings.ts';
import { refuseTexts } from './texts.ts';

export interface GraphqlOptions {
  readonly deps: OrganizationDependencies;
  readonly entitlements: EntitlementReader;
  readonly logger: Logger;
  /** Who asks, by its headers. Throws a `BillingError` 401 for a key or session that is none. */
  actorOf(request: HttpRequest): Promise<Actor>;
  readonly explain: Explain;
  readonly settings: GraphqlSettings;
}

const path = '/graphql';
const bodyLimit = '256 KB';

export function serveGraphql(app: Express, options: GraphqlOptions): void {
  const { deps, logger, settings } = options;
  const yoga = createYoga<{ readonly graphql: GraphqlContext }>({
    schema: createSchema(),
    graphqlEndpoint: path,
    context: ({ graphql }) => graphql,
    graphiql: settings.introspection && { title: 'Dunlin', defaultQuery: '{ me { kind } }\n' },
    // 80 MiB of a process, for who opens the page.
    renderGraphiQL: async (page) => (await import('@graphql-yoga/render-graphiql')).renderGraphiQL(page),
    landingPage: false,
    cors: false,
    multipart: false,
    logging: false,
    maskedErrors: false, // `presentErrors` does it, and tells the request
    plugins: [
      ...limitPlugins(),
      refuseTexts(),
      ...(settings.introspection ? [] : [withoutIntrospection()]),
      ...persisted(settings),
      presentErrors(options),
    ],
  });
  const answer: RequestHandler = async (request, response) => {
    const requestId = String(response.getHeader('X-Request-Id'));
    const call = { actor: await options.actorOf(request), requestId, now: Date.now() as Instant };
    const graphql = createContext(deps, options.entitlements, call, settings.introspection);
    await yoga.handle(request, response, { graphql });
  };
  app.post(path, onlyJson, express.json({ limit: bodyLimit }), onlyQueries, answer, inGraphql(options));
  if (settings.introspection) app.get(path, onlyPages, (request, response) => yoga.handle(request, response));
  app.all(path, (_request, response) => {
    response
      .status(405)
      .set('Allow', 'POST')
      .json({ errors: [{ message: 'POST a query as JSON.' }] });
  });
  logger.debug({ path }, 'GraphQL is served');
}

/** A form of another site cannot send it, so that a session in a cookie cannot be used from there. */
const onlyJson: RequestHandler = (request, _response, next) => {
  next(
    request.is('application/json') === 'application/json'
      ? undefined
      : new BillingError(
          400,
          'content_type_unsupported',
          'Send the query as application/json.',
          'Content-Type',
        ),
  );
};

/** For whom the page is asked by name: whatever else is got is a query to Yoga, which would answer it. */
const onlyPages: RequestHandler = (request, _response, next) => {
  const namesPages = request.get('accept')?.includes('text/html') === true;
  if (namesPages && request.accepts(['json', 'html']) === 'html') next();
  else next('route');
};

/** Otherwise Yoga says that the body is no JSON. */
const onlyQueries: RequestHandler = (request, _response, next) => {
  const body: unknown = request.body;
  const isQuery = Array.isArray(body) || (isObject(body) && ('query' in body || 'extensions' in body));
  if (!isQuery) {
    throw new BillingError(
      400,
      'query_missing',
      'Send {"query": "…"}, with "variables" where it has some, or the hash of a persisted operation.',
      'query',
    );
  }
  next();
};

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object';
}

/** What fails before a query is looked at has GraphQL's form too. */
function inGraphql({ explain }: GraphqlOptions): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    const known = explain(error);
    if (!known || response.headersSent) {
      next(error);
      return;
    }
    const message =
      known.status === 413 ? `The body is over ${bodyLimit}. Ask for less at a time.` : known.message;
    const extensions = extensionsOf(known, String(response.getHeader('X-Request-Id')));
    response.status(known.status).json({ errors: [{ message, extensions }] });
  };
}

function withoutIntrospection(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
    },
  };
}

function persisted({ persistedOperations, persistedOnly }: GraphqlSettings): Plugin[] {
  if (persistedOperations === null && !persistedOnly) return [];
  return [
    usePersistedOperations({
      allowArbitraryOperations: !persistedOnly,
      getPersistedOperation: (hash) => persistedOperations?.get(hash) ?? null,
    }),
  ];
}

/** Whatever an answer says has gone wrong goes through `presentError`, however early it went wrong. */
function presentErrors({ explain, logger, settings }: GraphqlOptions): Plugin {
  return {
    onResultProcess: (payload) => {
      const { result, serverContext, request } = payload;
      if (Array.isArray(result) || isAsyncIterable(result) || !result.errors) return;
      const requestId =
        (serverContext as { graphql?: GraphqlContext } | undefined)?.graphql?.call.requestId ??
        request.headers.get('x-request-id') ??
        '';
      payload.setResult({
        ...result,
        errors: result.errors.map((error) =>
          presentError(error instanceof GraphQLError ? error : new GraphQLError(String(error)), {
            requestId,
            explain,
            logger,
            suggests: settings.introspection,
          }),
        ),
      });
    },
  };
}
