/** /v1/invoices: what is owed, and how each amount came to be. */
import { z } from 'zod';
import { isOfSubscription, selectInvoices, type InvoiceRow } from '../../store/reads/invoices.ts';
import { readPage } from '../../store/reads/page.ts';
import { idOf, listOf, pageOf, pageQuery, text, toList } from '../fields.ts';
import { findOne } from '../find.ts';
import { invoiceSchema, invoiceStatus, toInvoice } from '../invoiceResource.ts';
import { addRoute, type Registrar } from '../route.ts';

export function addInvoiceRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'get',
    path: '/v1/invoices',
    summary: 'List invoices.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      subscription: idOf('subscription').optional(),
      status: invoiceStatus.optional(),
      number: text(100).optional(),
    }),
    answer: listOf(invoiceSchema),
    handle: async ({ query }) =>
      toList(
        await readPage<InvoiceRow>(
          pool,
          selectInvoices,
          [
            ['customer_id', query.customer],
            [isOfSubscription, query.subscription],
            ['status', query.status],
            ['number', query.number],
          ],
          pageOf(query),
        ),
        toInvoice,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/invoices/{id}',
    summary:
      'Get an invoice. A draft is rated when its grace period ends; where that failed, last_finalization_error says why, and when it is tried again.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: invoiceSchema,
    handle: async ({ params: { id } }) =>
      toInvoice(await findOne<InvoiceRow>(pool, selectInvoices, 'invoice', id)),
  });
}
