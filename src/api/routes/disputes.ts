/** /v1/disputes: payments that a customer's bank has taken back, as the provider tells. */
import { z } from 'zod';
import { selectDisputes, type DisputeRow } from '../../store/reads/disputes.ts';
import { readPage } from '../../store/reads/page.ts';
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
import { addRoute, type Registrar } from '../route.ts';

const status = z.enum(['open', 'won', 'lost']);
const dispute = z.object({
  ...resourceFields,
  object: z.literal('dispute'),
  status,
  payment: z.string(),
  invoice: z.string(),
  customer: z.string(),
  amount: integer,
  currency: z.string(),
  reason: z.string(),
  completed_at: optionalTime,
});

export function addDisputeRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'get',
    path: '/v1/disputes',
    summary: 'List disputes.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      payment: idOf('payment').optional(),
      status: status.optional(),
    }),
    answer: listOf(dispute),
    handle: async ({ query }) =>
      toList(
        await readPage<DisputeRow>(
          pool,
          selectDisputes,
          [
            ['customer_id', query.customer],
            ['payment_id', query.payment],
            ['status', query.status],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/disputes/{id}',
    summary: 'Get a dispute.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: dispute,
    handle: async ({ params: { id } }) =>
      toResource(await findOne<DisputeRow>(pool, selectDisputes, 'dispute', id)),
  });
}

function toResource(row: DisputeRow) {
  return {
    id: row.id,
    object: 'dispute' as const,
    status: row.status,
    payment: row.payment_id,
    invoice: row.invoice_id,
    customer: row.customer_id,
    amount: row.amount,
    currency: row.currency,
    reason: row.reason,
    completed_at: toOptionalTime(row.completed_at),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}
