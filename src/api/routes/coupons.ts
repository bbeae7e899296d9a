/** /v1/coupons: what may be taken off invoices. */
import { z } from 'zod';
import { insertCoupon, selectCoupons, updateCoupon, type CouponRow } from '../../store/coupons.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  amount,
  code,
  currency,
  instant,
  integer,
  listOf,
  metadata,
  optionalTime,
  pageOf,
  pageQuery,
  percentage,
  resourceFields,
  text,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { findOne } from '../find.ts';
import { checkLineScope, lineScope, lineScopeAnswer, toLineScope } from '../lineScope.ts';
import { addRoute, type Registrar } from '../route.ts';
import { uniquely } from '../unique.ts';

const durations = ['once', 'repeating', 'forever'] as const;
const coupon = z.object({
  ...resourceFields,
  object: z.literal('coupon'),
  code: z.string(),
  name: z.string().nullable(),
  percent_off: z.string().nullable(),
  amount_off: integer.nullable(),
  currency: z.string().nullable(),
  duration: z.enum(durations),
  duration_periods: z.number().nullable(),
  max_redemptions: z.number().nullable(),
  times_redeemed: z.number(),
  expires_at: optionalTime,
  applies_to: lineScopeAnswer,
});
const params = z.object({ id: z.string() });

const couponBody = z
  .strictObject({
    code,
    name: text(100).optional(),
    percent_off: percentage.optional(),
    amount_off: amount.optional(),
    currency: currency.optional(),
    duration: z.enum(durations),
    /** Of one that repeats: how many periods' invoices it takes from. */
    duration_periods: z.int().min(1).max(1200).optional(),
    max_redemptions: z.int().min(1).max(1_000_000_000).optional(),
    expires_at: instant.optional(),
    applies_to: lineScope.optional(),
    metadata: metadata.default({}),
  })
  .superRefine((body, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((body.percent_off === undefined) === (body.amount_off === undefined)) {
      refuse('percent_off', 'give percent_off, or amount_off with its currency');
    }
    if (body.percent_off !== undefined && !/[1-9]/.test(body.percent_off))
      refuse('percent_off', 'give more than 0');
    if ((body.amount_off === undefined) !== (body.currency === undefined)) {
      refuse('currency', 'give a currency with amount_off, and with that only');
    }
    if ((body.duration === 'repeating') !== (body.duration_periods !== undefined)) {
      refuse('duration_periods', 'give duration_periods where the duration is repeating, and there only');
    }
  });

export function addCouponRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<CouponRow>(pool, selectCoupons, 'coupon', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/coupons',
    summary: 'Create a coupon: a percentage or an amount, once, for some periods or for ever.',
    scope: 'write',
    body: couponBody,
    status: 201,
    answer: coupon,
    async handle({ body, operationId }) {
      const id = newId('coupon', operationId);
      await checkLineScope(pool, body.applies_to);
      await uniquely('coupons_code_key', 'code', () =>
        insertCoupon(pool, {
          id,
          code: body.code,
          name: body.name ?? null,
          percentOff: body.percent_off ?? null,
          amountOff: body.amount_off ?? null,
          currency: body.currency ?? null,
          duration: body.duration,
          durationPeriods: body.duration_periods ?? null,
          maxRedemptions: body.max_redemptions ?? null,
          expiresAt: body.expires_at ?? null,
          appliesTo: body.applies_to ?? {},
          metadata: body.metadata,
        }),
      );
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/coupons',
    summary: 'List coupons.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, code: code.optional() }),
    answer: listOf(coupon),
    handle: async ({ query }) =>
      toList(
        await readPage<CouponRow>(pool, selectCoupons, [['code', query.code]], pageOf(query)),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/coupons/{id}',
    summary: 'Get a coupon.',
    scope: 'read',
    params,
    answer: coupon,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'patch',
    path: '/v1/coupons/{id}',
    summary: 'Rename a coupon, or end its redemption. What it takes never changes.',
    scope: 'write',
    params,
    body: z.strictObject({
      name: text(100).nullable().optional(),
      expires_at: instant.nullable().optional(),
      metadata: metadata.optional(),
    }),
    answer: coupon,
    async handle({ params: { id }, body }) {
      const { expires_at: expiresAt, ...rest } = body;
      await updateCoupon(pool, (await find(id)).id, { ...rest, expiresAt });
      return toResource(await find(id));
    },
  });
}

function toResource(row: CouponRow) {
  return {
    id: row.id,
    object: 'coupon' as const,
    code: row.code,
    name: row.name,
    percent_off: row.percent_off,
    amount_off: row.amount_off,
    currency: row.currency,
    duration: row.duration,
    duration_periods: row.duration_periods,
    max_redemptions: row.max_redemptions,
    times_redeemed: row.times_redeemed,
    expires_at: toOptionalTime(row.expires_at),
    applies_to: toLineScope(row.applies_to),
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
