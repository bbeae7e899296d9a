/** /v1/invoices/{id}/void and /mark_uncollectible: invoices that end without a payment. */
import { z } from 'zod';
import { selectInvoices, type InvoiceRow } from '../../store/reads/invoices.ts';
import { endInvoiceWorkflowId, type EndInvoice } from '../../workflows/contract/invoice.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { refuseWhileCustomerAdvances } from '../customerClock.ts';
import { findOne } from '../find.ts';
import { invoiceSchema, toInvoice } from '../invoiceResource.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';

const ends = [
  {
    path: '/v1/invoices/{id}/void',
    workflowType: workflowTypes.voidInvoice,
    summary:
      'Void an invoice of which nothing is paid, as if it had never been: it keeps its number, and all that it posted is reversed.',
  },
  {
    path: '/v1/invoices/{id}/mark_uncollectible',
    workflowType: workflowTypes.markUncollectible,
    summary: 'Give up what is still to be paid of an open invoice. It may be paid, credited or voided later.',
  },
] as const;

export function addInvoiceEndRoutes(to: Registrar): void {
  const find = (id: string) => findOne<InvoiceRow>(to.pool, selectInvoices, 'invoice', id);
  for (const { path, workflowType, summary } of ends) {
    addRoute(to, {
      method: 'post',
      path,
      summary,
      scope: 'write',
      params: z.object({ id: z.string() }),
      answer: invoiceSchema,
      async handle({ params, operationId }) {
        const { id, customer_id: customerId } = await find(params.id);
        await refuseWhileCustomerAdvances(to, customerId);
        const request: EndInvoice = { operationId, invoiceId: id };
        await runWorkflow(to, workflowType, endInvoiceWorkflowId(operationId), request);
        return toInvoice(await find(id));
      },
    });
  }
}
