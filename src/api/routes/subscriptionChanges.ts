/** /v1/subscriptions/{id}: what is asked of one: changes, its end, pauses. Each is an Update of its workflow. */
import {
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import { decideChange, prorationBehaviors, refuseEnded } from '../../domain/subscriptionChange.ts';
import type { TermsContent } from '../../domain/terms.ts';
import { decideTrialEnd } from '../../domain/trial.ts';
import { readChangeCandidates } from '../../store/changeCandidates.ts';
import type { ChangePreview, PreviewedInvoice } from '../../store/reads/invoices.ts';
import { selectSubscriptions, type SubscriptionRow } from '../../store/reads/subscriptions.ts';
import { isOperationDone } from '../../store/subscriptionChanges.ts';
import { saveSubscriptionMetadata } from '../../store/subscriptionMetadata.ts';
import {
  cancelUpdate,
  changeUpdate,
  pauseSubscriptionUpdate,
  previewWorkflowId,
  resumeSubscriptionUpdate,
  subscriptionWorkflowId,
  workflowTypes,
  type ChangeRequest,
  type PreviewInput,
  type SubscriptionInput,
} from '../../workflows/contract.ts';
import { instant, metadata } from '../fields.ts';
import { findOne } from '../find.ts';
import { invoiceSchema, toInvoice } from '../invoiceResource.ts';
import { withPatience } from '../patience.ts';
import { addRoute, type Registrar } from '../route.ts';
import { anchorSchema, subscriptionSchema, toSubscription } from '../subscriptionResource.ts';
import { readTermsChange, termsFields } from '../subscriptionTerms.ts';
import { refuseWhileAdvancing } from './subscriptions.ts';

const params = z.object({ id: z.string() });
const moment = z.union([z.enum(['now', 'period_end']), instant]);

const changeFields = {
  ...termsFields,
  /** Begins a new period there. */
  billing_cycle_anchor: anchorSchema.optional(),
  /** Left out: now, but for fewer seats where the plan says at the end of the period. */
  effective: moment.optional(),
  proration_behavior: z.enum(prorationBehaviors).optional(),
  trial_end: z.union([z.literal('now'), instant]).optional(),
  /** Null gives up all that is pending, before anything else that is asked for. */
  pending_change: z.null().optional(),
  /** Null undoes a cancellation that is to come. */
  cancel_at: z.null().optional(),
  /** Null takes back a pause that is to come. */
  pause_at: z.null().optional(),
};
const changeBody = z.strictObject({ ...changeFields, metadata: metadata.optional() });
const previewBody = z.strictObject(changeFields);

export function addSubscriptionChangeRoutes(to: Registrar): void {
  const { pool, temporal, taskQueue } = to;
  const find = (id: string) => findOne<SubscriptionRow>(pool, selectSubscriptions, 'subscription', id);

  /** A workflow that has been lost is started again: the facts are in Postgres. */
  async function ask<Request extends { readonly operationId: string }>(
    row: SubscriptionRow,
    update: UpdateDefinition<void, [Request]>,
    request: Request,
  ): Promise<void> {
    const input: SubscriptionInput = {
      subscriptionId: row.id,
      customerId: row.customer_id,
      testClockId: row.test_clock_id,
      signedUp: true,
    };
    const start = () =>
      new WithStartWorkflowOperation(workflowTypes.subscription, {
        workflowId: subscriptionWorkflowId(row.id),
        taskQueue,
        args: [input],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
    try {
      await withPatience(temporal, () =>
        temporal.workflow.executeUpdateWithStart(update, {
          args: [request],
          updateId: request.operationId,
          startWorkflowOperation: start(),
        }),
      );
    } catch (error) {
      // Gone on as new, the workflow does not know what it has carried out, and may refuse to do it again.
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      if (!(await isOperationDone(pool, request.operationId))) throw error;
    }
  }

  /** The subscription, where it can still be asked for something; a request that was carried out is answered again. */
  async function findAskable(id: string, operationId: string): Promise<SubscriptionRow> {
    const row = await find(id);
    refuseWhileAdvancing(row);
    if (row.status === 'canceled' && !(await isOperationDone(pool, operationId))) refuseEnded(row.status);
    return row;
  }

  /** Refuses, before the workflow sees it, what a rule of billing forbids as things stand. */
  async function readRequest(
    row: SubscriptionRow,
    body: z.output<typeof previewBody>,
    operationId: string,
  ): Promise<ChangeRequest> {
    const terms = await readTermsChange(pool, body, contentOf(row));
    const change = {
      ...terms,
      ...(body.billing_cycle_anchor !== undefined && { billingCycleAnchor: body.billing_cycle_anchor }),
    };
    const changes = Object.keys(change).length > 0;
    const request: ChangeRequest = {
      operationId,
      change: changes ? change : null,
      effective: body.effective ?? null,
      prorationBehavior: body.proration_behavior ?? 'create_prorations',
      withdrawPending: body.pending_change === null,
      undoCancellation: body.cancel_at === null,
      undoPause: body.pause_at === null,
      trialEnd: body.trial_end ?? null,
    };
    const { candidates, build } = await readChangeCandidates(pool, [row.id], changes ? [change] : [], {
      lock: false,
    });
    const [read] = candidates;
    const now = row.frozen_time ?? (Date.now() as Instant);
    if (read && body.trial_end !== undefined) decideTrialEnd(read.state, body.trial_end, now);
    if (read && changes) {
      const { withdrawPending, undoCancellation } = request;
      const candidate = {
        ...read.candidate,
        ...(withdrawPending && { pending: [] }),
        ...(undoCancellation && { cancelAt: null }),
      };
      decideChange(candidate, { change, effective: body.effective }, build, now);
    }
    return request;
  }

  addRoute(to, {
    method: 'patch',
    path: '/v1/subscriptions/{id}',
    summary:
      'Change what a subscription is billed by, the end of its trial, or what is pending; answers when the change is durable and, where it is due, in effect.',
    scope: 'write',
    params,
    body: changeBody,
    answer: subscriptionSchema,
    async handle({ params: { id }, body, operationId }) {
      const { metadata: entries, ...asked } = body;
      const row = await findAskable(id, operationId);
      if (Object.values(asked).some((value) => value !== undefined)) {
        if (!(await isOperationDone(pool, operationId))) {
          await ask(row, changeUpdate, await readRequest(row, asked, operationId));
        }
      }
      if (entries !== undefined) await saveSubscriptionMetadata(pool, row.id, entries);
      return toSubscription(await find(id));
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/subscriptions/{id}/preview',
    summary:
      'The invoice that a change would give and the next one after it, computed by what would bill them. Nothing is changed.',
    scope: 'read',
    params,
    body: previewBody,
    answer: z.object({
      object: z.literal('subscription_preview'),
      subscription: z.string(),
      invoice: invoiceSchema.nullable(),
      next_invoice: invoiceSchema.nullable(),
    }),
    async handle({ params: { id }, body, operationId }) {
      const row = await find(id);
      refuseWhileAdvancing(row);
      refuseEnded(row.status);
      const input: PreviewInput = {
        subscriptionId: row.id,
        request: await readRequest(row, body, operationId),
      };
      const preview = await withPatience(temporal, () =>
        temporal.workflow.execute<(input: PreviewInput) => Promise<ChangePreview>>(
          workflowTypes.previewChange,
          {
            workflowId: previewWorkflowId(operationId),
            taskQueue,
            args: [input],
            workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
          },
        ),
      );
      return {
        object: 'subscription_preview' as const,
        subscription: row.id,
        invoice: toPreviewed(preview.invoice),
        next_invoice: toPreviewed(preview.next),
      };
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/subscriptions/{id}/cancel',
    summary: 'Cancel a subscription: now, at the end of its period, or at an instant.',
    scope: 'write',
    params,
    body: z.strictObject({ at: moment, credit_unused: z.boolean().default(false) }),
    answer: subscriptionSchema,
    async handle({ params: { id }, body, operationId }) {
      const row = await findAskable(id, operationId);
      await ask(row, cancelUpdate, { operationId, at: body.at, creditUnused: body.credit_unused });
      return toSubscription(await find(id));
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/subscriptions/{id}/pause',
    summary:
      'Pause a subscription: its period is closed with its usage, and nothing is billed until it resumes.',
    scope: 'write',
    params,
    body: z.strictObject({
      at: moment.default('now'),
      credit_unused: z.boolean().default(false),
      resumes_at: instant.optional(),
    }),
    answer: subscriptionSchema,
    async handle({ params: { id }, body, operationId }) {
      const row = await findAskable(id, operationId);
      if (row.status === 'paused' && !(await isOperationDone(pool, operationId))) {
        throw new BillingError(409, 'subscription_paused', 'The subscription is paused already.');
      }
      await ask(row, pauseSubscriptionUpdate, {
        operationId,
        at: body.at,
        creditUnused: body.credit_unused,
        resumesAt: body.resumes_at ?? null,
      });
      return toSubscription(await find(id));
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/subscriptions/{id}/resume',
    summary: 'Resume a paused subscription: a new period begins there.',
    scope: 'write',
    params,
    body: z.strictObject({ at: z.union([z.literal('now'), instant]).default('now') }),
    answer: subscriptionSchema,
    async handle({ params: { id }, body, operationId }) {
      const row = await findAskable(id, operationId);
      if (row.status !== 'paused' && !(await isOperationDone(pool, operationId))) {
        throw new BillingError(
          409,
          'subscription_not_paused',
          'The subscription is not paused. To take back a pause that is to come, set "pause_at" to null.',
        );
      }
      await ask(row, resumeSubscriptionUpdate, { operationId, at: body.at });
      return toSubscription(await find(id));
    },
  });
}

/** It has no number, and no life: it is a draft of what may come. */
function toPreviewed(invoice: PreviewedInvoice | null) {
  if (!invoice) return null;
  return toInvoice({
    ...invoice,
    status: 'draft',
    number: null,
    subtotal: BigInt(invoice.subtotal),
    discount: BigInt(invoice.discount),
    tax: BigInt(invoice.tax),
    total: BigInt(invoice.total),
    credits_applied: BigInt(invoice.credits_applied),
    amount_due: BigInt(invoice.amount_due),
    amount_paid: 0n,
    finalized_at: null,
    paid_at: null,
  });
}

function contentOf(row: SubscriptionRow): TermsContent {
  return {
    planId: row.plan_id,
    planVersion: row.plan_version,
    quantity: Number(row.quantity),
    quantities: row.quantities,
    addOns: row.add_ons,
    priceOverrides: row.price_overrides,
  };
}
