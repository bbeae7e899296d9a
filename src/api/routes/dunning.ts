/** /v1/invoices/{id}/dunning: how the collection of an invoice stands, and what an operator asks of it. */
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import { formatInstant } from '../../domain/instant.ts';
import { readDunning, type Dunning } from '../../store/reads/dunning.ts';
import { selectInvoices, type InvoiceRow } from '../../store/reads/invoices.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectPayments, type PaymentRow } from '../../store/reads/payments.ts';
import {
  collectionWorkflowId,
  pauseDunningUpdate,
  promiseToPayUpdate,
  resumeDunningUpdate,
  type CollectionInput,
} from '../../workflows/contract/collection.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { refuseWhileCustomerAdvances } from '../customerClock.ts';
import { instant, integer, optionalTime, time, toOptionalTime, toTime } from '../fields.ts';
import { findOne } from '../find.ts';
import { withPatience } from '../patience.ts';
import { addRoute, type Registrar } from '../route.ts';

const step = z.object({
  position: z.number(),
  action: z.enum(['notice', 'retry', 'final']),
  kind: z.string().nullable(),
  due_at: time,
  status: z.enum(['done', 'skipped', 'upcoming', 'canceled']),
  taken_at: optionalTime,
  outcome: z.string().nullable(),
});
const dunning = z.object({
  object: z.literal('dunning'),
  invoice: z.string(),
  status: z.enum(['active', 'paused', 'promised', 'ended']),
  campaign: z.object({ id: z.string(), code: z.string(), version: z.number() }),
  reason: z.string(),
  amount: integer,
  started_at: time,
  counted_from: time,
  paused_at: optionalTime,
  promised_until: optionalTime,
  next_attempt_at: optionalTime,
  next_step: step.nullable(),
  steps: z.array(step),
  attempts: z.array(
    z.object({
      payment: z.string(),
      status: z.string(),
      failure_code: z.string().nullable(),
      decline: z.string().nullable(),
      created: time,
    }),
  ),
  ended_at: optionalTime,
  ended_by: z.enum(['paid', 'void', 'uncollectible', 'final_action']).nullable(),
});
const params = z.object({ id: z.string() });
/** The latest attempts that are shown. */
const attemptsShown = 100;

export function addDunningRoutes(to: Registrar): void {
  const { pool, temporal, taskQueue } = to;
  const find = (id: string) => findOne<InvoiceRow>(pool, selectInvoices, 'invoice', id);

  async function read({ id }: InvoiceRow) {
    const found = await readDunning(pool, id);
    if (!found) {
      throw new BillingError(
        404,
        'dunning_not_begun',
        `Invoice ${id} is not in dunning: nothing of it has failed or is overdue.`,
      );
    }
    const { rows } = await readPage<PaymentRow>(pool, selectPayments, [['invoice_id', id]], {
      limit: attemptsShown,
    });
    return toResource(id, found, rows);
  }

  /** A workflow that has been lost is started again: the facts are in Postgres. */
  async function ask<Args extends readonly unknown[]>(
    row: InvoiceRow,
    update: UpdateDefinition<void, [...Args]>,
    args: [...Args],
    operationId: string,
  ): Promise<void> {
    await refuseWhileCustomerAdvances(to, row.customer_id);
    await read(row);
    const input: CollectionInput = {
      invoiceId: row.id,
      subscriptionId: row.subscription_id,
      testClockId: row.test_clock_id,
    };
    await withPatience(temporal, () =>
      temporal.workflow.executeUpdateWithStart(update, {
        args,
        updateId: operationId,
        startWorkflowOperation: new WithStartWorkflowOperation(workflowTypes.collection, {
          workflowId: collectionWorkflowId(row.id),
          taskQueue,
          args: [input],
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        }),
      }),
    );
  }

  addRoute(to, {
    method: 'get',
    path: '/v1/invoices/{id}/dunning',
    summary:
      'How the collection of an invoice stands: its campaign and version, the steps that were taken and that come, the attempts. There is none before an attempt has failed or its due date has passed.',
    scope: 'read',
    params,
    answer: dunning,
    handle: async ({ params: { id } }) => read(await find(id)),
  });
  const holds = [
    {
      name: 'pause',
      update: pauseDunningUpdate,
      summary: 'Pause the dunning of an invoice: no notices, retries or final action until it is resumed.',
    },
    {
      name: 'resume',
      update: resumeDunningUpdate,
      summary:
        'Resume the dunning of an invoice, and end a promise. Its steps keep their times; of those that have passed the latest notice is given, and one retry made.',
    },
  ] as const;
  for (const { name, update, summary } of holds) {
    addRoute(to, {
      method: 'post',
      path: `/v1/invoices/{id}/dunning/${name}`,
      summary,
      scope: 'write',
      params,
      answer: dunning,
      async handle({ params: { id }, operationId }) {
        const row = await find(id);
        await ask(row, update, [], operationId);
        return read(row);
      },
    });
  }
  addRoute(to, {
    method: 'post',
    path: '/v1/invoices/{id}/dunning/promise_to_pay',
    summary: 'Note that the customer has promised to pay: no notices, retries or final action until then.',
    scope: 'write',
    params,
    body: z.strictObject({ until: instant }),
    answer: dunning,
    async handle({ params: { id }, body, operationId }) {
      const row = await find(id);
      await ask(row, promiseToPayUpdate, [{ until: formatInstant(body.until) }], operationId);
      return read(row);
    },
  });
}

function toResource(id: string, found: Dunning, attempts: readonly PaymentRow[]) {
  const steps = found.steps.map((each) => ({
    position: each.position,
    action: each.action,
    kind: each.kind,
    due_at: toTime(each.dueAt),
    status: each.status,
    taken_at: toOptionalTime(each.takenAt),
    outcome: each.outcome,
  }));
  return {
    object: 'dunning' as const,
    invoice: id,
    status: statusOf(found),
    campaign: { id: found.campaign_id, code: found.campaign_code, version: found.version },
    reason: found.reason,
    amount: found.amount,
    started_at: toTime(found.started_at),
    counted_from: toTime(found.counted_from),
    paused_at: toOptionalTime(found.paused_at),
    promised_until: toOptionalTime(found.promised_until),
    next_attempt_at: toOptionalTime(found.next_attempt_at),
    next_step: steps.find(({ status }) => status === 'upcoming') ?? null,
    steps,
    attempts: attempts.map((payment) => ({
      payment: payment.id,
      status: payment.status,
      failure_code: payment.failure_code,
      decline: payment.decline,
      created: toTime(payment.created),
    })),
    ended_at: toOptionalTime(found.ended_at),
    ended_by: found.ended_by,
  };
}

function statusOf({ ended_at, paused_at, promised }: Dunning) {
  if (ended_at !== null) return 'ended' as const;
  if (paused_at !== null) return 'paused' as const;
  return promised ? ('promised' as const) : ('active' as const);
}
