/** What customers are entitled to, and checks of it: answered from memory where it is known (src/entitlements). */
import { z } from 'zod';
import { checkEntitlement, parseQuantity } from '../../domain/entitlements/check.ts';
import type { EntitlementSnapshot } from '../../domain/entitlements/snapshot.ts';
import { notFound } from '../../domain/errors.ts';
import { one, type Decimal } from '../../domain/quantity.ts';
import { selectCustomers, type CustomerRow } from '../../store/customers.ts';
import { entitlementFields, toEntitlement } from '../entitlementResource.ts';
import { code, time, toTime } from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

const entitlements = z.object({
  object: z.literal('entitlements'),
  customer: z.string(),
  /** By the customer's clock. */
  at: time,
  /** `grace`: a live subscription is past due, and still gives what it has. */
  standing: z.enum(['subscription', 'grace', 'fallback', 'none']),
  data: z.array(z.object({ feature: z.string(), ...entitlementFields })),
});

const quantity = z
  .union([z.int().min(0), z.string().max(50)])
  .transform((given, context): Decimal => {
    const value = parseQuantity(String(given));
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: 'give a quantity of 0 or more, such as 5 or "2.5"' });
    return z.NEVER;
  })
  .openapi({ type: 'string' });

const checkRequest = z.strictObject({
  /** Its id, or its external id. */
  customer: z.string().min(1).max(255),
  feature: code,
  /** How much more is wanted; 0 asks whether what is used is within its limits. */
  quantity: quantity.optional(),
});
type CheckRequest = z.output<typeof checkRequest>;

const check = z.object({
  object: z.literal('entitlement_check'),
  customer: z.string(),
  feature: z.string(),
  allowed: z.boolean(),
  reason: z.string(),
  ...entitlementFields,
});

const maximumChecks = 1_000;

export function addEntitlementRoutes(to: Registrar): void {
  addRoute(to, {
    method: 'get',
    path: '/v1/customers/{id}/entitlements',
    summary:
      'What a customer is entitled to now, by its clock: of its subscriptions, of the fallback plan, and by overrides; and how much of it is used.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    answer: entitlements,
    async handle({ params: { id } }) {
      const customer = await findOne<CustomerRow>(to.pool, selectCustomers, 'customer', id);
      const snapshot = (await to.entitlements.of([customer.id])).get(customer.id);
      if (!snapshot) throw notFound('customer', id);
      return toResource(snapshot);
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/entitlements/check',
    summary:
      'Whether a customer may use a feature, or so much more of it, and why. It changes nothing. What nothing gives is not allowed.',
    scope: 'read',
    body: checkRequest,
    answer: check,
    async handle({ body }) {
      const snapshot = (await to.entitlements.named([body.customer])).get(body.customer);
      if (!snapshot) throw notFound('customer', body.customer, 'customer');
      return toCheck(snapshot, body);
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/entitlements/check_bulk',
    summary: 'Up to 1,000 checks at once, answered in order; one of an unknown customer is not allowed.',
    scope: 'read',
    body: z.strictObject({ checks: z.array(checkRequest).min(1).max(maximumChecks) }),
    answer: z.object({ object: z.literal('list'), data: z.array(check) }),
    async handle({ body: { checks } }) {
      const snapshots = await to.entitlements.named(checks.map(({ customer }) => customer));
      return {
        object: 'list' as const,
        data: checks.map((asked) => {
          const snapshot = snapshots.get(asked.customer);
          return snapshot ? toCheck(snapshot, asked) : unknownCustomer(asked);
        }),
      };
    },
  });
}

function toCheck(
  snapshot: EntitlementSnapshot,
  { feature, quantity: wanted = one }: CheckRequest,
): z.input<typeof check> {
  const { allowed, reason, entitlement } = checkEntitlement(snapshot, feature, wanted);
  return {
    object: 'entitlement_check',
    customer: snapshot.customerId,
    feature,
    allowed,
    reason,
    ...(entitlement && toEntitlement(entitlement)),
  };
}

function unknownCustomer({ customer, feature }: CheckRequest): z.input<typeof check> {
  return { object: 'entitlement_check', customer, feature, allowed: false, reason: 'customer_unknown' };
}

function toResource(snapshot: EntitlementSnapshot): z.input<typeof entitlements> {
  return {
    object: 'entitlements',
    customer: snapshot.customerId,
    at: toTime(snapshot.at),
    standing: snapshot.standing,
    data: [...snapshot.entitlements].map(([feature, entitlement]) => ({
      feature,
      ...toEntitlement(entitlement),
    })),
  };
}
