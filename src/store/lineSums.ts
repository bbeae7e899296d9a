/** What is taken off lines and put on them while their invoice is a draft: discounts and taxes. */
import type { LineDiscount } from '../domain/coupon.ts';
import type { BilledLine } from '../domain/givenBack.ts';
import type { InvoiceId, InvoiceLineId, PlanId, SubscriptionId, TaxRateId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { InvoiceLine } from '../domain/invoiceLine.ts';
import { discountOf, taxOf, type SummedLine } from '../domain/invoiceTotals.ts';
import { amountOfText, type Amount, type WithTextAmounts } from '../domain/money.ts';
import type { LineTax } from '../domain/tax.ts';
import type { Queryable } from './database.ts';

/** As they are stored with a line, and shown. */
export type StoredDiscount = WithTextAmounts<LineDiscount>;
export type StoredTax = WithTextAmounts<LineTax>;

export function toStoredDiscount(discount: LineDiscount): StoredDiscount {
  return { ...discount, amount: String(discount.amount) };
}

export function toStoredTax(tax: LineTax): StoredTax {
  return { ...tax, taxable: String(tax.taxable), amount: String(tax.amount) };
}

export function toLineDiscount(stored: StoredDiscount): LineDiscount {
  return { ...stored, amount: amountOfText(stored.amount) };
}

export function toLineTax(stored: StoredTax): LineTax {
  return { ...stored, taxable: amountOfText(stored.taxable), amount: amountOfText(stored.amount) };
}

export interface DraftLine extends SummedLine {
  readonly id: InvoiceLineId;
  readonly invoiceId: InvoiceId;
  readonly subscriptionId: SubscriptionId | null;
  readonly type: InvoiceLine['type'];
  readonly billing: InvoiceLine['billing'];
  readonly priceCode: string;
  readonly planId: PlanId | null;
  readonly taxable: boolean;
  readonly discountable: boolean;
  readonly taxRates: readonly TaxRateId[] | null;
  readonly period: { readonly start: Instant; readonly end: Instant };
  /** The charge of which it gives back what is left. */
  readonly creditsLineId: InvoiceLineId | null;
}

interface Row {
  readonly id: InvoiceLineId;
  readonly invoice_id: InvoiceId;
  readonly subscription_id: SubscriptionId | null;
  readonly type: InvoiceLine['type'];
  readonly billing: InvoiceLine['billing'];
  readonly price_code: string;
  readonly plan_id: PlanId | null;
  readonly amount: Amount;
  readonly taxable: boolean;
  readonly discountable: boolean;
  readonly tax_rates: readonly TaxRateId[] | null;
  readonly period_start: Instant;
  readonly period_end: Instant;
  readonly credits_line_id: InvoiceLineId | null;
  readonly discounts: readonly StoredDiscount[];
  readonly taxes: readonly StoredTax[];
}

/** The lines of these invoices, in their order. */
export async function readDraftLines(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
): Promise<Map<InvoiceId, DraftLine[]>> {
  const { rows } = await db.query<Row>(
    `SELECT l.id, l.invoice_id, l.subscription_id, l.type, l.billing, l.price_code, p.plan_id, l.amount, l.taxable, l.discountable,
            l.tax_rates, l.period_start, l.period_end, l.credits_line_id, l.discounts, l.taxes
       FROM invoice_lines l LEFT JOIN prices p ON p.id = l.price_id
      WHERE l.invoice_id = ANY($1)
      ORDER BY l.invoice_id, l.position`,
    [invoiceIds],
  );
  const lines = new Map<InvoiceId, DraftLine[]>(invoiceIds.map((id) => [id, []]));
  for (const row of rows) lines.get(row.invoice_id)?.push(toDraftLine(row));
  return lines;
}

function toDraftLine(row: Row): DraftLine {
  return {
    id: row.id,
    invoiceId: row.invoice_id,
    subscriptionId: row.subscription_id,
    type: row.type,
    billing: row.billing,
    priceCode: row.price_code,
    planId: row.plan_id,
    amount: row.amount,
    taxable: row.taxable,
    discountable: row.discountable,
    taxRates: row.tax_rates,
    period: { start: row.period_start, end: row.period_end },
    creditsLineId: row.credits_line_id,
    discounts: row.discounts.map(toLineDiscount),
    taxes: row.taxes.map(toLineTax),
  };
}

/**
 * What was billed for that which these lines give back: of a credit its charge, of a difference below zero all that was
 * billed for its price (or commitment), period and group, on invoices that are final.
 */
export async function readGivenBack(
  db: Queryable,
  lineIds: readonly InvoiceLineId[],
): Promise<Map<InvoiceLineId, BilledLine[]>> {
  if (lineIds.length === 0) return new Map();
  const { rows } = await db.query<{
    id: InvoiceLineId;
    amount: Amount;
    discounts: readonly StoredDiscount[];
    taxes: readonly StoredTax[];
    credited_taxes: readonly (readonly StoredTax[])[];
  }>(
    `SELECT l.id, b.amount, b.discounts, b.taxes,
            (SELECT coalesce(jsonb_agg(n.taxes), '[]') FROM credit_note_lines n WHERE n.invoice_line_id = b.id) AS credited_taxes
       FROM invoice_lines l
       JOIN invoice_lines b ON b.id = l.credits_line_id
       JOIN invoices i ON i.id = b.invoice_id AND i.status <> 'draft'
      WHERE l.id = ANY($1)
      UNION ALL
     SELECT l.id, b.amount, b.discounts, b.taxes, '[]'
       FROM invoice_lines l
       JOIN invoice_lines b
         ON b.subscription_id = l.subscription_id AND b.period_start = l.period_start AND b.price_code = l.price_code
        AND b.billing = l.billing AND b.group_key = l.group_key
        AND b.type IN (l.type, CASE l.type WHEN 'late_usage' THEN 'usage' ELSE l.type END)
       JOIN invoices i ON i.id = b.invoice_id AND i.status <> 'draft'
        AND (i.status <> 'void' OR l.type NOT IN ('commitment', 'overage'))
      WHERE l.id = ANY($1) AND l.credits_line_id IS NULL`,
    [lineIds],
  );
  const billed = new Map<InvoiceLineId, BilledLine[]>();
  for (const { id, amount, discounts, taxes, credited_taxes: credited } of rows) {
    const lines = billed.get(id) ?? [];
    lines.push({
      amount,
      discounts: discounts.map(toLineDiscount),
      taxes: taxes.map(toLineTax),
      creditedTaxes: credited.flat().map(toLineTax),
    });
    billed.set(id, lines);
  }
  return billed;
}

/** Writes the discounts and taxes of lines, with their sums. */
export async function saveLineSums(
  db: Queryable,
  lines: readonly (SummedLine & { readonly id: InvoiceLineId })[],
): Promise<void> {
  if (lines.length === 0) return;
  await db.query(
    `UPDATE invoice_lines l
        SET discount_amount = r.discount, tax_amount = r.tax, tax_included_amount = r.tax_included, discounts = r.discounts,
            taxes = r.taxes
       FROM json_to_recordset($1) AS r(id text, discount bigint, tax bigint, tax_included bigint, discounts jsonb, taxes jsonb)
      WHERE l.id = r.id`,
    [
      JSON.stringify(
        lines.map((line) => ({
          id: line.id,
          discount: String(discountOf(line)),
          tax: String(taxOf(line).added),
          tax_included: String(taxOf(line).included),
          discounts: line.discounts.map(toStoredDiscount),
          taxes: line.taxes.map(toStoredTax),
        })),
      ),
    ],
  );
}
