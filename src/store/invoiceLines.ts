/** Lines of invoices, and lines that wait for their invoice. */
import type { Charge } from '../domain/charge.ts';
import type { Computation } from '../domain/computation.ts';
import type { InvoiceId, InvoiceLineId, PriceId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { InvoiceLine } from '../domain/invoice.ts';
import type { Amount } from '../domain/money.ts';
import { formatDecimal, parseDecimal, shareOf } from '../domain/quantity.ts';
import type { Queryable } from './database.ts';
import { newId } from './newId.ts';

export interface NewLine {
  /** Null with its position: it waits for the next invoice of its subscription. */
  readonly invoiceId: InvoiceId | null;
  readonly position: number | null;
  readonly subscriptionId: SubscriptionId;
  /** The period of the subscription that it is for; null: it is for several, as a commitment is. */
  readonly periodIndex: number | null;
  /** The charge of which it gives back what is left. */
  readonly creditsLineId?: InvoiceLineId | null;
  readonly line: InvoiceLine;
}

export async function insertLines(db: Queryable, lines: readonly NewLine[]): Promise<void> {
  if (lines.length === 0) return;
  await db.query(
    `INSERT INTO invoice_lines (id, invoice_id, position, type, subscription_id, period_index, credits_line_id, price_id,
                                price_code, billing, description, period_start, period_end, group_values, quantity,
                                unit_amount, amount, taxable, computation)
     SELECT id, invoice_id, position, type, subscription_id, period_index, credits_line_id, price_id, price_code, billing,
            description, period_start, period_end, group_values, quantity, unit_amount, amount, taxable, computation
       FROM json_to_recordset($1) AS r(id text, invoice_id text, position int, type text, subscription_id text,
            period_index int, credits_line_id text, price_id text, price_code text, billing text, description text,
            period_start timestamptz, period_end timestamptz, group_values jsonb, quantity numeric, unit_amount text,
            amount bigint, taxable boolean, computation jsonb)`,
    [
      JSON.stringify(
        lines.map(({ invoiceId, position, subscriptionId, periodIndex, creditsLineId = null, line }) => ({
          id: newId('invoice_line'),
          invoice_id: invoiceId,
          position,
          type: line.type,
          subscription_id: subscriptionId,
          period_index: periodIndex,
          credits_line_id: creditsLineId,
          price_id: line.priceId,
          price_code: line.priceCode,
          billing: line.billing,
          description: line.description,
          period_start: formatInstant(line.period.start),
          period_end: formatInstant(line.period.end),
          group_values: line.group,
          quantity: formatDecimal(line.quantity),
          unit_amount: line.unitAmount && formatDecimal(line.unitAmount),
          amount: String(line.amount),
          taxable: line.taxable,
          computation: line.computation,
        })),
      ),
    ],
  );
}

/** Puts lines that wait on the invoices of their subscriptions, before all others, in the order they came. */
export async function collectWaitingLines(
  db: Queryable,
  invoices: readonly { readonly id: InvoiceId; readonly subscriptionId: SubscriptionId }[],
): Promise<void> {
  if (invoices.length === 0) return;
  await db.query(
    `UPDATE invoice_lines l SET invoice_id = w.invoice_id, position = w.position
       FROM (SELECT l.id, r.id AS invoice_id,
                    coalesce((SELECT max(o.position) FROM invoice_lines o WHERE o.invoice_id = r.id AND o.position < 0), -1000000)
                      + row_number() OVER (PARTITION BY r.id ORDER BY l.subscription_id, l.id) AS position
               FROM json_to_recordset($1) AS r(id text, "subscriptionId" text)
               JOIN invoice_lines l ON l.subscription_id = r."subscriptionId" AND l.invoice_id IS NULL) w
      WHERE l.id = w.id`,
    [JSON.stringify(invoices.map(({ id, subscriptionId }) => ({ id, subscriptionId })))],
  );
}

/** Fixed lines come first, before those of usage. */
export const firstUsagePosition = 100_000;

/** The position of the last fixed line of each of these invoices that has one. */
export async function readLastPositions(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<Map<InvoiceId, number>> {
  if (invoiceIds.length === 0) return new Map();
  const { rows } = await db.query<{ invoice_id: InvoiceId; position: number }>(
    `SELECT invoice_id, max(position) AS position FROM invoice_lines
      WHERE invoice_id = ANY($1) AND position >= 0 AND position < $2 GROUP BY invoice_id`,
    [invoiceIds, firstUsagePosition],
  );
  return new Map(rows.map((row) => [row.invoice_id, row.position]));
}

interface ChargeRow {
  readonly id: InvoiceLineId;
  readonly subscription_id: SubscriptionId;
  readonly price_id: PriceId;
  readonly price_code: string;
  readonly description: string;
  readonly period_start: Instant;
  readonly period_end: Instant;
  readonly period_index: number;
  readonly quantity: string;
  readonly unit_amount: string | null;
  readonly amount: Amount;
  /** After discounts, and what of that credit notes gave back. */
  readonly net: Amount;
  readonly credited: Amount;
  readonly taxable: boolean;
  readonly computation: Computation;
}

/**
 * What was charged in advance beyond an instant and has not been given back, of each of these subscriptions: an invoice that
 * is void has charged nothing, and given nothing back.
 */
export async function readCharges(
  db: Queryable,
  subscriptions: readonly { readonly id: SubscriptionId; readonly at: Instant }[],
): Promise<Map<SubscriptionId, Charge[]>> {
  const charges = new Map<SubscriptionId, Charge[]>();
  if (subscriptions.length === 0) return charges;
  const { rows } = await db.query<ChargeRow>(
    `SELECT l.id, l.subscription_id, l.price_id, l.price_code, l.description, l.period_start, l.period_end, l.period_index,
            l.quantity::text AS quantity, l.unit_amount, l.amount, l.taxable, l.computation, l.amount - l.discount_amount AS net,
            (SELECT coalesce(sum(n.amount), 0)::bigint FROM credit_note_lines n WHERE n.invoice_line_id = l.id) AS credited
       FROM json_to_recordset($1) AS r(id text, at timestamptz)
       JOIN invoice_lines l ON l.subscription_id = r.id AND l.period_end > r.at
      WHERE l.billing = 'in_advance' AND l.type IN ('fixed', 'proration') AND l.credits_line_id IS NULL
        AND NOT EXISTS (SELECT FROM invoice_lines c WHERE c.credits_line_id = l.id AND gives_back(c))
        AND NOT EXISTS (SELECT FROM invoices i WHERE i.id = l.invoice_id AND i.status = 'void')
      ORDER BY l.id`,
    [JSON.stringify(subscriptions.map(({ id, at }) => ({ id, at: formatInstant(at) })))],
  );
  for (const row of rows) {
    const ofSubscription = charges.get(row.subscription_id) ?? [];
    ofSubscription.push(toCharge(row));
    charges.set(row.subscription_id, ofSubscription);
  }
  return charges;
}

function toCharge(row: ChargeRow): Charge {
  const quantity = parseDecimal(row.quantity);
  if (quantity === undefined) throw new Error(`line ${row.id} has the quantity ${row.quantity}`);
  return {
    id: row.id,
    priceId: row.price_id,
    priceCode: row.price_code,
    description: row.description,
    period: { start: row.period_start, end: row.period_end },
    periodIndex: row.period_index,
    quantity,
    unitAmount: row.unit_amount === null ? null : (parseDecimal(row.unit_amount) ?? null),
    amount: row.amount,
    credited: shareOf(row.credited, row.net),
    taxable: row.taxable,
    computation: row.computation,
  };
}

/** Usage lines of a draft, and what they give back, are a view of the moment: taken off before it is rated again. */
export async function removeUsageLines(db: Queryable, invoiceIds: readonly InvoiceId[]): Promise<void> {
  await db.query(
    `DELETE FROM invoice_lines
      WHERE invoice_id = ANY($1)
        AND (type IN ('usage', 'minimum') OR type = 'progressive' AND credits_line_id IS NOT NULL)`,
    [invoiceIds],
  );
}
