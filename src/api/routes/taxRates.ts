/** /v1/tax_rates: what tax is charged, of whom and for what. */
import { z } from 'zod';
import type { TaxRateId } from '../../domain/ids.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import { insertTaxRate, selectTaxRates, updateTaxRate, type TaxRateRow } from '../../store/taxRates.ts';
import {
  code,
  country,
  listOf,
  metadata,
  pageOf,
  pageQuery,
  percentage,
  resourceFields,
  text,
  toList,
  toTime,
} from '../fields.ts';
import { findOne } from '../find.ts';
import { checkLineScope, lineScope, lineScopeAnswer, toLineScope } from '../lineScope.ts';
import { addRoute, type Registrar } from '../route.ts';
import { uniquely } from '../unique.ts';

const taxRate = z.object({
  ...resourceFields,
  object: z.literal('tax_rate'),
  code: z.string(),
  name: z.string().nullable(),
  percentage: z.string(),
  inclusive: z.boolean(),
  country: z.string().nullable(),
  applies_to: lineScopeAnswer,
  active: z.boolean(),
});
const params = z.object({ id: z.string() });

export function addTaxRateRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<TaxRateRow>(pool, selectTaxRates, 'tax rate', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/tax_rates',
    summary:
      'Create a tax rate. One with a country is charged to customers of that country; one with applies_to goes before the others for those products; a customer may have its own.',
    scope: 'write',
    body: z.strictObject({
      code,
      name: text(100).optional(),
      percentage,
      /** Whether amounts contain it, or it is added to them. */
      inclusive: z.boolean().default(false),
      country: country.optional(),
      applies_to: lineScope.optional(),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: taxRate,
    async handle({ body, operationId }) {
      const id: TaxRateId = newId('tax_rate', operationId);
      await checkLineScope(pool, body.applies_to);
      await uniquely('tax_rates_code_key', 'code', () =>
        insertTaxRate(pool, {
          id,
          code: body.code,
          name: body.name ?? null,
          percentage: body.percentage,
          inclusive: body.inclusive,
          country: body.country ?? null,
          appliesTo: body.applies_to ?? {},
          metadata: body.metadata,
        }),
      );
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/tax_rates',
    summary: 'List tax rates.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, code: code.optional(), country: country.optional() }),
    answer: listOf(taxRate),
    handle: async ({ query }) =>
      toList(
        await readPage<TaxRateRow>(
          pool,
          selectTaxRates,
          [
            ['code', query.code],
            ['country', query.country],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/tax_rates/{id}',
    summary: 'Get a tax rate.',
    scope: 'read',
    params,
    answer: taxRate,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'patch',
    path: '/v1/tax_rates/{id}',
    summary:
      'Rename a tax rate, or stop charging it. What it comes to never changes: create another for a new law.',
    scope: 'write',
    params,
    body: z.strictObject({
      name: text(100).nullable().optional(),
      active: z.boolean().optional(),
      metadata: metadata.optional(),
    }),
    answer: taxRate,
    async handle({ params: { id }, body }) {
      await updateTaxRate(pool, (await find(id)).id, body);
      return toResource(await find(id));
    },
  });
}

function toResource(row: TaxRateRow) {
  return {
    id: row.id,
    object: 'tax_rate' as const,
    code: row.code,
    name: row.name,
    percentage: row.percentage,
    inclusive: row.inclusive,
    country: row.country,
    applies_to: toLineScope(row.applies_to),
    active: row.active,
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
