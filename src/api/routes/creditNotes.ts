/** /v1/credit_notes: what corrects an invoice that is final. */
import { z } from 'zod';
import { decideCreditNote } from '../../domain/creditNoteRequest.ts';
import { BillingError } from '../../domain/errors.ts';
import type { InvoiceId } from '../../domain/ids.ts';
import { readInvoiceToCredit, type CreditedInvoice } from '../../store/creditableInvoices.ts';
import { newId } from '../../store/newId.ts';
import { selectCreditNotes, type CreditNoteRow } from '../../store/reads/creditNotes.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  creditNoteBody,
  creditNotePreviewSchema,
  creditNoteSchema,
  toCreditNote,
  toCreditNotePreview,
  toCreditNoteRequest,
} from '../creditNoteResource.ts';
import { issueCreditNote } from '../creditNoteWorkflow.ts';
import { refuseWhileCustomerAdvances } from '../customerClock.ts';
import { idOf, listOf, pageOf, pageQuery, toList } from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

export function addCreditNoteRoutes(to: Registrar): void {
  const { pool } = to;
  const findInvoice = async (id: InvoiceId): Promise<CreditedInvoice> => {
    const invoice = await readInvoiceToCredit(pool, id);
    if (invoice) return invoice;
    throw new BillingError(
      400,
      'invoice_missing',
      `There is no invoice ${id}. Check the id, or create it first.`,
      'invoice',
    );
  };
  const find = (id: string) => findOne<CreditNoteRow>(pool, selectCreditNotes, 'credit note', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/credit_notes',
    summary:
      'Correct an invoice that is final. What is still to be paid is reduced first; money that was paid becomes balance, or is refunded; what granted credit paid returns to it.',
    scope: 'write',
    body: creditNoteBody,
    status: 201,
    answer: creditNoteSchema,
    async handle({ body, operationId }) {
      const invoice = await findInvoice(body.invoice);
      await refuseWhileCustomerAdvances(to, invoice.customerId);
      const creditNoteId = newId('credit_note', operationId);
      await issueCreditNote(to, {
        creditNoteId,
        invoiceId: invoice.id,
        request: toCreditNoteRequest(body),
        reason: body.reason,
        memo: body.memo ?? null,
        metadata: body.metadata ?? {},
      });
      return toCreditNote(await find(creditNoteId));
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/credit_notes/preview',
    summary: 'What a credit note would give back, and where that would go. Nothing is written.',
    scope: 'read',
    body: creditNoteBody,
    answer: creditNotePreviewSchema,
    async handle({ body }) {
      const invoice = await findInvoice(body.invoice);
      return toCreditNotePreview(invoice, decideCreditNote(invoice, toCreditNoteRequest(body)));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/credit_notes',
    summary: 'List credit notes.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      invoice: idOf('invoice').optional(),
    }),
    answer: listOf(creditNoteSchema),
    handle: async ({ query }) =>
      toList(
        await readPage<CreditNoteRow>(
          pool,
          selectCreditNotes,
          [
            ['customer_id', query.customer],
            ['invoice_id', query.invoice],
          ],
          pageOf(query),
        ),
        toCreditNote,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/credit_notes/{id}',
    summary: 'Get a credit note.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: creditNoteSchema,
    handle: async ({ params: { id } }) => toCreditNote(await find(id)),
  });
}
