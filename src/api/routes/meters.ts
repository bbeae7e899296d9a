/** /v1/meters: what of an event is counted. */
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import { insertMeter, selectMeters, updateMeter, type MeterRow } from '../../store/meters.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  code,
  listOf,
  metadata,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  toList,
  toTime,
} from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { uniquely } from '../unique.ts';

const aggregation = z.enum(['count', 'sum']);
const meter = z.object({
  ...resourceFields,
  object: z.literal('meter'),
  code: z.string(),
  name: z.string(),
  event_type: z.string(),
  aggregation,
  property: z.string().nullable(),
});
const params = z.object({ id: z.string() });

export function addMeterRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<MeterRow>(pool, selectMeters, 'meter', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/meters',
    summary: 'Create a meter: `count` counts events, `sum` adds up a property of theirs.',
    scope: 'write',
    body: z.strictObject({
      code,
      name: text(200).optional(),
      event_type: text(200),
      aggregation,
      property: text(100).optional(),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: meter,
    async handle({ body, operationId }) {
      const id = newId('meter', operationId);
      if ((body.aggregation === 'sum') !== (body.property !== undefined)) {
        throw new BillingError(
          400,
          'property_invalid',
          'Give the property to add up for "sum", and none for "count".',
          'property',
        );
      }
      await uniquely('meters_code_key', 'code', () =>
        insertMeter(pool, {
          id,
          code: body.code,
          name: body.name ?? body.code,
          event_type: body.event_type,
          aggregation: body.aggregation,
          property: body.property ?? null,
          metadata: body.metadata,
        }),
      );
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/meters',
    summary: 'List meters.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, code: code.optional() }),
    answer: listOf(meter),
    handle: async ({ query }) =>
      toList(await readPage<MeterRow>(pool, selectMeters, [['code', query.code]], pageOf(query)), toResource),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/meters/{id}',
    summary: 'Get a meter.',
    scope: 'read',
    params,
    answer: meter,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'patch',
    path: '/v1/meters/{id}',
    summary: "Change a meter's name or metadata. What it counts never changes: create another.",
    scope: 'write',
    params,
    body: z.strictObject({ name: text(200).optional(), metadata: metadata.optional() }),
    answer: meter,
    async handle({ params: { id }, body }) {
      const row = await find(id);
      await updateMeter(pool, row.id, body);
      return toResource(await find(id));
    },
  });
}

function toResource(row: MeterRow) {
  return {
    id: row.id,
    object: 'meter' as const,
    code: row.code,
    name: row.name,
    event_type: row.event_type,
    aggregation: row.aggregation,
    property: row.property,
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
