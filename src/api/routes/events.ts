/** /v1/events: usage in, browsed and voided. */
import type { OpenAPIRegistry } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { notFound } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { binaryEvent } from '../../ingest/binaryEvent.ts';
import { cloudEvent } from '../../ingest/cloudEvent.ts';
import { ingest } from '../../ingest/ingest.ts';
import { inTransaction } from '../../store/database.ts';
import { voidEvent } from '../../store/eventVoids.ts';
import { readEvents, type EventPlace, type EventRow } from '../../store/reads/events.ts';
import '../zodExtension.ts';
import { idOf, instant, listOf, pageQuery, text, time, toTime } from '../fields.ts';
import { RawJson } from '../json.ts';
import { addRoute, type Registrar } from '../route.ts';

type SchemaObject = Parameters<OpenAPIRegistry['registerComponent']>[2];

const sent = z.string().openapi({
  anyOf: [
    { $ref: '#/components/schemas/CloudEvent' },
    { type: 'array', items: { $ref: '#/components/schemas/CloudEvent' }, maxItems: 10_000 },
  ],
});

const storedEvent = z.object({
  id: z.string(),
  object: z.literal('event'),
  source: z.string(),
  type: z.string(),
  customer: z.string(),
  time,
  data: z.unknown(),
  voided: z.boolean(),
  created: time,
  livemode: z.boolean(),
});

export function addEventRoutes(to: Registrar): void {
  const { pool } = to;
  to.registry.registerComponent('schemas', 'CloudEvent', toSchemaObject(cloudEvent));
  addRoute(to, {
    method: 'post',
    path: '/v1/events',
    summary:
      'Send usage: one CloudEvent or up to 10,000, structured, batched or binary; plain or gzip. Each counts once, however often it is sent.',
    scope: 'usage:write',
    body: sent,
    rawBody: {
      types: ['application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'],
      parse: (body, header) => binaryEvent(body, header) ?? body,
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
      const { accepted, duplicates, rejected } = await ingest(pool, body, Date.now() as Instant);
      return { accepted, duplicates, rejected: [...rejected] };
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/events',
    summary: 'Browse the usage events that were accepted, the last to arrive first.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      cursor: eventCursor.optional(),
      customer: idOf('customer').optional(),
      type: text(200).optional(),
      source: text(1024).optional(),
      id: text(255).optional(),
      from: instant.optional(),
      to: instant.optional(),
    }),
    answer: listOf(storedEvent),
    async handle({ query: { limit, cursor, ...filters } }) {
      const { rows, hasMore } = await readEvents(pool, filters, limit, cursor);
      const last = rows.at(-1);
      return {
        object: 'list' as const,
        data: rows.map(toResource),
        has_more: hasMore,
        next_cursor: hasMore && last ? toCursor(last) : null,
      };
    },
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/events/{source}/{id}',
    summary:
      'Void an event: it counts no more. Where its period is invoiced, the next invoice corrects it; where it is archived, it is refused. Its identity stays taken.',
    scope: 'usage:write',
    params: z.object({ source: z.string(), id: z.string() }),
    answer: z.object({
      id: z.string(),
      object: z.literal('event'),
      source: z.string(),
      voided: z.literal(true),
    }),
    async handle({ params: { source, id } }) {
      const storable = !`${source}${id}`.includes('\0') && source.isWellFormed() && id.isWellFormed();
      const voided = storable && (await inTransaction(pool, (tx) => voidEvent(tx, source, id)));
      if (!voided) throw notFound('event', `${id} of ${source}`.slice(0, 200));
      return { id, object: 'event' as const, source, voided: true as const };
    },
  });
}

/** Where a page ends, as its reader gives it back. */
const eventCursor = z
  .string()
  .max(3000)
  .transform((given, context): EventPlace => {
    const [arrival, source, id] = Buffer.from(given, 'base64url').toString().split('\0');
    if (arrival !== undefined && /^\d{1,19}$/.test(arrival) && source !== undefined && id !== undefined)
      return { arrival, source, id };
    context.addIssue({ code: 'custom', message: 'give a next_cursor' });
    return z.NEVER;
  })
  .openapi({ type: 'string' });

function toCursor({ arrival, source, id }: EventPlace): string {
  return Buffer.from([arrival, source, id].join('\0')).toString('base64url');
}

function toResource(row: EventRow) {
  return {
    id: row.id,
    object: 'event' as const,
    source: row.source,
    type: row.type,
    customer: row.customer_id,
    time: toTime(row.time),
    data: new RawJson(row.data),
    voided: row.voided,
    created: toTime(row.received_at),
    livemode: row.test_clock_id === null,
  };
}

/** The schema in the dialect of OpenAPI 3.1, which is that of JSON Schema. */
function toSchemaObject(schema: z.ZodType): SchemaObject {
  const { $schema: _dialect, ...object }: Record<string, unknown> = z.toJSONSchema(schema, { io: 'input' });
  return object;
}
