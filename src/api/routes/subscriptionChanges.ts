/** /v1/subscriptions/{id}: what is asked of one: changes, its end, pauses. Each is an Update of its workflow. */
import {
  WithStartWorkflowOperation,
  WorkflowIdConflictPolicy,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import { refuseEnded } from '../../domain/subscriptionChange.ts';
import { selectSubscriptions, type SubscriptionRow } from '../../store/reads/subscriptions.ts';
import { isOperationDone } from '../../store/subscriptionChanges.ts';
import { savePaymentTerms, saveSubscriptionMetadata } from '../../store/subscriptionDetails.ts';
import { saveThreshold } from '../../store/thresholds.ts';
import {
  cancelUpdate,
  changeUpdate,
  pauseSubscriptionUpdate,
  resumeSubscriptionUpdate,
  subscriptionWorkflowId,
  type SubscriptionInput,
} from '../../workflows/contract/subscription.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { paymentTerms } from '../billingFields.ts';
import { billingThresholds } from '../billingThresholds.ts';
import { refuseWhileAdvancing } from '../customerClock.ts';
import { instant, metadata } from '../fields.ts';
import { findOne } from '../find.ts';
import { withPatience } from '../patience.ts';
import { addRoute, type Registrar } from '../route.ts';
import { changeFields, moment, nowOrInstant, readChangeRequest } from '../subscriptionChange.ts';
import { subscriptionSchema, toSubscription } from '../subscriptionResource.ts';

const params = z.object({ id: z.string() });
const changeBody = z.strictObject({
  ...changeFields,
  collection_method: paymentTerms.collection_method.nullable(),
  days_until_due: paymentTerms.days_until_due.nullable(),
  billing_thresholds: billingThresholds.optional(),
  metadata: metadata.optional(),
});

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
      const {
        metadata: entries,
        billing_thresholds: thresholds,
        collection_method,
        days_until_due,
        ...asked
      } = body;
      if (Object.values(asked).some((value) => value !== undefined)) {
        const row = await findAskable(id, operationId);
        if (!(await isOperationDone(pool, operationId))) {
          await ask(row, changeUpdate, await readChangeRequest(pool, row, asked, operationId));
        }
      }
      if (collection_method !== undefined || days_until_due !== undefined) {
        await savePaymentTerms(pool, (await find(id)).id, { collection_method, days_until_due });
      }
      // It is no part of the terms: what it comes to is billed the same, only earlier.
      if (thresholds !== undefined) {
        const row = await findAskable(id, operationId);
        await saveThreshold(pool, row.id, thresholds?.amount_gte ?? null);
      }
      if (entries !== undefined) await saveSubscriptionMetadata(pool, (await find(id)).id, entries);
      return toSubscription(await find(id));
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
    body: z.strictObject({ at: nowOrInstant.default('now') }),
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
