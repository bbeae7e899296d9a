/** Customers. */
import type { PoolClient } from 'pg';
import type {
  CustomerId,
  DunningCampaignId,
  PaymentMethodId,
  SubscriptionId,
  TaxRateId,
  TestClockId,
} from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { TaxExemption } from '../domain/tax.ts';
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { Address, CustomField } from './billingCustomers.ts';
import { lockCustomer } from './customerLock.ts';
import type { Queryable } from './database.ts';
import { givenColumns } from './givenColumns.ts';
import type { StoredTopUp } from './topUps.ts';

/** Whether renewals at one instant have an invoice for each subscription, or one for all. */
export type InvoiceGrouping = 'subscription' | 'customer';

export interface CustomerRow {
  readonly id: CustomerId;
  readonly external_id: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly email_undeliverable_at: Instant | null;
  readonly email_undeliverable_reason: string | null;
  readonly currency: string | null;
  readonly timezone: string;
  readonly country: string | null;
  readonly balance: bigint;
  /** What may be spent now of its credit grants. */
  readonly credit_balance: bigint;
  readonly auto_top_up: StoredTopUp | null;
  readonly invoice_grouping: InvoiceGrouping;
  readonly test_clock_id: TestClockId | null;
  readonly default_payment_method_id: PaymentMethodId | null;
  readonly address: Address | null;
  readonly locale: string;
  readonly tax_id: string | null;
  readonly tax_exempt: TaxExemption;
  readonly tax_rates: readonly TaxRateId[];
  readonly collection_method: CollectionMethod;
  readonly days_until_due: number;
  readonly invoice_series: string;
  readonly invoice_footer: string | null;
  readonly po_number: string | null;
  readonly custom_fields: readonly CustomField[];
  /** The code of the campaign that it has of its own. */
  readonly dunning_campaign: string | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
  /** The time that the customer lives in: its test clock's, or null for the real one. */
  readonly frozen_time: Instant | null;
  readonly clock_status: 'ready' | 'advancing' | 'deleted' | null;
}

/** Customers that are not deleted. */
export const selectCustomers = `
  SELECT t.*, c.frozen_time, c.status AS clock_status,
         (SELECT code FROM dunning_campaigns WHERE id = t.dunning_campaign_id) AS dunning_campaign,
         (SELECT coalesce(sum(g.remaining), 0)::bigint FROM credit_grants g
           WHERE g.customer_id = t.id AND g.remaining > 0 AND g.status = 'granted'
             AND g.effective_at <= coalesce(c.frozen_time, now())
             AND (g.expires_at IS NULL OR g.expires_at > coalesce(c.frozen_time, now()))) AS credit_balance
    FROM (SELECT * FROM customers WHERE deleted_at IS NULL) t
    LEFT JOIN test_clocks c ON c.id = t.test_clock_id`;

export interface NewCustomer {
  readonly id: CustomerId;
  readonly externalId: string | null;
  readonly name: string;
  readonly email: string | null;
  readonly currency: string | null;
  readonly timezone: string;
  readonly country: string | null;
  readonly testClockId: TestClockId | null;
  readonly invoiceGrouping: InvoiceGrouping;
  readonly metadata: Record<string, string>;
  readonly createdAt: Instant;
  /** What stands on its invoices, and how they are paid; what is left out has its default. */
  readonly billing: BillingFields;
}

export interface BillingFields {
  readonly address?: Address | null | undefined;
  readonly locale?: string | undefined;
  readonly tax_id?: string | null | undefined;
  readonly tax_exempt?: TaxExemption | undefined;
  readonly tax_rates?: readonly TaxRateId[] | undefined;
  readonly collection_method?: CollectionMethod | undefined;
  readonly days_until_due?: number | undefined;
  readonly invoice_series?: string | undefined;
  readonly invoice_footer?: string | null | undefined;
  readonly po_number?: string | null | undefined;
  readonly custom_fields?: readonly CustomField[] | undefined;
  readonly dunning_campaign_id?: DunningCampaignId | null | undefined;
}

/** Adds a customer, once. Throws Postgres's unique violation where the external id is taken. */
export async function insertCustomer(db: Queryable, customer: NewCustomer): Promise<void> {
  const billing = givenColumns(customer.billing, jsonColumns);
  const columns = billing.map(([column]) => `, ${column}`).join('');
  const values = billing.map((_field, index) => `, $${String(index + 12)}`).join('');
  await db.query(
    `INSERT INTO customers (id, external_id, name, email, currency, timezone, country, test_clock_id, metadata, created,
                            invoice_grouping${columns})
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11${values}) ON CONFLICT (id) DO NOTHING`,
    [
      customer.id,
      customer.externalId,
      customer.name,
      customer.email,
      customer.currency,
      customer.timezone,
      customer.country,
      customer.testClockId,
      JSON.stringify(customer.metadata),
      formatInstant(customer.createdAt),
      customer.invoiceGrouping,
      ...billing.map(([, value]) => value),
    ],
  );
}

const jsonColumns = new Set(['address', 'custom_fields', 'metadata']);

export interface CustomerChange extends BillingFields {
  readonly external_id?: string | null | undefined;
  readonly name?: string | undefined;
  readonly email?: string | null | undefined;
  readonly timezone?: string | undefined;
  readonly country?: string | null | undefined;
  readonly invoice_grouping?: InvoiceGrouping | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

/** Changes the fields that are given. Throws Postgres's unique violation where the external id is taken. */
export async function updateCustomer(db: Queryable, id: CustomerId, change: CustomerChange): Promise<void> {
  const fields = givenColumns(change, jsonColumns);
  if (fields.length === 0) return;
  const assignments = fields.map(([column], index) => `${column} = $${String(index + 2)}`);
  await db.query(`UPDATE customers SET ${assignments.join(', ')} WHERE id = $1 AND deleted_at IS NULL`, [
    id,
    ...fields.map(([, value]) => value),
  ]);
}

/** Gives the subscriptions of a subscription's customer an invoice each. */
export async function groupBySubscription(db: Queryable, id: SubscriptionId): Promise<void> {
  await db.query(
    `UPDATE customers SET invoice_grouping = 'subscription'
      WHERE id = (SELECT customer_id FROM subscriptions WHERE id = $1)`,
    [id],
  );
}

/** Deletes a customer; false, and nothing is changed, where something of it is still to be billed. */
export async function deleteCustomer(tx: PoolClient, id: CustomerId): Promise<boolean> {
  // A signup of this customer is either seen, or finds the customer deleted.
  await lockCustomer(tx, id);
  const { rowCount } = await tx.query(
    `UPDATE customers SET deleted_at = now()
      WHERE id = $1
        AND NOT EXISTS (SELECT FROM subscriptions s WHERE s.customer_id = $1 AND s.status <> 'canceled')
        AND NOT EXISTS (SELECT FROM invoices i WHERE i.customer_id = $1 AND i.status = 'draft')
        AND NOT EXISTS (SELECT FROM invoice_items t WHERE t.customer_id = $1 AND t.invoice_id IS NULL)`,
    [id],
  );
  return rowCount === 1;
}
