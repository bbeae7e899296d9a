/** /v1/customers/{id}/payment_methods: what a customer pays with. */
import { z } from 'zod';
import { notFound } from '../../domain/errors.ts';
import { selectCustomers, type CustomerRow } from '../../store/customers.ts';
import { newId } from '../../store/newId.ts';
import { selectPaymentMethods, type PaymentMethodRow } from '../../store/paymentMethods.ts';
import { readPage } from '../../store/reads/page.ts';
import {
  paymentMethodWorkflowId,
  type AttachPaymentMethod,
  type ChoosePaymentMethod,
  type SetBackup,
} from '../../workflows/contract/paymentMethod.ts';
import { workflowTypes } from '../../workflows/contract/workflowTypes.ts';
import { listOf, pageOf, pageQuery, resourceFields, text, toList, toTime } from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { runWorkflow, type WorkflowType } from '../shortWorkflow.ts';

const paymentMethod = z.object({
  ...resourceFields,
  object: z.literal('payment_method'),
  customer: z.string(),
  type: z.string(),
  card: z
    .object({
      brand: z.string(),
      last4: z.string(),
      exp_month: z.number().nullable(),
      exp_year: z.number().nullable(),
    })
    .nullable(),
  default: z.boolean(),
  /** Its place among the methods that are tried where the default failed, the lowest first; null: it is none of them. */
  backup_priority: z.number().nullable(),
});
const ofCustomer = z.object({ id: z.string() });
const ofMethod = z.object({ id: z.string(), payment_method: z.string() });

export function addPaymentMethodRoutes(to: Registrar): void {
  const { pool } = to;
  const findCustomer = (id: string) => findOne<CustomerRow>(pool, selectCustomers, 'customer', id);
  const find = (id: string) => findOne<PaymentMethodRow>(pool, selectPaymentMethods, 'payment method', id);

  /** Changes go through a short workflow, so that the provider's answer is never lost. */
  const change = (
    type: WorkflowType,
    request: AttachPaymentMethod | ChoosePaymentMethod | SetBackup,
    name: string,
  ): Promise<void> =>
    runWorkflow(to, type, `${paymentMethodWorkflowId(request.paymentMethodId)}${name}`, request);
  const ofThatCustomer = async (params: z.output<typeof ofMethod>): Promise<PaymentMethodRow> => {
    const customer = await findCustomer(params.id);
    const method = await find(params.payment_method);
    if (method.customer_id !== customer.id) throw notFound('payment method', params.payment_method);
    return method;
  };

  addRoute(to, {
    method: 'post',
    path: '/v1/customers/{id}/payment_methods',
    summary: "Attach a payment method by the provider's token; the first one becomes the default.",
    scope: 'write',
    params: ofCustomer,
    body: z.strictObject({ token: text(200) }),
    status: 201,
    answer: paymentMethod,
    async handle({ params, body, operationId }) {
      const customer = await findCustomer(params.id);
      const paymentMethodId = newId('payment_method', operationId);
      await change(
        workflowTypes.attachPaymentMethod,
        { paymentMethodId, customerId: customer.id, token: body.token },
        '',
      );
      return toResource(await find(paymentMethodId));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/customers/{id}/payment_methods',
    summary: "List a customer's payment methods.",
    scope: 'read',
    params: ofCustomer,
    query: z.strictObject(pageQuery),
    answer: listOf(paymentMethod),
    async handle({ params, query }) {
      const customer = await findCustomer(params.id);
      return toList(
        await readPage<PaymentMethodRow>(
          pool,
          selectPaymentMethods,
          [['customer_id', customer.id]],
          pageOf(query),
        ),
        toResource,
      );
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/customers/{id}/payment_methods/{payment_method}/default',
    summary: 'Make a payment method the default; what waits for payment is tried with it at once.',
    scope: 'write',
    params: ofMethod,
    answer: paymentMethod,
    async handle({ params }) {
      const method = await ofThatCustomer(params);
      await change(
        workflowTypes.setDefaultPaymentMethod,
        { paymentMethodId: method.id, customerId: method.customer_id },
        '/default',
      );
      return toResource(await find(method.id));
    },
  });
  addRoute(to, {
    method: 'post',
    path: '/v1/customers/{id}/payment_methods/{payment_method}/backup',
    summary:
      'Make a payment method a backup, tried at once where the default failed, or none; what waits for payment is tried with it.',
    scope: 'write',
    params: ofMethod,
    body: z.strictObject({
      /** The lowest is tried first; null: it is no backup. */
      priority: z.int().min(1).max(1000).nullable(),
    }),
    answer: paymentMethod,
    async handle({ params, body, operationId }) {
      const method = await ofThatCustomer(params);
      const request: SetBackup = {
        paymentMethodId: method.id,
        customerId: method.customer_id,
        priority: body.priority,
      };
      await change(workflowTypes.setBackupPaymentMethod, request, `/backup/${operationId}`);
      return toResource(await find(method.id));
    },
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/customers/{id}/payment_methods/{payment_method}',
    summary: 'Detach a payment method.',
    scope: 'write',
    params: ofMethod,
    answer: z.object({ id: z.string(), object: z.literal('payment_method'), deleted: z.literal(true) }),
    async handle({ params }) {
      const method = await ofThatCustomer(params);
      await change(
        workflowTypes.detachPaymentMethod,
        { paymentMethodId: method.id, customerId: method.customer_id },
        '/detachment',
      );
      return { id: method.id, object: 'payment_method' as const, deleted: true as const };
    },
  });
}

function toResource(row: PaymentMethodRow) {
  return {
    id: row.id,
    object: 'payment_method' as const,
    customer: row.customer_id,
    type: row.type,
    card: row.card && {
      brand: row.card.brand,
      last4: row.card.last4,
      exp_month: row.card.exp_month ?? null,
      exp_year: row.card.exp_year ?? null,
    },
    default: row.is_default,
    backup_priority: row.backup_priority,
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}
