/** /v1/meters: what of an event is counted, and what it came to. */
import { z } from 'zod';
import { meterFields, meterRequest, toMeterDefinition } from '../../catalog/meter.ts';
import { fromFilter } from '../../catalog/property.ts';
import { aggregations } from '../../domain/meter.ts';
import { insertMeter, selectMeters, updateMeter, type MeterRow } from '../../store/meters.ts';
import { checkExpression } from '../../store/meterSql.ts';
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

const filter = z.object({
  property: z.string(),
  in: z.array(z.string()).optional(),
  not_in: z.array(z.string()).optional(),
});
const meter = z.object({
  ...resourceFields,
  object: z.literal('meter'),
  code: z.string(),
  name: z.string(),
  event_type: z.string(),
  aggregation: z.enum(aggregations),
  property: z.string().nullable(),
  expression: z.string().nullable(),
  filters: z.array(filter),
  group_by: z.array(z.string()),
});
const params = z.object({ id: z.string() });

export function addMeterRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<MeterRow>(pool, selectMeters, 'meter', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/meters',
    summary:
      'Create a meter. Events of its type that are stored already, for other meters, are counted by it too.',
    scope: 'write',
    body: z.strictObject({
      ...meterFields,
      code,
      name: text(200).optional(),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: meter,
    async handle({
      body: { code: meterCode, name = meterCode, metadata: entries, ...request },
      operationId,
    }) {
      const id = newId('meter', operationId);
      const definition = toMeterDefinition(meterRequest.parse(request));
      checkExpression(definition);
      await uniquely('meters_code_key', 'code', () =>
        insertMeter(pool, { ...definition, id, code: meterCode, name, metadata: entries }),
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
    expression: row.expression,
    filters: row.filters.map(fromFilter),
    group_by: [...row.group_by],
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
