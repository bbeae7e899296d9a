/** /v1/subscriptions: signing up, and what there is. What is written goes through the subscription's workflow. */
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import { z } from 'zod';
import { commitmentSchema, defineCommitment } from '../../catalog/commitment.ts';
import { BillingError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { refuseSeatQuantity } from '../../domain/subscriptionChange.ts';
import { withChange, type TermsContent } from '../../domain/terms.ts';
import type { Queryable } from '../../store/database.ts';
import { newId } from '../../store/newId.ts';
import { loadPlanVersion } from '../../store/plans.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectSubscriptions, type SubscriptionRow } from '../../store/reads/subscriptions.ts';
import { readTimeline } from '../../store/reads/timeline.ts';
import { saveSubscriptionMetadata } from '../../store/subscriptionDetails.ts';
import { saveThreshold } from '../../store/thresholds.ts';
import {
  signUpUpdate,
  subscriptionWorkflowId,
  type SignUp,
  type SubscriptionInput,
} from '../../workflows/contract/subscription.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { billingThresholds } from '../billingThresholds.ts';
import {
  idOf,
  instant,
  listOf,
  metadata,
  optionalTime,
  pageOf,
  pageQuery,
  text,
  toList,
  toOptionalTime,
} from '../fields.ts';
import { paymentTerms } from '../billingFields.ts';
import { findNamedCoupon } from '../coupon.ts';
import { findNamedCustomer, nowOf } from '../customerClock.ts';
import { findOne } from '../find.ts';
import { withPatience } from '../patience.ts';
import { addRoute, type Registrar } from '../route.ts';
import { nowOrInstant } from '../subscriptionChange.ts';
import { anchorSchema, statusSchema, subscriptionSchema, toSubscription } from '../subscriptionResource.ts';
import { readTermsChange, termsFields } from '../subscriptionTerms.ts';

const params = z.object({ id: z.string() });
const maximumPhases = 24;

/** A plan for so many periods, then the next; the last one for good. */
const phase = z.strictObject({
  ...termsFields,
  plan: idOf('plan'),
  quantity: z.int().min(1).max(1_000_000_000).optional(),
  /** Of the last one left out. */
  periods: z.int().min(1).max(1200).optional(),
});

const signUpBody = z.strictObject({
  ...termsFields,
  customer: idOf('customer'),
  quantity: z.int().min(0).max(1_000_000_000).optional(),
  billing_cycle_anchor: anchorSchema.default('anniversary'),
  /** In the past: what is over by now is invoiced at once, on one invoice. */
  start_at: instant.optional(),
  cancel_at: instant.optional(),
  /** Where it is left out, after the plan's trial_days. */
  trial_end: nowOrInstant.optional(),
  commitment: commitmentSchema.optional(),
  /** By its id or code: redeemed for this subscription alone. */
  coupon: text(100).optional(),
  ...paymentTerms,
  billing_thresholds: billingThresholds.optional(),
  /** In place of a plan: a schedule of plans. */
  phases: z.array(phase).min(1).max(maximumPhases).optional(),
  metadata: metadata.default({}),
});
type SignUpBody = z.output<typeof signUpBody>;

const timelineEntry = z.object({ at: optionalTime, type: z.string(), description: z.string() });

export function addSubscriptionRoutes(to: Registrar): void {
  const { pool, temporal, taskQueue } = to;
  const find = (id: string) => findOne<SubscriptionRow>(pool, selectSubscriptions, 'subscription', id);

  addRoute(to, {
    method: 'post',
    path: '/v1/subscriptions',
    summary:
      'Subscribe a customer to a plan; answers when the first invoice is final and, where possible, paid.',
    scope: 'write',
    body: signUpBody,
    status: 201,
    answer: subscriptionSchema,
    async handle({ body, operationId }) {
      const customer = await findNamedCustomer(pool, body.customer);
      checkTimes(body, nowOf(customer));
      const id = newId('subscription', operationId);
      const { content, phases } = await readPhases(pool, body);
      const plan = await loadPlanVersion(pool, content.planId, content.planVersion);
      if (body.quantity !== undefined) refuseSeatQuantity(plan.prices);
      const request: SignUp = {
        subscriptionId: id,
        customerId: customer.id,
        content,
        phases,
        commitment: body.commitment ? defineCommitment(body.commitment, plan) : null,
        billingCycleAnchor: body.billing_cycle_anchor,
        startAt: body.start_at ?? null,
        trialEnd: body.trial_end ?? null,
        cancelAt: body.cancel_at ?? null,
        couponId: body.coupon === undefined ? null : (await findNamedCoupon(pool, body.coupon)).id,
        collectionMethod: body.collection_method ?? null,
        daysUntilDue: body.days_until_due ?? null,
      };
      const input: SubscriptionInput = {
        subscriptionId: id,
        customerId: customer.id,
        testClockId: customer.test_clock_id,
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
      if (body.billing_thresholds) await saveThreshold(pool, id, body.billing_thresholds.amount_gte);
      return toSubscription(await find(id));
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
      status: statusSchema.optional(),
    }),
    answer: listOf(subscriptionSchema),
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
        toSubscription,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/subscriptions/{id}',
    summary: 'Get a subscription.',
    scope: 'read',
    params,
    answer: subscriptionSchema,
    handle: async ({ params: { id } }) => toSubscription(await find(id)),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/subscriptions/{id}/timeline',
    summary: 'What happened to a subscription, and what will, with times: the latest 200 of each kind.',
    scope: 'read',
    params,
    answer: z.object({
      object: z.literal('timeline'),
      subscription: z.string(),
      past: z.array(timelineEntry),
      upcoming: z.array(timelineEntry),
    }),
    async handle({ params: { id } }) {
      const subscription = await find(id);
      const { past, upcoming } = await readTimeline(pool, subscription.id);
      const toEntry = ({ at, type, description }: (typeof past)[number]) => ({
        at: toOptionalTime(at),
        type,
        description,
      });
      return {
        object: 'timeline' as const,
        subscription: subscription.id,
        past: past.map(toEntry),
        upcoming: upcoming.map(toEntry),
      };
    },
  });
}

const termsNames = Object.keys(termsFields) as (keyof typeof termsFields)[];

/** The terms that it begins with, and what it is changed to after so many periods. */
async function readPhases(
  db: Queryable,
  body: SignUpBody,
): Promise<{ readonly content: TermsContent; readonly phases: SignUp['phases'] }> {
  const [first, ...later] = body.phases ?? [{ ...body, periods: undefined }];
  const misplaced = body.phases && termsNames.find((name) => body[name] !== undefined);
  if (misplaced) throw invalid(misplaced, `Each phase has its own ${misplaced}: give it there.`);
  if (first?.plan === undefined)
    throw invalid('plan', 'Give the plan to subscribe to, or phases.', 'field_missing');
  const written = { ...first, plan: first.plan };
  const none = nothing(written.plan);
  const content = withChange(none, await readTermsChange(db, written, none));
  const phases: SignUp['phases'][number][] = [];
  let periods = first.periods;
  for (const [nth, next] of later.entries()) {
    if (periods === undefined) {
      throw invalid(`phases[${String(nth)}].periods`, 'Only the last phase has no end: give its periods.');
    }
    const change = await readTermsChange(db, next, content);
    phases.push({ afterPeriods: periods, change: { priceOverrides: [], ...change } });
    periods = next.periods === undefined ? undefined : periods + next.periods;
  }
  if (later.length > 0 && periods !== undefined) {
    throw invalid(
      `phases[${String(later.length)}].periods`,
      'The last phase is for good: leave its periods out.',
    );
  }
  return { content, phases };
}

function nothing(planId: TermsContent['planId']): TermsContent {
  return { planId, planVersion: 0, quantity: 1, quantities: {}, addOns: [], priceOverrides: [] };
}

/** A year by the day is a lot to bill at once. */
const maximumBackdatingMs = 366 * 86_400_000;

function checkTimes(body: SignUpBody, now: Instant): void {
  const { start_at: start = now, cancel_at: cancel, trial_end: trial } = body;
  if (start < now - maximumBackdatingMs) {
    throw invalid(
      'start_at',
      'A subscription can be backdated by 366 days at the most. Give a later start_at.',
      'start_too_early',
    );
  }
  const from = start > now ? start : now;
  if (cancel !== undefined && cancel <= from) {
    throw invalid(
      'cancel_at',
      'A subscription must end after it starts. Give a later cancel_at.',
      'instant_in_the_past',
    );
  }
  if (trial !== undefined && trial !== 'now' && trial <= from) {
    throw invalid(
      'trial_end',
      'A trial must end after it starts. Give a later trial_end, or "now" for none.',
      'instant_in_the_past',
    );
  }
}

function invalid(param: string, message: string, errorCode = 'field_invalid'): BillingError {
  return new BillingError(400, errorCode, message, param);
}
