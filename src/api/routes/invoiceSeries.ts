/** /v1/invoice_series: how invoices and credit notes are numbered. A series never changes, so that its numbers stay gapless. */
import { z } from 'zod';
import { checkPattern } from '../../domain/invoiceNumber.ts';
import {
  insertInvoiceSeries,
  selectInvoiceSeries,
  type InvoiceSeriesRow,
} from '../../store/invoiceSeries.ts';
import { readPage } from '../../store/reads/page.ts';
import { listOf, metadata, pageOf, pageQuery, resourceFields, text, toList, toTime } from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { uniquely } from '../unique.ts';

const restarts = ['never', 'yearly', 'monthly'] as const;
const series = z.object({
  ...resourceFields,
  object: z.literal('invoice_series'),
  code: z.string(),
  kind: z.enum(['invoice', 'credit_note']),
  prefix: z.string(),
  pattern: z.string(),
  restarts: z.enum(restarts),
});

export function addInvoiceSeriesRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'post',
    path: '/v1/invoice_series',
    summary:
      'Create a series of invoice numbers for customers to be assigned to, such as {prefix}-{yyyy}-{seq:4}, restarting each year.',
    scope: 'write',
    body: z.strictObject({
      code: z.string().regex(/^[a-z0-9_]{1,40}$/, 'use 1 to 40 small letters, digits and _'),
      prefix: text(12),
      pattern: text(60).default('{prefix}-{seq:6}'),
      restarts: z.enum(restarts).default('never'),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: series,
    async handle({ body, operationId }) {
      checkPattern(body);
      await uniquely('invoice_series_prefix', 'prefix', () =>
        uniquely('invoice_series_pkey', 'code', () => insertInvoiceSeries(pool, { ...body, operationId })),
      );
      return toResource(
        await findOne<InvoiceSeriesRow>(pool, selectInvoiceSeries, 'invoice series', body.code),
      );
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/invoice_series',
    summary: 'List the series of invoice and credit note numbers.',
    scope: 'read',
    query: z.strictObject(pageQuery),
    answer: listOf(series),
    handle: async ({ query }) =>
      toList(await readPage<InvoiceSeriesRow>(pool, selectInvoiceSeries, [], pageOf(query)), toResource),
  });
}

function toResource(row: InvoiceSeriesRow) {
  return {
    id: row.id,
    object: 'invoice_series' as const,
    code: row.code,
    kind: row.kind,
    prefix: row.prefix,
    pattern: row.pattern,
    restarts: row.restarts,
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
