/** The OpenAPI 3.1 document, made from the schemas that check the requests. */
import { OpenApiGeneratorV31, OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import type { Express } from 'express';

export function createRegistry(): OpenAPIRegistry {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  return registry;
}

/** Serves the document; to be called when all routes are there. It is made when it is first asked for: few processes are. */
export function serveOpenApi(app: Express, registry: OpenAPIRegistry): void {
  let document: ReturnType<typeof documentOf> | undefined;
  app.get('/openapi.json', (_request, response) => {
    response.json((document ??= documentOf(registry)));
  });
}

function documentOf(registry: OpenAPIRegistry) {
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Dunlin',
      version: '0.1.0',
      description:
        'Usage-based billing: exact invoices, durable subscriptions, a ledger that always balances.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
  });
}
