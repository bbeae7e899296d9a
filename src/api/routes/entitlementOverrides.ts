/** /v1/entitlement_overrides: what one customer has of a feature whatever its plans give. Never edited: replaced, or ended. */
import { z } from 'zod';
import { defineGrant, grantFields } from '../../catalog/entitlement.ts';
import { BillingError } from '../../domain/errors.ts';
import { selectCustomers, type CustomerRow } from '../../store/customers.ts';
import { inTransaction } from '../../store/database.ts';
import { loadFeatures } from '../../store/entitlements/features.ts';
import {
  endOverride,
  insertOverride,
  selectOverrides,
  type OverrideRow,
} from '../../store/entitlements/overrides.ts';
import { newId } from '../../store/newId.ts';
import { readOne, readPage } from '../../store/reads/page.ts';
import { findNamedCustomer, nowOf, refuseWhileAdvancing } from '../customerClock.ts';
import {
  code,
  idOf,
  instant,
  listOf,
  metadata,
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
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

const override = z.object({
  ...resourceFields,
  object: z.literal('entitlement_override'),
  customer: z.string(),
  feature: z.string(),
  ...grantFields,
  reason: z.string(),
  starts_at: time,
  /** When it is meant to end; null: when it is ended. */
  ends_at: optionalTime,
  /** When it was ended or replaced before that. */
  ended_at: optionalTime,
});
const params = z.object({ id: z.string() });

export function addEntitlementOverrideRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<OverrideRow>(pool, selectOverrides, 'entitlement override', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/entitlement_overrides',
    summary:
      "Give a customer something else of a feature than its plans do, from now on by the customer's clock, up to `ends_at`. It replaces the one that there is.",
    scope: 'write',
    body: z.strictObject({
      customer: idOf('customer'),
      feature: code,
      ...grantFields,
      reason: text(500).optional(),
      ends_at: instant.nullable().optional(),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: override,
    async handle({ body: { customer: named, feature: featureCode, ...body }, operationId }) {
      const id = newId('entitlement_override', operationId);
      const known = await readOne<OverrideRow>(pool, selectOverrides, id);
      if (known) return toResource(known); // the request is run again
      const customer = await findNamedCustomer(pool, named);
      const feature = (await loadFeatures(pool, [featureCode])).get(featureCode);
      if (!feature) {
        throw new BillingError(
          400,
          'feature_missing',
          `There is no feature ${featureCode}. Check its code, or create it first.`,
          'feature',
        );
      }
      const { reason = '', ends_at: endsAt = null, metadata: entries, ...grant } = body;
      const startsAt = nowOf(customer);
      if (endsAt !== null && endsAt <= startsAt) {
        throw new BillingError(
          400,
          'instant_in_the_past',
          'That instant has passed. Give a later one, or leave it out.',
          'ends_at',
        );
      }
      const added = {
        id,
        customerId: customer.id,
        feature,
        grant: defineGrant(feature, grant),
        reason,
        startsAt,
        endsAt,
        metadata: entries,
      };
      await inTransaction(pool, (tx) => insertOverride(tx, added));
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/entitlement_overrides',
    summary: 'List overrides, also those that have ended.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, customer: idOf('customer').optional(), feature: code.optional() }),
    answer: listOf(override),
    handle: async ({ query }) =>
      toList(
        await readPage<OverrideRow>(
          pool,
          selectOverrides,
          [
            ['customer_id', query.customer],
            ['feature', query.feature],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/entitlement_overrides/{id}',
    summary: 'Get an override.',
    scope: 'read',
    params,
    answer: override,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/entitlement_overrides/{id}',
    summary: 'End an override now: its customer has what its plans give again. It stays in the list.',
    scope: 'write',
    params,
    answer: override,
    async handle({ params: { id } }) {
      const row = await find(id);
      const customer = await readOne<CustomerRow>(pool, selectCustomers, row.customer_id);
      if (customer) refuseWhileAdvancing(customer);
      await inTransaction(pool, (tx) => endOverride(tx, row.id, nowOf(customer)));
      return toResource(await find(id));
    },
  });
}

function toResource(row: OverrideRow) {
  return {
    id: row.id,
    object: 'entitlement_override' as const,
    customer: row.customer_id,
    feature: row.feature,
    ...row.grants,
    reason: row.reason,
    starts_at: toTime(row.starts_at),
    ends_at: toOptionalTime(row.ends_at),
    ended_at: toOptionalTime(row.ended_at),
    created: toTime(row.created),
    livemode: true,
    metadata: row.metadata,
  };
}
