/** /v1/event_log: what happened, for who has missed it, or asks for it. */
import { z } from 'zod';
import { toCloudEvent } from '../../domain/cloudEvent.ts';
import { formatInstant } from '../../domain/instant.ts';
import { ofType, selectEventLog, type EventRow } from '../../store/reads/eventLog.ts';
import { readPage } from '../../store/reads/page.ts';
import { cloudEventSchema, eventPattern } from '../eventResource.ts';
import { idOf, instant, listOf, pageOf, pageQuery, text, toList } from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

export function addEventLogRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'get',
    path: '/v1/event_log',
    summary:
      'List domain events as CloudEvents, newest first: of a customer, an object, a type (or invoice.*), recorded in a time.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      subscription: idOf('subscription').optional(),
      object: text(64).optional(),
      type: eventPattern.optional(),
      from: instant.optional(),
      to: instant.optional(),
    }),
    answer: listOf(cloudEventSchema),
    handle: async ({ query }) =>
      toList(
        await readPage<EventRow>(
          pool,
          selectEventLog,
          [
            ['customer_id', query.customer],
            ['subscription_id', query.subscription],
            ['object_id', query.object],
            ...(query.type === undefined || query.type === '*' ? [] : [ofType(query.type)]),
            [(parameter) => `t.recorded_at >= ${parameter}`, query.from && formatInstant(query.from)],
            [(parameter) => `t.recorded_at < ${parameter}`, query.to && formatInstant(query.to)],
          ],
          pageOf(query),
        ),
        toCloudEvent,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/event_log/{id}',
    summary: 'Get a domain event as a CloudEvent.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: cloudEventSchema,
    handle: async ({ params: { id } }) =>
      toCloudEvent(await findOne<EventRow>(pool, selectEventLog, 'event', id)),
  });
}
