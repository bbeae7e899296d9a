/** /v1/events: usage in. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import type { Instant } from '../../domain/instant.ts';
import { cloudEvent } from '../../ingest/cloudEvent.ts';
import { ingest } from '../../ingest/ingest.ts';
import '../zodExtension.ts';
import { addRoute, type Registrar } from '../route.ts';

type SchemaObject = Parameters<OpenAPIRegistry['registerComponent']>[2];

const sent = z.string().openapi({
  anyOf: [
    { $ref: '#/components/schemas/CloudEvent' },
    { type: 'array', items: { $ref: '#/components/schemas/CloudEvent' }, maxItems: 10_000 },
  ],
});

export function addEventRoutes(to: Registrar): void {
  to.registry.registerComponent('schemas', 'CloudEvent', toSchemaObject(cloudEvent));
  addRoute(to, {
    method: 'post',
    path: '/v1/events',
    summary: 'Send usage: one CloudEvent or up to 10,000. Each counts once, however often it is sent.',
    scope: 'usage:write',
    body: sent,
    rawBody: {
      types: ['application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'],
      parse: (text) => text,
    },
    status: 202,
    answer: z.object({
      accepted: z.number(),
      duplicates: z.number(),
      rejected: z.array(
        z.object({ index: z.number(), id: z.string().nullable(), code: z.string(), message: z.string() }),
      ),
    }),
    async handle({ body }) {
      const { accepted, duplicates, rejected } = await ingest(to.pool, body, Date.now() as Instant);
      return { accepted, duplicates, rejected: [...rejected] };
    },
  });
}

/** The schema in the dialect of OpenAPI 3.1, which is that of JSON Schema. */
function toSchemaObject(schema: z.ZodType): SchemaObject {
  const { $schema: _dialect, ...object }: Record<string, unknown> = z.toJSONSchema(schema, { io: 'input' });
  return object;
}
