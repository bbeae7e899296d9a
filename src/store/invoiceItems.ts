/** Items that wait for an invoice, and those that are on one. */
import type { Computation } from '../domain/computation.ts';
import type {
  CustomerId,
  InvoiceId,
  InvoiceItemId,
  SubscriptionId,
  TaxRateId,
  TestClockId,
} from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { explainItem, type PricedItem } from '../domain/invoiceItem.ts';
import type { Amount } from '../domain/money.ts';
import type { Period } from '../domain/period.ts';
import { formatDecimal } from '../domain/quantity.ts';
import type { Queryable } from './database.ts';

export interface NewItem {
  readonly id: InvoiceItemId;
  readonly customerId: CustomerId;
  /** Null: it waits for the next invoice of any. */
  readonly subscriptionId: SubscriptionId | null;
  readonly currency: string;
  readonly description: string;
  readonly priced: PricedItem;
  /** Null: it is for the moment at which it was added, and earned at once. */
  readonly period: Period | null;
  readonly taxable: boolean;
  readonly discountable: boolean;
  readonly taxRates: readonly TaxRateId[] | null;
  /** For the next invoice, whichever that is; or it is made for one. */
  readonly waits: boolean;
  readonly metadata: Record<string, string>;
  readonly createdAt: Instant;
}

/** Adds items that wait, each once. */
export async function insertItems(db: Queryable, items: readonly NewItem[]): Promise<void> {
  if (items.length === 0) return;
  await db.query(
    `INSERT INTO invoice_items (id, customer_id, subscription_id, currency, description, quantity, unit_amount, amount,
                                period_start, period_end, earned_at_once, waits, taxable, discountable, tax_rates,
                                computation, metadata, created)
     SELECT id, customer_id, subscription_id, currency, description, quantity, unit_amount, amount, period_start, period_end,
            earned_at_once, waits, taxable, discountable, tax_rates, computation, metadata, created
       FROM json_to_recordset($1) AS r(id text, customer_id text, subscription_id text, currency text, description text,
              quantity numeric, unit_amount text, amount bigint, period_start timestamptz, period_end timestamptz,
              earned_at_once boolean, waits boolean, taxable boolean, discountable boolean, tax_rates text[], computation jsonb,
              metadata jsonb, created timestamptz)
     ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(items.map(toRecord))],
  );
}

/** A moment has a length too, so that periods are never empty. */
const momentMs = 1;

function toRecord(item: NewItem) {
  const { priced, period, createdAt } = item;
  return {
    id: item.id,
    customer_id: item.customerId,
    subscription_id: item.subscriptionId,
    currency: item.currency,
    description: item.description,
    quantity: formatDecimal(priced.quantity),
    unit_amount: priced.unitAmount && formatDecimal(priced.unitAmount),
    amount: String(priced.amount),
    period_start: formatInstant(period?.start ?? createdAt),
    period_end: formatInstant(period?.end ?? ((createdAt + momentMs) as Instant)),
    earned_at_once: period === null,
    waits: item.waits,
    taxable: item.taxable,
    discountable: item.discountable,
    tax_rates: item.taxRates,
    computation: explainItem(priced),
    metadata: item.metadata,
    created: formatInstant(createdAt),
  };
}

/** Lines of items come after all that is of a subscription, and before commitments. */
const firstItemPosition = 1_500_000;

export interface ItemTarget {
  readonly invoiceId: InvoiceId;
  readonly customerId: CustomerId;
  readonly subscriptionId: SubscriptionId | null;
  readonly currency: string;
}

/**
 * Puts the items that wait on drafts, each on the first that it may be on: of its subscription, or of any where it is for
 * none. With `ids` only those. Returns how many were placed.
 */
export async function placeItems(
  db: Queryable,
  targets: readonly ItemTarget[],
  ids: readonly InvoiceItemId[] | null = null,
): Promise<number> {
  if (targets.length === 0) return 0;
  const { rowCount } = await db.query(
    `WITH target AS (
       SELECT * FROM json_to_recordset($1) AS r(nth int, invoice_id text, customer_id text, subscription_id text, currency text)
     ), waiting AS (
       SELECT i.* FROM invoice_items i
        WHERE i.invoice_id IS NULL AND i.customer_id IN (SELECT customer_id FROM target)
          AND ($2::text[] IS NULL OR i.id = ANY($2))
        ORDER BY i.id FOR NO KEY UPDATE SKIP LOCKED
     ), chosen AS (
       SELECT DISTINCT ON (w.id) w.id, t.invoice_id
         FROM waiting w
         JOIN target t ON t.customer_id = w.customer_id AND t.currency = w.currency
          AND (w.subscription_id IS NULL OR w.subscription_id = t.subscription_id)
        ORDER BY w.id, t.nth
     ), placed AS (
       UPDATE invoice_items i SET invoice_id = c.invoice_id FROM chosen c WHERE i.id = c.id RETURNING i.*
     )
     INSERT INTO invoice_lines (id, invoice_id, position, type, subscription_id, price_code, billing, description, period_start,
                                period_end, quantity, unit_amount, amount, taxable, discountable, tax_rates, computation)
     SELECT replace(p.id, 'ii_', 'il_'), p.invoice_id,
            greatest($3::int, (SELECT max(l.position) FROM invoice_lines l WHERE l.invoice_id = p.invoice_id AND l.type = 'one_off'))
              + row_number() OVER (PARTITION BY p.invoice_id ORDER BY p.id)::int,
            'one_off', p.subscription_id, 'item', CASE WHEN p.earned_at_once THEN 'in_arrears' ELSE 'in_advance' END,
            p.description, p.period_start, p.period_end, p.quantity, p.unit_amount, p.amount, p.taxable, p.discountable,
            p.tax_rates, p.computation
       FROM placed p`,
    [
      JSON.stringify(
        targets.map((target, nth) => ({
          nth,
          invoice_id: target.invoiceId,
          customer_id: target.customerId,
          subscription_id: target.subscriptionId,
          currency: target.currency,
        })),
      ),
      ids,
      firstItemPosition,
    ],
  );
  return rowCount ?? 0;
}

/** Removes an item that is on no invoice, or on a draft, with its line; false where its invoice is final. */
export async function deleteItem(db: Queryable, id: InvoiceItemId): Promise<boolean> {
  const { rows } = await db.query<{ status: string | null }>(
    `SELECT (SELECT i.status FROM invoices i WHERE i.id = t.invoice_id FOR UPDATE) AS status
       FROM invoice_items t WHERE t.id = $1 FOR UPDATE`,
    [id],
  );
  const status = rows[0]?.status ?? null;
  if (status !== null && status !== 'draft') return false;
  await db.query(`DELETE FROM invoice_lines WHERE id = replace($1, 'ii_', 'il_')`, [id]);
  await db.query(`DELETE FROM invoice_items WHERE id = $1`, [id]);
  return true;
}

export interface InvoiceItemRow {
  readonly id: InvoiceItemId;
  readonly customer_id: CustomerId;
  readonly subscription_id: SubscriptionId | null;
  readonly invoice_id: InvoiceId | null;
  readonly currency: string;
  readonly description: string;
  readonly quantity: string;
  readonly unit_amount: string | null;
  readonly amount: Amount;
  readonly period_start: Instant;
  readonly period_end: Instant;
  readonly earned_at_once: boolean;
  readonly taxable: boolean;
  readonly discountable: boolean;
  readonly tax_rates: readonly TaxRateId[] | null;
  readonly computation: Computation;
  readonly test_clock_id: TestClockId | null;
  readonly metadata: Record<string, string>;
  readonly created: Instant;
}

export const selectInvoiceItems = `
  SELECT t.id, t.customer_id, t.subscription_id, t.invoice_id, t.currency, t.description,
         trim_scale(t.quantity)::text AS quantity, t.unit_amount, t.amount, t.period_start, t.period_end, t.earned_at_once,
         t.taxable, t.discountable, t.tax_rates, t.computation, c.test_clock_id, t.metadata, t.created
    FROM invoice_items t JOIN customers c ON c.id = t.customer_id`;
