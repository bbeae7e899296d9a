/** /v1/invoice_items: single items, for a customer's next invoice or for a draft. */
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import type { CustomerRow } from '../../store/customers.ts';
import { inTransaction } from '../../store/database.ts';
import {
  deleteItem,
  insertItems,
  placeItems,
  selectInvoiceItems,
  type InvoiceItemRow,
} from '../../store/invoiceItems.ts';
import { lockInvoice, spanPeriod } from '../../store/manualInvoices.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectSubscriptions, type SubscriptionRow } from '../../store/reads/subscriptions.ts';
import { currencyOf, fixBilledCurrency } from '../billedCurrency.ts';
import { refuseMissingTaxRates } from '../billingFields.ts';
import { findNamedCustomer, nowOf, refuseWhileCustomerAdvances } from '../customerClock.ts';
import {
  currency,
  idOf,
  integer,
  listOf,
  metadata,
  pageOf,
  pageQuery,
  resourceFields,
  time,
  toList,
  toTime,
} from '../fields.ts';
import { findNamed, findOne } from '../find.ts';
import { itemFields, refineItem, toNewItem } from '../invoiceItem.ts';
import { operateInvoice } from '../invoiceOperation.ts';
import { addRoute, type Registrar } from '../route.ts';

const invoiceItem = z.object({
  ...resourceFields,
  object: z.literal('invoice_item'),
  customer: z.string(),
  subscription: z.string().nullable(),
  /** That it is on; null: it waits for the next one. */
  invoice: z.string().nullable(),
  currency: z.string(),
  description: z.string(),
  quantity: z.string(),
  unit_amount: z.string().nullable(),
  amount: integer,
  /** Null: it is earned at once. */
  period: z.object({ start: time, end: time }).nullable(),
  taxable: z.boolean(),
  discountable: z.boolean(),
  tax_rates: z.array(z.string()).nullable(),
});
const params = z.object({ id: z.string() });

export function addInvoiceItemRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<InvoiceItemRow>(pool, selectInvoiceItems, 'invoice item', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/invoice_items',
    summary:
      "Add an item to a customer's next invoice, to that of one of its subscriptions, or to a draft. Below zero it is a reduction.",
    scope: 'write',
    body: z
      .strictObject({
        customer: idOf('customer'),
        subscription: idOf('subscription').optional(),
        invoice: idOf('invoice').optional(),
        currency: currency.optional(),
        ...itemFields,
        metadata: metadata.default({}),
      })
      .superRefine(refineItem),
    status: 201,
    answer: invoiceItem,
    async handle({ body, operationId }) {
      const customer = await findNamedCustomer(pool, body.customer);
      await refuseMissingTaxRates(pool, body.tax_rates);
      if (body.subscription !== undefined) await refuseSubscription(body.subscription, customer);
      const billedIn = currencyOf(customer, body.currency);
      const id = newId('invoice_item', operationId);
      const { invoice } = body;
      await inTransaction(pool, async (tx) => {
        const draft = invoice === undefined ? undefined : await lockInvoice(tx, invoice);
        if (invoice !== undefined && draft?.customer_id !== customer.id) throw noSuchInvoice(invoice);
        if (draft && draft.status !== 'draft') throw isFinal(draft.id);
        await fixBilledCurrency(tx, customer.id, billedIn);
        const item = toNewItem(body, {
          id,
          customerId: customer.id,
          subscriptionId: body.subscription ?? null,
          currency: billedIn,
          waits: invoice === undefined,
          createdAt: nowOf(customer),
        });
        await insertItems(tx, [item]);
        if (!draft) return;
        if (draft.currency !== billedIn) throw otherCurrency(draft.currency);
        const target = { ...item, invoiceId: draft.id };
        await placeItems(tx, [target], [id]);
        await spanPeriod(tx, draft.id);
      });
      if (invoice !== undefined) await operateInvoice(to, invoice, 'estimate', operationId);
      return toResource(await find(id));
    },
  });

  async function refuseSubscription(id: string, customer: CustomerRow): Promise<void> {
    const row = await findNamed<SubscriptionRow>(
      pool,
      selectSubscriptions,
      'subscription',
      id,
      'subscription',
    );
    if (row.customer_id === customer.id && row.status !== 'canceled') return;
    throw new BillingError(
      422,
      'subscription_not_billed',
      `Subscription ${id} has no next invoice of that customer: it has ended, or is another's. Leave it out to add the item to any invoice.`,
      'subscription',
    );
  }

  addRoute(to, {
    method: 'get',
    path: '/v1/invoice_items',
    summary: 'List invoice items.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      invoice: idOf('invoice').optional(),
      pending: z.enum(['true', 'false']).optional(),
    }),
    answer: listOf(invoiceItem),
    handle: async ({ query }) =>
      toList(
        await readPage<InvoiceItemRow>(
          pool,
          selectInvoiceItems,
          [
            ['customer_id', query.customer],
            ['invoice_id', query.invoice],
            [(pending) => `(t.invoice_id IS NULL) = ${pending}::boolean`, query.pending],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/invoice_items/{id}',
    summary: 'Get an invoice item.',
    scope: 'read',
    params,
    answer: invoiceItem,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/invoice_items/{id}',
    summary: 'Remove an item that waits, or is on a draft.',
    scope: 'write',
    params,
    answer: z.object({ id: z.string(), object: z.literal('invoice_item'), deleted: z.literal(true) }),
    async handle({ params: { id }, operationId }) {
      const row = await find(id);
      await refuseWhileCustomerAdvances(to, row.customer_id);
      if (!(await inTransaction(pool, (tx) => deleteItem(tx, row.id)))) throw isFinal(row.invoice_id ?? '');
      if (row.invoice_id) await operateInvoice(to, row.invoice_id, 'estimate', operationId);
      return { id: row.id, object: 'invoice_item' as const, deleted: true as const };
    },
  });
}

function noSuchInvoice(id: string): BillingError {
  return new BillingError(
    400,
    'invoice_missing',
    `The customer has no invoice ${id}. Check the id.`,
    'invoice',
  );
}

function isFinal(id: string): BillingError {
  return new BillingError(
    409,
    'invoice_final',
    `Invoice ${id} is final and gains and loses no lines. Add the item to the next invoice, or write a credit note.`,
  );
}

function otherCurrency(ofDraft: string): BillingError {
  return new BillingError(422, 'currency_mismatch', `The invoice is in ${ofDraft}.`, 'currency');
}

function toResource(row: InvoiceItemRow) {
  return {
    id: row.id,
    object: 'invoice_item' as const,
    customer: row.customer_id,
    subscription: row.subscription_id,
    invoice: row.invoice_id,
    currency: row.currency,
    description: row.description,
    quantity: row.quantity,
    unit_amount: row.unit_amount,
    amount: row.amount,
    period: row.earned_at_once ? null : { start: toTime(row.period_start), end: toTime(row.period_end) },
    taxable: row.taxable,
    discountable: row.discountable,
    tax_rates: row.tax_rates && [...row.tax_rates],
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}
