/** /v1/payments: the attempts to collect. */
import { z } from 'zod';
import { readPage } from '../../store/reads/page.ts';
import { selectPayments, type PaymentRow } from '../../store/reads/payments.ts';
import {
  idOf,
  integer,
  listOf,
  optionalTime,
  pageOf,
  pageQuery,
  resourceFields,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { findOne } from '../find.ts';
import { shownRefund, toShownRefund } from '../refundResource.ts';
import { addRoute, type Registrar } from '../route.ts';

const status = z.enum(['pending', 'succeeded', 'failed', 'requires_action']);
const payment = z.object({
  ...resourceFields,
  object: z.literal('payment'),
  status,
  invoice: z.string(),
  customer: z.string(),
  payment_method: z.string(),
  amount: integer,
  currency: z.string(),
  failure_code: z.string().nullable(),
  decline: z.enum(['soft', 'hard', 'requires_action']).nullable(),
  completed_at: optionalTime,
  /** What refunds have given back, or are about to. */
  amount_refunded: integer,
  refunds: z.array(shownRefund),
});

export function addPaymentRoutes(to: Registrar): void {
  const { pool } = to;
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
    amount: row.amount,
    currency: row.currency,
    failure_code: row.failure_code,
    decline: row.decline,
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
