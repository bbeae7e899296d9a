/** /v1/invoices: those that somebody makes, and what is asked of any. */
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import { selectCustomers, type CustomerRow } from '../../store/customers.ts';
import { inTransaction } from '../../store/database.ts';
import {
  deleteManualDraft,
  fillManualInvoice,
  insertManualInvoice,
  updateInvoice,
} from '../../store/manualInvoices.ts';
import { newId } from '../../store/newId.ts';
import { selectInvoices, type InvoiceRow, type PreviewedInvoice } from '../../store/reads/invoices.ts';
import { invoiceWorkflowId, type InvoicePreview } from '../../workflows/contract/invoice.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { currencyOf, fixBilledCurrency } from '../billedCurrency.ts';
import { customFields, paymentTerms, refuseMissingTaxRates } from '../billingFields.ts';
import {
  findNamedCustomer,
  nowOf,
  refuseWhileAdvancing,
  refuseWhileCustomerAdvances,
} from '../customerClock.ts';
import { currency, idOf, metadata, text } from '../fields.ts';
import { findNamed, findOne } from '../find.ts';
import { itemSchema, toNewItem, type WrittenItem } from '../invoiceItem.ts';
import { operateInvoice, payInvoice } from '../invoiceOperation.ts';
import { invoiceSchema, toInvoice } from '../invoiceResource.ts';
import { toPreviewed } from '../previewedInvoice.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';

const maximumLines = 250;
const details = {
  /** Whether it becomes final, and is collected, by itself. */
  auto_advance: z.boolean().optional(),
  ...paymentTerms,
  memo: text(2000).nullable().optional(),
  footer: text(2000).nullable().optional(),
  po_number: text(100).nullable().optional(),
  custom_fields: customFields.nullable().optional(),
};
const invoiceFields = {
  customer: idOf('customer'),
  currency: currency.optional(),
  lines: z.array(itemSchema).max(maximumLines).default([]),
  /** Whether the items that wait for the customer's next invoice are on it too; left out: where no lines are given. */
  include_pending_items: z.boolean().optional(),
};
const params = z.object({ id: z.string() });

export function addManualInvoiceRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<InvoiceRow>(pool, selectInvoices, 'invoice', id);

  /** The customer, and the currency that it is billed in; refused is what no invoice can be. */
  async function findBilled(body: {
    readonly customer: string;
    readonly currency?: string | undefined;
    readonly lines: readonly WrittenItem[];
  }) {
    const customer = await findNamedCustomer(pool, body.customer);
    await refuseMissingTaxRates(
      pool,
      body.lines.flatMap(({ tax_rates: rates }) => rates ?? []),
      'lines',
    );
    return { customer, billedIn: currencyOf(customer, body.currency) };
  }

  addRoute(to, {
    method: 'post',
    path: '/v1/invoices',
    summary:
      'Make an invoice of single lines and of items that wait; answers when it is final and, where possible, paid. With auto_advance false it stays a draft.',
    scope: 'write',
    body: z.strictObject({ ...invoiceFields, ...details, metadata: metadata.default({}) }),
    status: 201,
    answer: invoiceSchema,
    async handle({ body, operationId }) {
      const { customer, billedIn } = await findBilled(body);
      const id = newId('invoice', operationId);
      const now = nowOf(customer);
      const { lines, include_pending_items: withPending = lines.length === 0, ...written } = body;
      await inTransaction(pool, async (tx) => {
        const added = await insertManualInvoice(tx, {
          ...{ id, now, customerId: customer.id, testClockId: customer.test_clock_id, currency: billedIn },
          details: written,
        });
        if (!added) return;
        await fixBilledCurrency(tx, customer.id, billedIn);
        const items = lines.map((line) =>
          toNewItem(line, {
            id: newId('invoice_item'),
            ...{
              customerId: customer.id,
              subscriptionId: null,
              currency: billedIn,
              createdAt: now,
              waits: false,
            },
          }),
        );
        const invoice = { id, customerId: customer.id, currency: billedIn };
        await fillManualInvoice(tx, invoice, items, withPending);
      });
      await operateInvoice(to, id, body.auto_advance === false ? 'estimate' : 'finalize', operationId);
      return toInvoice(await find(id));
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/invoices/preview',
    summary: 'What an invoice would come to, with its discounts, taxes and credit. Nothing is changed.',
    scope: 'read',
    body: z.strictObject(invoiceFields),
    answer: invoiceSchema,
    async handle({ body, operationId }) {
      const { customer, billedIn } = await findBilled(body);
      const id = newId('invoice', operationId);
      const request: InvoicePreview = {
        customerId: customer.id,
        currency: billedIn,
        includesWaiting: body.include_pending_items ?? body.lines.length === 0,
        items: body.lines.map((line) => ({
          description: line.description,
          amount: line.amount === undefined ? null : String(line.amount),
          quantity: line.quantity ?? (line.unit_amount === undefined ? null : '1'),
          unitAmount: line.unit_amount ?? null,
          period: line.period ?? null,
          taxable: line.taxable,
          discountable: line.discountable,
          taxRates: line.tax_rates ?? null,
        })),
      };
      const preview = await runWorkflow<InvoicePreview, PreviewedInvoice>(
        to,
        workflowTypes.previewInvoice,
        invoiceWorkflowId(id, operationId),
        request,
      );
      return toPreviewed(preview);
    },
  });
  addRoute(to, {
    method: 'patch',
    path: '/v1/invoices/{id}',
    summary:
      'Change what stands on a draft, or whether it advances by itself: one that does again becomes final at once. Of a final one only the metadata.',
    scope: 'write',
    params,
    body: z.strictObject({
      ...details,
      collection_method: details.collection_method.nullable(),
      days_until_due: details.days_until_due.nullable(),
      metadata: metadata.optional(),
    }),
    answer: invoiceSchema,
    async handle({ params: { id }, body, operationId }) {
      const row = await find(id);
      const { metadata: entries, ...written } = body;
      const customer = await findNamed<CustomerRow>(pool, selectCustomers, 'customer', row.customer_id, 'id');
      if (Object.values(written).some((value) => value !== undefined)) refuseWhileAdvancing(customer);
      const changed = await updateInvoice(pool, row.id, { ...written, metadata: entries }, nowOf(customer));
      if (!changed) throw isFinal(await find(id));
      if (written.auto_advance === true && !row.auto_advance) {
        await operateInvoice(to, row.id, 'finalize', operationId);
      }
      return toInvoice(await find(id));
    },
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/invoices/{id}',
    summary: 'Delete a draft that somebody made; it had no number. Items that waited before it wait again.',
    scope: 'write',
    params,
    answer: z.object({ id: z.string(), object: z.literal('invoice'), deleted: z.literal(true) }),
    async handle({ params: { id } }) {
      const row = await find(id);
      await refuseWhileCustomerAdvances(to, row.customer_id);
      if (!(await inTransaction(pool, (tx) => deleteManualDraft(tx, row.id)))) {
        throw new BillingError(
          409,
          'invoice_not_deletable',
          'Only a draft that was made by hand can be deleted. Void an open invoice, or write a credit note.',
        );
      }
      return { id: row.id, object: 'invoice' as const, deleted: true as const };
    },
  });
  const operations = [
    ['finalize', 'Make a draft final: it gets its number, and is collected where it advances by itself.'],
    ['send', 'Note that an invoice was sent; a draft becomes final first.'],
  ] as const;
  addRoute(to, {
    method: 'post',
    path: '/v1/invoices/{id}/pay',
    summary:
      'Try to collect an open invoice now, whatever was planned; where it fails, last_payment_error of the answer says why.',
    scope: 'write',
    params,
    body: z
      .strictObject({
        /** Of the invoice's customer; used for this attempt alone. Left out: the default, then the backups. */
        payment_method: idOf('payment_method').optional(),
      })
      .optional(),
    answer: invoiceSchema,
    async handle({ params: { id }, body, operationId }) {
      const row = await find(id);
      await refuseWhileCustomerAdvances(to, row.customer_id);
      await payInvoice(to, row.id, body?.payment_method ?? null, 'api', operationId);
      return toInvoice(await find(id));
    },
  });
  for (const [operation, summary] of operations) {
    addRoute(to, {
      method: 'post',
      path: `/v1/invoices/{id}/${operation}`,
      summary,
      scope: 'write',
      params,
      answer: invoiceSchema,
      async handle({ params: { id }, operationId }) {
        const row = await find(id);
        await refuseWhileCustomerAdvances(to, row.customer_id);
        await operateInvoice(to, row.id, operation, operationId);
        return toInvoice(await find(id));
      },
    });
  }
}

function isFinal({ id, status }: InvoiceRow): BillingError {
  return new BillingError(
    409,
    'invoice_final',
    `Invoice ${id} is ${status}: only its metadata can change. Correct it by a credit note.`,
  );
}
