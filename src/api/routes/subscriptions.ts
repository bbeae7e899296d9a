/** /v1/subscriptions: what is written goes through the subscription's workflow; what is read comes from Postgres. */
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import { z } from 'zod';
import { commitmentSchema, defineCommitment, fromCommitment } from '../../catalog/commitment.ts';
import {
  defineOverrides,
  overrideSchema,
  type PriceOverride,
  type WrittenOverride,
} from '../../catalog/override.ts';
import { maximumPrices } from '../../catalog/planVersion.ts';
import { toPriceUnits } from '../../catalog/priceUnits.ts';
import { BillingError } from '../../domain/errors.ts';
import type { PlanId, SubscriptionId } from '../../domain/ids.ts';
import { selectCustomers, type CustomerRow } from '../../store/customers.ts';
import { newId } from '../../store/newId.ts';
import { loadPlanVersion } from '../../store/plans.ts';
import { loadMeters } from '../../store/meters.ts';
import { readPlanVersions, selectPlans, type PlanVersionRow } from '../../store/planWrites.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectSubscriptions, type SubscriptionRow } from '../../store/reads/subscriptions.ts';
import { saveSubscriptionMetadata } from '../../store/subscriptionMetadata.ts';
import {
  cancelUpdate,
  signUpUpdate,
  subscriptionWorkflowId,
  workflowTypes,
  type SignUp,
  type SubscriptionInput,
} from '../../workflows/contract.ts';
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
  time,
  toList,
  toOptionalTime,
  toTime,
} from '../fields.ts';
import { findNamed, findOne } from '../find.ts';
import { withPatience } from '../patience.ts';
import { addRoute, type Registrar } from '../route.ts';

const status = z.enum(['incomplete', 'active', 'past_due', 'canceled']);
const anchor = z.union([
  z.enum(['anniversary', 'calendar']),
  z.strictObject({ day_of_month: z.int().min(1).max(31) }),
]);
const subscription = z.object({
  ...resourceFields,
  object: z.literal('subscription'),
  status,
  customer: z.string(),
  plan: z.string(),
  plan_version: z.number(),
  quantity: integer,
  current_period: z.object({ start: time, end: time }).nullable(),
  billing_cycle_anchor: anchor,
  commitment: commitmentSchema.nullable(),
  price_overrides: z.array(z.looseObject({ price: z.string() })),
  cancel_at: optionalTime,
  canceled_at: optionalTime,
  ended_at: optionalTime,
  latest_invoice: z.string().nullable(),
  workflow_id: z.string(),
});
const params = z.object({ id: z.string() });

export function addSubscriptionRoutes(to: Registrar): void {
  const { pool, temporal, taskQueue } = to;
  const find = (id: string) => findOne<SubscriptionRow>(pool, selectSubscriptions, 'subscription', id);

  addRoute(to, {
    method: 'post',
    path: '/v1/subscriptions',
    summary:
      'Subscribe a customer to a plan; answers when the first invoice is final and, where possible, paid.',
    scope: 'write',
    body: z.strictObject({
      customer: idOf('customer'),
      plan: idOf('plan'),
      plan_version: z.int().min(1).optional(),
      quantity: z.int().min(0).max(1_000_000_000).default(1),
      billing_cycle_anchor: anchor.default('anniversary'),
      cancel_at: instant.optional(),
      /** Negotiated prices: the code of a price of the plan, and what is different. */
      commitment: commitmentSchema.optional(),
      price_overrides: z.array(overrideSchema).max(maximumPrices).default([]),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: subscription,
    async handle({ body, operationId }) {
      const customer = await findNamed<CustomerRow>(
        pool,
        selectCustomers,
        'customer',
        body.customer,
        'customer',
      );
      refuseWhileAdvancing(customer);
      const plan = await findNamed<PlanVersionRow>(pool, selectPlans, 'plan', body.plan, 'plan');
      const planVersion = body.plan_version ?? plan.version;
      if (planVersion > plan.version) throw versionMissing(planVersion, plan.version);
      const now = customer.frozen_time ?? Date.now();
      if (body.cancel_at !== undefined && body.cancel_at <= now) {
        throw new BillingError(
          400,
          'instant_in_the_past',
          'A subscription must end after it starts. Give a later cancel_at.',
          'cancel_at',
        );
      }
      const id = newId('subscription', operationId);
      const input: SubscriptionInput = {
        subscriptionId: id,
        customerId: customer.id,
        testClockId: customer.test_clock_id,
      };
      const request: SignUp = {
        subscriptionId: id,
        customerId: customer.id,
        planId: body.plan,
        planVersion,
        quantity: body.quantity,
        priceOverrides: await overridesOf(to, body.plan, planVersion, body.price_overrides),
        commitment: body.commitment
          ? defineCommitment(body.commitment, await loadPlanVersion(pool, body.plan, planVersion))
          : null,
        billingCycleAnchor: body.billing_cycle_anchor,
        cancelAt: body.cancel_at ?? null,
      };
      const startWorkflowOperation = new WithStartWorkflowOperation(workflowTypes.subscription, {
        workflowId: subscriptionWorkflowId(id),
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
      await withPatience(temporal, () =>
        temporal.workflow.executeUpdateWithStart(signUpUpdate, {
          args: [request],
          updateId: operationId,
          startWorkflowOperation,
        }),
      );
      // Metadata may be personal, and workflow payloads hold nothing personal.
      await saveSubscriptionMetadata(pool, id, body.metadata);
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/subscriptions',
    summary: 'List subscriptions.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      plan: idOf('plan').optional(),
      status: status.optional(),
    }),
    answer: listOf(subscription),
    handle: async ({ query }) =>
      toList(
        await readPage<SubscriptionRow>(
          pool,
          selectSubscriptions,
          [
            ['customer_id', query.customer],
            ['plan_id', query.plan],
            ['status', query.status],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/subscriptions/{id}',
    summary: 'Get a subscription.',
    scope: 'read',
    params,
    answer: subscription,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/subscriptions/{id}/cancel',
    summary: 'Cancel a subscription: now, at the end of its period, or at an instant.',
    scope: 'write',
    params,
    body: z.strictObject({ at: z.union([z.enum(['now', 'period_end']), instant]) }),
    answer: subscription,
    async handle({ params: { id }, body, operationId }) {
      const row = await find(id);
      refuseWhileAdvancing(row);
      if (row.status === 'canceled' && row.cancellation_id !== operationId) throw alreadyCanceled(row.id);
      const input: SubscriptionInput = {
        subscriptionId: row.id,
        customerId: row.customer_id,
        testClockId: row.test_clock_id,
        signedUp: true,
      };
      // A workflow that has been lost is started again: the facts are in Postgres.
      const startWorkflowOperation = new WithStartWorkflowOperation(workflowTypes.subscription, {
        workflowId: subscriptionWorkflowId(row.id),
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
      await withPatience(temporal, () =>
        temporal.workflow.executeUpdateWithStart(cancelUpdate, {
          args: [{ ...body, cancellationId: operationId }],
          updateId: operationId,
          startWorkflowOperation,
        }),
      );
      return toResource(await find(id));
    },
  });
}

async function overridesOf(
  { pool }: Registrar,
  planId: PlanId,
  version: number,
  written: readonly WrittenOverride[],
): Promise<PriceOverride[]> {
  if (written.length === 0) return [];
  const saved = (await readPlanVersions(pool, planId)).find((row) => row.version === version);
  if (!saved) throw versionMissing(version, version);
  const meterIds = saved.prices.flatMap(({ meter_id: id }) => (id === null ? [] : [id]));
  return defineOverrides(
    written,
    saved.prices,
    toPriceUnits(saved.price_units),
    await loadMeters(pool, meterIds),
  );
}

function refuseWhileAdvancing({ clock_status }: Pick<CustomerRow, 'clock_status'>): void {
  if (clock_status !== 'advancing') return;
  throw new BillingError(
    409,
    'clock_advancing',
    'The customer\'s test clock is advancing. Wait until its status is "ready".',
  );
}

function versionMissing(given: number, latest: number): BillingError {
  return new BillingError(
    400,
    'plan_version_missing',
    `The plan has no version ${String(given)}: its latest is ${String(latest)}. Leave plan_version out for that one.`,
    'plan_version',
  );
}

function alreadyCanceled(id: SubscriptionId): BillingError {
  return new BillingError(
    409,
    'subscription_canceled',
    `Subscription ${id} has ended. Create a new one to go on.`,
  );
}

function toResource(row: SubscriptionRow) {
  const { current_period_start: start, current_period_end: end } = row;
  return {
    id: row.id,
    object: 'subscription' as const,
    status: row.status,
    customer: row.customer_id,
    plan: row.plan_id,
    plan_version: row.plan_version,
    quantity: row.quantity,
    current_period: start === null || end === null ? null : { start: toTime(start), end: toTime(end) },
    billing_cycle_anchor: row.billing_cycle_anchor,
    commitment: row.commitment && fromCommitment(row.commitment),
    price_overrides: row.price_overrides.map(({ code, definition }) => ({ price: code, ...definition })),
    cancel_at: toOptionalTime(row.cancel_at),
    canceled_at: toOptionalTime(row.canceled_at),
    ended_at: toOptionalTime(row.ended_at),
    latest_invoice: row.latest_invoice_id,
    workflow_id: subscriptionWorkflowId(row.id),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}
