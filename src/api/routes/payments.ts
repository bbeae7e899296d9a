/** /v1/payments: the attempts to collect, and money that came by itself. */
import { z } from 'zod';
import { providerNames } from '../../domain/paymentProvider.ts';
import { newId } from '../../store/newId.ts';
import { selectInvoices, type InvoiceRow } from '../../store/reads/invoices.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectPayments, type PaymentRow } from '../../store/reads/payments.ts';
import {
  offlinePaymentWorkflowId,
  type RecordOfflinePayment,
} from '../../workflows/contract/offlinePayment.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { refuseWhileCustomerAdvances } from '../customerClock.ts';
import {
  idOf,
  instant,
  integer,
  listOf,
  metadata,
  optionalTime,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { findNamed, findOne } from '../find.ts';
import { shownRefund, toShownRefund } from '../refundResource.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';

const status = z.enum(['pending', 'requires_action', 'succeeded', 'failed', 'canceled']);
const source = z.enum(['automatic', 'api', 'pay_page', 'offline']);
const payment = z.object({
  ...resourceFields,
  object: z.literal('payment'),
  status,
  invoice: z.string(),
  customer: z.string(),
  /** Null where the money came by itself. */
  payment_method: z.string().nullable(),
  provider: z.enum([...providerNames, 'offline']),
  /** Who asked for it: billing or a retry, a request, the customer on its page; or it came by itself. */
  source,
  amount: integer,
  currency: z.string(),
  failure_code: z.string().nullable(),
  decline: z.enum(['soft', 'hard', 'requires_action']).nullable(),
  /** Of money that came by itself: what the transfer says, and when it came. */
  reference: z.string().nullable(),
  received_at: optionalTime,
  /** What went beyond the invoice, to the customer's balance. */
  amount_unapplied: integer,
  completed_at: optionalTime,
  /** What refunds have given back, or are about to. */
  amount_refunded: integer,
  refunds: z.array(shownRefund),
});

export function addPaymentRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'post',
    path: '/v1/payments',
    summary:
      'Record money that came by itself: a transfer, a cheque, cash. What goes beyond the invoice becomes balance of its customer.',
    scope: 'write',
    body: z.strictObject({
      invoice: idOf('invoice'),
      /** In the invoice's currency. */
      amount: z.int().min(1),
      /** What the transfer says, or a cheque's number. */
      reference: text(200),
      /** Left out: now. In the books it counts from when it is recorded. */
      received_at: instant.optional(),
      metadata: metadata.optional(),
    }),
    status: 201,
    answer: payment,
    async handle({ body, operationId }) {
      const invoice = await findNamed<InvoiceRow>(pool, selectInvoices, 'invoice', body.invoice, 'invoice');
      await refuseWhileCustomerAdvances(to, invoice.customer_id);
      const paymentId = newId('payment', operationId);
      const request: RecordOfflinePayment = {
        paymentId,
        invoiceId: invoice.id,
        amount: String(body.amount),
        reference: body.reference,
        receivedAt: body.received_at ?? null,
        metadata: body.metadata ?? {},
      };
      await runWorkflow(to, workflowTypes.recordOfflinePayment, offlinePaymentWorkflowId(paymentId), request);
      return toResource(await findOne<PaymentRow>(pool, selectPayments, 'payment', paymentId));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/payments',
    summary: 'List payments.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      invoice: idOf('invoice').optional(),
      status: status.optional(),
      source: source.optional(),
    }),
    answer: listOf(payment),
    handle: async ({ query }) =>
      toList(
        await readPage<PaymentRow>(
          pool,
          selectPayments,
          [
            ['customer_id', query.customer],
            ['invoice_id', query.invoice],
            ['status', query.status],
            ['source', query.source],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/payments/{id}',
    summary: 'Get a payment.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: payment,
    handle: async ({ params: { id } }) =>
      toResource(await findOne<PaymentRow>(pool, selectPayments, 'payment', id)),
  });
}

function toResource(row: PaymentRow) {
  return {
    id: row.id,
    object: 'payment' as const,
    status: row.status,
    invoice: row.invoice_id,
    customer: row.customer_id,
    payment_method: row.payment_method_id,
    provider: row.provider,
    source: row.source,
    amount: row.amount,
    currency: row.currency,
    failure_code: row.failure_code,
    decline: row.decline,
    reference: row.external_reference,
    received_at: toOptionalTime(row.received_at),
    amount_unapplied: row.amount_unapplied,
    completed_at: toOptionalTime(row.completed_at),
    amount_refunded: row.refunds.reduce(
      (sum, refund) => (refund.status === 'failed' ? sum : sum + BigInt(refund.amount)),
      0n,
    ),
    refunds: row.refunds.map(toShownRefund),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}
