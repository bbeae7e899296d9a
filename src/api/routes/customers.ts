/** /v1/customers: who is billed. */
import { z } from 'zod';
import { BillingError } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import {
  deleteCustomer,
  insertCustomer,
  selectCustomers,
  updateCustomer,
  type CustomerRow,
} from '../../store/customers.ts';
import { inTransaction } from '../../store/database.ts';
import { newId } from '../../store/newId.ts';
import { readPage } from '../../store/reads/page.ts';
import { selectTestClocks, type TestClockRow } from '../../store/testClocks.ts';
import { billingAnswer, billingFields, checkBillingFields } from '../billingFields.ts';
import { autoTopUp, autoTopUpAnswer, refuseWithoutCurrency, setAutoTopUp } from '../autoTopUp.ts';
import {
  country,
  currency,
  idOf,
  integer,
  listOf,
  metadata,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  time,
  timezone,
  toList,
  toTime,
} from '../fields.ts';
import { nowOf, refuseWhileAdvancing } from '../customerClock.ts';
import { dunningChoice, dunningChoiceAnswer, findChosenCampaign, toDunningChoice } from '../dunningChoice.ts';
import { findNamed, findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';
import { uniquely } from '../unique.ts';

/** Renewals at one instant have an invoice for each subscription, or one for all of them. */
const invoiceGrouping = z.enum(['subscription', 'customer']);
const customer = z.object({
  ...resourceFields,
  object: z.literal('customer'),
  external_id: z.string().nullable(),
  name: z.string(),
  email: z.string().nullable(),
  /** Since when, and why, no mail is sent to the address: until it is changed. */
  email_undeliverable: z.object({ since: time, reason: z.string() }).nullable(),
  currency: z.string().nullable(),
  timezone: z.string(),
  country: z.string().nullable(),
  balance: integer,
  /** What may be spent now of its credit grants, those for some lines only among them. */
  credit_balance: integer,
  auto_top_up: autoTopUpAnswer,
  invoice_grouping: invoiceGrouping,
  ...billingAnswer,
  dunning: dunningChoiceAnswer,
  test_clock: z.string().nullable(),
  default_payment_method: z.string().nullable(),
});
const externalId = text(200).refine((id) => !id.startsWith('cus_'), {
  error: 'an external id cannot start with cus_, as ours do',
});
const params = z.object({ id: z.string() });

export function addCustomerRoutes(to: Registrar): void {
  const { pool } = to;
  const find = (id: string) => findOne<CustomerRow>(pool, selectCustomers, 'customer', id);
  addRoute(to, {
    method: 'post',
    path: '/v1/customers',
    summary: 'Create a customer.',
    scope: 'write',
    body: z.strictObject({
      external_id: externalId.optional(),
      name: text(),
      email: z.email({ error: 'give an email address' }).max(254).optional(),
      currency: currency.optional(),
      timezone: timezone.default('UTC'),
      country: country.optional(),
      test_clock: idOf('test_clock').optional(),
      invoice_grouping: invoiceGrouping.default('subscription'),
      ...billingFields,
      dunning: dunningChoice.optional(),
      auto_top_up: autoTopUp.optional(),
      metadata: metadata.default({}),
    }),
    status: 201,
    answer: customer,
    async handle({ body, operationId }) {
      refuseWithoutCurrency(body.currency, body.auto_top_up);
      const id = newId('customer', operationId);
      const clock =
        body.test_clock === undefined
          ? undefined
          : await findNamed<TestClockRow>(
              pool,
              selectTestClocks,
              'test clock',
              body.test_clock,
              'test_clock',
            );
      const billing = await checkBillingFields(pool, body);
      const campaign = await findChosenCampaign(pool, body.dunning);
      await uniquely('customers_external_id', 'external_id', () =>
        insertCustomer(pool, {
          id,
          externalId: body.external_id ?? null,
          name: body.name,
          email: body.email ?? null,
          currency: body.currency ?? null,
          timezone: body.timezone,
          country: body.country ?? null,
          testClockId: clock?.id ?? null,
          invoiceGrouping: body.invoice_grouping,
          metadata: body.metadata,
          createdAt: nowOf(clock),
          billing: { ...billing, dunning_campaign_id: campaign },
        }),
      );
      if (body.auto_top_up) await setAutoTopUp(to, id, body.auto_top_up, operationId);
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/customers',
    summary: 'List customers.',
    scope: 'read',
    query: z.strictObject({
      ...pageQuery,
      external_id: text(200).optional(),
      test_clock: idOf('test_clock').optional(),
    }),
    answer: listOf(customer),
    handle: async ({ query }) =>
      toList(
        await readPage<CustomerRow>(
          pool,
          selectCustomers,
          [
            ['external_id', query.external_id],
            ['test_clock_id', query.test_clock],
          ],
          pageOf(query),
        ),
        toResource,
      ),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/customers/{id}',
    summary: 'Get a customer.',
    scope: 'read',
    params,
    answer: customer,
    handle: async ({ params: { id } }) => toResource(await find(id)),
  });
  addRoute(to, {
    method: 'patch',
    path: '/v1/customers/{id}',
    summary: 'Change a customer. A new timezone moves future boundaries only.',
    scope: 'write',
    params,
    body: z.strictObject({
      external_id: externalId.nullable().optional(),
      name: text().optional(),
      email: z.email({ error: 'give an email address' }).max(254).nullable().optional(),
      timezone: timezone.optional(),
      country: country.nullable().optional(),
      invoice_grouping: invoiceGrouping.optional(),
      ...billingFields,
      dunning: dunningChoice.optional(),
      auto_top_up: autoTopUp.nullable().optional(),
      metadata: metadata.optional(),
    }),
    answer: customer,
    async handle({ params: { id }, body: { auto_top_up: topUp, dunning, ...change }, operationId }) {
      const row = await find(id);
      await checkBillingFields(pool, change);
      const campaign = await findChosenCampaign(pool, dunning);
      refuseWithoutCurrency(row.currency, topUp);
      if (topUp) refuseWhileAdvancing(row);
      await uniquely('customers_external_id', 'external_id', () =>
        updateCustomer(pool, row.id, { ...change, dunning_campaign_id: campaign }),
      );
      if (topUp !== undefined) await setAutoTopUp(to, row.id, topUp, operationId);
      return toResource(await find(id));
    },
  });
  addRoute(to, {
    method: 'delete',
    path: '/v1/customers/{id}',
    summary: 'Delete a customer of which nothing is still to be billed; its invoices stay.',
    scope: 'write',
    params,
    answer: z.object({ id: z.string(), object: z.literal('customer'), deleted: z.literal(true) }),
    async handle({ params: { id } }) {
      const row = await find(id);
      if (!(await inTransaction(pool, (tx) => deleteCustomer(tx, row.id)))) throw isBilled(row.id);
      return { id: row.id, object: 'customer' as const, deleted: true as const };
    },
  });
}

function isBilled(id: CustomerId): BillingError {
  return new BillingError(
    409,
    'customer_is_billed',
    `Something of customer ${id} is still to be billed. Cancel its subscriptions, finalise or delete its drafts, and remove its waiting items first.`,
  );
}

function toResource(row: CustomerRow) {
  return {
    id: row.id,
    object: 'customer' as const,
    external_id: row.external_id,
    name: row.name,
    email: row.email,
    email_undeliverable:
      row.email_undeliverable_at === null
        ? null
        : { since: toTime(row.email_undeliverable_at), reason: row.email_undeliverable_reason ?? '' },
    currency: row.currency,
    timezone: row.timezone,
    country: row.country,
    balance: row.balance,
    credit_balance: row.credit_balance,
    auto_top_up: row.auto_top_up,
    invoice_grouping: row.invoice_grouping,
    address: row.address,
    locale: row.locale,
    tax_id: row.tax_id,
    tax_exempt: row.tax_exempt,
    tax_rates: [...row.tax_rates],
    collection_method: row.collection_method,
    days_until_due: row.days_until_due,
    invoice_series: row.invoice_series,
    invoice_footer: row.invoice_footer,
    po_number: row.po_number,
    custom_fields: [...row.custom_fields],
    dunning: toDunningChoice(row.dunning_campaign),
    test_clock: row.test_clock_id,
    default_payment_method: row.default_payment_method_id,
    created: toTime(row.created),
    livemode: row.test_clock_id === null,
    metadata: row.metadata,
  };
}
