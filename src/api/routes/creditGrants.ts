/** /v1/credit_grants: credit that customers were given or have bought, and where it has gone. */
import { z } from 'zod';
import { largestAmount } from '../../domain/pricing/amountLimit.ts';
import { saveGrantMetadata } from '../../store/grantChanges.ts';
import { newId } from '../../store/newId.ts';
import {
  selectCreditGrants,
  selectCreditMovements,
  type CreditGrantRow,
  type CreditMovementRow,
} from '../../store/reads/creditGrants.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  creditGrantWorkflowId,
  type GrantCredit,
  type VoidCreditGrant,
} from '../../workflows/contract/credit.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { defaultPriority, priority } from '../autoTopUp.ts';
import { findNamedCustomer, refuseWhileAdvancing } from '../customerClock.ts';
import {
  currency,
  idOf,
  instant,
  integer,
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
import { checkLineScope, lineScope, lineScopeAnswer, toLineScope } from '../lineScope.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow } from '../shortWorkflow.ts';

const status = z.enum(['pending', 'granted', 'expired', 'voided']);
const creditGrant = z.object({
  ...resourceFields,
  object: z.literal('credit_grant'),
  customer: z.string(),
  name: z.string().nullable(),
  /** Pending: it waits until its invoice is paid. */
  status,
  amount: integer,
  remaining: integer,
  currency: z.string(),
  paid: z.boolean(),
  /** It was bought by itself, when little was left. */
  top_up: z.boolean(),
  /** The lowest is spent first; among equals the earliest to expire, then the oldest. */
  priority: z.number(),
  applies_to: lineScopeAnswer,
  /** By which it is paid for. */
  invoice: z.string().nullable(),
  effective_at: time,
  expires_at: optionalTime,
  ended_at: optionalTime,
});
const creditMovement = z.object({
  id: z.string(),
  object: z.literal('credit_movement'),
  credit_grant: z.string(),
  type: z.enum(['applied', 'returned', 'expired', 'voided', 'taken_back']),
  /** What left the grant; of what returned to it, a negative amount. */
  amount: integer,
  invoice: z.string().nullable(),
  credit_note: z.string().nullable(),
  created: time,
});
const params = z.object({ id: z.string() });

export function addCreditGrantRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<CreditGrantRow>(pool, selectCreditGrants, 'credit grant', id);

  addRoute(to, {
    method: 'post',
    path: '/v1/credit_grants',
    summary:
      'Grant a customer credit; with "paid" the customer buys it, and it may be spent when its invoice is paid.',
    scope: 'write',
    body: z.strictObject({
      customer: idOf('customer'),
      amount: z.int().min(1).max(Number(largestAmount)),
      currency: currency.optional(),
      name: text(200).optional(),
      priority: priority.default(defaultPriority),
      effective_at: instant.optional(),
      expires_at: instant.optional(),
      applies_to: lineScope.default({}),
      paid: z.boolean().default(false),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: creditGrant,
    async handle({ body, operationId }) {
      const customer = await findNamedCustomer(pool, body.customer);
      await checkLineScope(pool, body.applies_to, 'applies_to');
      const id = newId('credit_grant', operationId);
      await runWorkflow<GrantCredit>(to, workflowTypes.grantCredit, creditGrantWorkflowId(id), {
        creditGrantId: id,
        customerId: customer.id,
        amount: String(body.amount),
        currency: body.currency ?? null,
        name: body.name ?? null,
        priority: body.priority,
        effectiveAt: body.effective_at ?? null,
        expiresAt: body.expires_at ?? null,
        appliesTo: body.applies_to,
        paid: body.paid,
      });
      // Metadata may be personal, and workflow payloads hold nothing personal.
      await saveGrantMetadata(pool, id, body.metadata);
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/credit_grants',
    summary: 'List credit grants.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      customer: idOf('customer').optional(),
      status: status.optional(),
    }),
    answer: listOf(creditGrant),
    handle: async ({ query }) =>
      toList(
        await readPage<CreditGrantRow>(
          pool,
          selectCreditGrants,
          [
            ['customer_id', query.customer],
            ['status', query.status],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/credit_grants/{id}',
    summary: 'Get a credit grant.',
    scope: 'read',
    params,
    answer: creditGrant,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/credit_grants/{id}/void',
    summary: 'Take away what is left of a credit grant; what it has paid stays paid.',
    scope: 'write',
    params,
    answer: creditGrant,
    async handle({ params: { id }, operationId }) {
      const grant = await find(id);
      refuseWhileAdvancing(grant);
      const request: VoidCreditGrant = { operationId, creditGrantId: grant.id };
      const workflowId = `${creditGrantWorkflowId(grant.id)}/void/${operationId}`;
      await runWorkflow(to, workflowTypes.voidCreditGrant, workflowId, request);
      return toResource(await find(grant.id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/credit_grants/{id}/movements',
    summary: 'Where the credit of a grant has gone, the latest first.',
    scope: 'read',
    params,
    query: z.strictObject(pageQuery),
    answer: listOf(creditMovement),
    async handle({ params: { id }, query }) {
      const grant = await find(id);
      return toList(
        await readPage<CreditMovementRow>(
          pool,
          selectCreditMovements,
          [['credit_grant_id', grant.id]],
          pageOf(query),
        ),
        toMovement,
      );
    },
  });
}

function toResource(row: CreditGrantRow) {
  return {
    id: row.id,
    object: 'credit_grant' as const,
    customer: row.customer_id,
    name: row.name,
    status: row.status,
    amount: row.amount,
    remaining: row.remaining,
    currency: row.currency,
    paid: row.paid,
    top_up: row.top_up,
    priority: row.priority,
    applies_to: toLineScope(row.applies_to),
    invoice: row.invoice_id,
    effective_at: toTime(row.effective_at),
    expires_at: toOptionalTime(row.expires_at),
    ended_at: toOptionalTime(row.ended_at),
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}

function toMovement(row: CreditMovementRow) {
  const { source_id: source } = row;
  return {
    id: row.id,
    object: 'credit_movement' as const,
    credit_grant: row.credit_grant_id,
    type: row.kind,
    amount: row.amount,
    invoice: source.startsWith('in_') ? source : null,
    credit_note: source.startsWith('cn_') ? source : null,
    created: toTime(row.created),
  };
}
