/** /v1/customers/{id}/coupons: coupons that a customer has redeemed, for all that it is billed or for one subscription. */
import { z } from 'zod';
import { notFound } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { endDiscount, redeemCoupon, selectDiscounts, type DiscountRow } from '../../store/coupons.ts';
import { selectCustomers, type CustomerRow } from '../../store/customers.ts';
import { inTransaction } from '../../store/database.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectSubscriptions, type SubscriptionRow } from '../../store/reads/subscriptions.ts';
import {
  idOf,
  listOf,
  optionalTime,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  time,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { findNamedCoupon } from '../coupon.ts';
import { nowOf, refuseWhileAdvancing } from '../customerClock.ts';
import { findNamed, findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

const discount = z.object({
  ...resourceFields,
  object: z.literal('discount'),
  coupon: z.string(),
  code: z.string(),
  customer: z.string(),
  subscription: z.string().nullable(),
  /** It takes from invoices that begin from then on, and before its end. */
  starts_at: time,
  ends_at: optionalTime,
  times_used: z.number(),
  /** Whether it may still take from an invoice. */
  active: z.boolean(),
});

export function addDiscountRoutes(to: Registrar): void {
  const { pool } = to;
  const findCustomer = (id: string) => findOne<CustomerRow>(pool, selectCustomers, 'customer', id);
  const find = (id: string) => findOne<DiscountRow>(pool, selectDiscounts, 'discount', id);

  addRoute(to, {
    method: 'post',
    path: '/v1/customers/{id}/coupons',
    summary: 'Redeem a coupon, by its id or code: it takes from the invoices that begin from now on.',
    scope: 'write',
    params: z.object({ id: z.string() }),
    body: z.strictObject({ coupon: text(100), subscription: idOf('subscription').optional() }),
    status: 201,
    answer: discount,
    async handle({ params, body, operationId }) {
      const customer = await findCustomer(params.id);
      refuseWhileAdvancing(customer);
      const coupon = await findNamedCoupon(pool, body.coupon);
      if (body.subscription !== undefined) {
        const row = await findNamed<SubscriptionRow>(
          pool,
          selectSubscriptions,
          'subscription',
          body.subscription,
          'subscription',
        );
        if (row.customer_id !== customer.id)
          throw notFound('subscription', body.subscription, 'subscription');
      }
      const id = newId('discount', operationId);
      const now = nowOf(customer);
      await inTransaction(pool, (tx) =>
        redeemCoupon(tx, {
          id,
          couponId: coupon.id,
          customerId: customer.id,
          subscriptionId: body.subscription ?? null,
          startsAt: now,
          now,
        }),
      );
      return toResource(await find(id), now);
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/customers/{id}/coupons',
    summary: 'List the coupons that a customer has redeemed.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    query: z.strictObject(pageQuery),
    answer: listOf(discount),
    async handle({ params, query }) {
      const customer = await findCustomer(params.id);
      return toList(
        await readPage<DiscountRow>(pool, selectDiscounts, [['customer_id', customer.id]], pageOf(query)),
        (row) => toResource(row, nowOf(customer)),
      );
    },
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/customers/{id}/coupons/{discount}',
    summary: 'End a redeemed coupon: it takes from no invoice that begins from now on.',
    scope: 'write',
    params: z.object({ id: z.string(), discount: z.string() }),
    answer: discount,
    async handle({ params }) {
      const customer = await findCustomer(params.id);
      const row = await find(params.discount);
      if (row.customer_id !== customer.id) throw notFound('discount', params.discount);
      refuseWhileAdvancing(customer);
      await endDiscount(pool, row.id, nowOf(customer));
      return toResource(await find(row.id), nowOf(customer));
    },
  });
}

function toResource(row: DiscountRow, now: Instant) {
  return {
    id: row.id,
    object: 'discount' as const,
    coupon: row.coupon_id,
    code: row.code,
    customer: row.customer_id,
    subscription: row.subscription_id,
    starts_at: toTime(row.starts_at),
    ends_at: toOptionalTime(row.ends_at),
    times_used: row.times_used,
    active: !row.exhausted && (row.ends_at === null || row.ends_at > now),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: {},
  };
}
