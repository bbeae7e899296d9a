/** /v1/features: what plans and overrides give. */
import { z } from 'zod';
import { checkFeature, featureFields } from '../../catalog/feature.ts';
import { featureTypes } from '../../domain/entitlements/feature.ts';
import {
  insertFeature,
  selectFeatures,
  updateFeature,
  type FeatureRow,
} from '../../store/entitlements/features.ts';
import { selectMeters, type MeterRow } from '../../store/meters.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  code,
  idOf,
  listOf,
  metadata,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  toList,
  toTime,
} from '../fields.ts';
import { findNamed, findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { uniquely } from '../unique.ts';

const feature = z.object({
  ...resourceFields,
  object: z.literal('feature'),
  code: z.string(),
  name: z.string(),
  type: z.enum(featureTypes),
  /** What counts the use of a metered one. */
  meter: z.string().nullable(),
  unit: z.string().nullable(),
});
const params = z.object({ id: z.string() });

export function addFeatureRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<FeatureRow>(pool, selectFeatures, 'feature', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/features',
    summary:
      'Create a feature: boolean, limit (how many there may be), metered (how much may be used in a period) or config. The codes roles, custom_roles, protected_variants, audit_log, sso (boolean) and seats, graphs, variants (limit) bound permissions.',
    scope: 'write',
    body: z.strictObject({
      code,
      name: text(200).optional(),
      ...featureFields,
      meter: idOf('meter').optional(),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: feature,
    async handle({ body, operationId }) {
      const id = newId('feature', operationId);
      const meterId = body.meter ?? null;
      const defined = { id, code: body.code, type: body.type, meterId };
      checkFeature(defined);
      if (meterId !== null) await findNamed<MeterRow>(pool, selectMeters, 'meter', meterId, 'meter');
      const { name = body.code, unit = null } = body;
      await uniquely('features_code_key', 'code', () =>
        insertFeature(pool, { ...defined, name, unit, metadata: body.metadata }),
      );
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/features',
    summary: 'List features.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, code: code.optional(), type: z.enum(featureTypes).optional() }),
    answer: listOf(feature),
    handle: async ({ query }) =>
      toList(
        await readPage<FeatureRow>(
          pool,
          selectFeatures,
          [
            ['code', query.code],
            ['type', query.type],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/features/{id}',
    summary: 'Get a feature.',
    scope: 'read',
    params,
    answer: feature,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'patch',
    path: '/v1/features/{id}',
    summary:
      "Change a feature's name, unit or metadata. Its code, type and meter never change: create another.",
    scope: 'write',
    params,
    body: z.strictObject({
      name: text(200).optional(),
      unit: text(50).nullable().optional(),
      metadata: metadata.optional(),
    }),
    answer: feature,
    async handle({ params: { id }, body }) {
      const row = await find(id);
      await updateFeature(pool, row.id, body);
      return toResource(await find(id));
    },
  });
}

function toResource(row: FeatureRow) {
  return {
    id: row.id,
    object: 'feature' as const,
    code: row.code,
    name: row.name,
    type: row.type,
    meter: row.meter_id,
    unit: row.unit,
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
