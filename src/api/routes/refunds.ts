/** /v1/refunds and /v1/payments/{id}/refund: what was paid goes back the way it came. */
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import { amount as toAmount } from '../../domain/money.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectPayments, type PaymentRow } from '../../store/reads/payments.ts';
import { selectRefunds, type RefundRow } from '../../store/reads/refunds.ts';
import { settleRefundWorkflowId, type SettleRefund } from '../../workflows/contract/creditNote.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { issueCreditNote } from '../creditNoteWorkflow.ts';
import { refuseWhileCustomerAdvances } from '../customerClock.ts';
import { idOf, listOf, metadata, pageOf, pageQuery, text, toList } from '../fields.ts';
import { findOne } from '../find.ts';
import { reason, refundSchema, toRefund } from '../refundResource.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';

export function addRefundRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<RefundRow>(pool, selectRefunds, 'refund', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/payments/{id}/refund',
    summary:
      'Refund a payment, or a part of it. A credit note over the lines of its invoice, in proportion, goes with it, so that tax and ledger follow.',
    scope: 'write',
    params: z.object({ id: z.string() }),
    body: z.strictObject({
      /** Left out: all that is left of it. */
      amount: z.int().min(1).optional(),
      reason,
      memo: text(1000).optional(),
      metadata: metadata.optional(),
    }),
    status: 201,
    answer: refundSchema,
    async handle({ params, body, operationId }) {
      const payment = await findOne<PaymentRow>(pool, selectPayments, 'payment', params.id);
      if (payment.status !== 'succeeded') {
        throw new BillingError(
          409,
          'payment_not_succeeded',
          `The payment is ${payment.status}: only one that succeeded can be refunded.`,
        );
      }
      await refuseWhileCustomerAdvances(to, payment.customer_id);
      const creditNoteId = newId('credit_note', operationId);
      await issueCreditNote(to, {
        creditNoteId,
        invoiceId: payment.invoice_id,
        request: {
          kind: 'payment',
          payment: payment.id,
          amount: body.amount === undefined ? null : toAmount(body.amount),
        },
        reason: body.reason,
        memo: body.memo ?? null,
        metadata: body.metadata ?? {},
      });
      const { rows } = await readPage<RefundRow>(pool, selectRefunds, [['credit_note_id', creditNoteId]], {
        limit: 1,
      });
      const [refund] = rows;
      if (!refund) throw new Error(`credit note ${creditNoteId} has no refund`);
      return toRefund(refund);
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/refunds/{id}/settle',
    summary:
      'Settle a refund that its provider will not make, since the payment was given back there by hand: as made by that refund, which is checked, or as failed, so that its amount becomes balance.',
    scope: 'admin',
    params: z.object({ id: z.string() }),
    body: z.strictObject({
      outcome: z.enum(['succeeded', 'failed']),
      /** What the provider calls the refund that was made by hand; of `succeeded` alone. */
      reference: text(200).optional(),
    }),
    answer: refundSchema,
    async handle({ params, body, operationId }) {
      const refund = await find(params.id);
      await refuseWhileCustomerAdvances(to, refund.customer_id);
      const { outcome, reference = null } = body;
      if ((outcome === 'succeeded') !== (reference !== null)) {
        throw new BillingError(
          400,
          'reference_invalid',
          'Give the reference of the refund that was made by hand where the outcome is succeeded, and only there.',
          'reference',
        );
      }
      const request: SettleRefund = { refundId: refund.id, reference };
      await runWorkflow(to, workflowTypes.settleRefund, settleRefundWorkflowId(operationId), request);
      return toRefund(await find(params.id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/refunds',
    summary: 'List refunds.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      payment: idOf('payment').optional(),
      credit_note: idOf('credit_note').optional(),
    }),
    answer: listOf(refundSchema),
    handle: async ({ query }) =>
      toList(
        await readPage<RefundRow>(
          pool,
          selectRefunds,
          [
            ['customer_id', query.customer],
            ['payment_id', query.payment],
            ['credit_note_id', query.credit_note],
          ],
          pageOf(query),
        ),
        toRefund,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/refunds/{id}',
    summary: 'Get a refund.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: refundSchema,
    handle: async ({ params: { id } }) => toRefund(await find(id)),
  });
}
