/** What is still charged for the usage of prices and periods: invoices that are final and not void, less credit notes. */
import type { InvoiceId, InvoiceLineId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { SummedLine } from '../domain/invoiceTotals.ts';
import type { Amount } from '../domain/money.ts';
import { stillCharged } from '../domain/stillCharged.ts';
import type { Queryable } from './database.ts';
import { toLineDiscount, toLineTax, type StoredDiscount, type StoredTax } from './lineSums.ts';

/** A usage price in a period, or in the part of one that it is in effect. */
export interface PricePeriod {
  readonly subscriptionId: SubscriptionId;
  readonly priceCode: string;
  readonly startsAt: Instant;
}

export function pricePeriodKey({ subscriptionId, priceCode, startsAt }: PricePeriod): string {
  return `${subscriptionId} ${priceCode} ${String(startsAt)}`;
}

/** A line that is for usage, as far as credit notes have left it. */
export interface ChargedLine extends SummedLine {
  readonly id: InvoiceLineId;
  readonly invoiceId: InvoiceId;
  /** The group that it is for, or the minimum: what late usage makes a difference of by itself. */
  readonly of: string;
}

export interface ChargedPrice {
  readonly lines: readonly ChargedLine[];
  /** Whether a minimum or a maximum has had a part in it, which move amounts from one line to another. */
  readonly isBounded: boolean;
}

/** A text for the group of a line, or for the minimum; SQL over a line `l` and, of what is waived, the line `w` of that. */
export const lineIsFor = `concat(CASE WHEN coalesce(w.type, l.type) = 'minimum' THEN 'minimum' ELSE 'usage' END, ' ', l.group_key)`;

/** Types of lines that charge usage, or give it back. */
const usageTypes = `('usage', 'late_usage', 'minimum', 'waived', 'progressive')`;

interface Row {
  readonly position: number;
  readonly id: InvoiceLineId;
  readonly invoice_id: InvoiceId;
  readonly is_charged: boolean;
  readonly is_bounded: boolean;
  readonly of: string;
  readonly amount: Amount;
  readonly discounts: readonly StoredDiscount[];
  readonly taxes: readonly StoredTax[];
  readonly credited: Amount;
  readonly credited_taxes: readonly (readonly StoredTax[])[];
}

/** By `pricePeriodKey`: of each of these the lines that charge it, wherever they are. */
export async function readChargedUsage(
  db: Queryable,
  prices: readonly PricePeriod[],
): Promise<Map<string, ChargedPrice>> {
  const asked = [...new Map(prices.map((each) => [pricePeriodKey(each), each])).entries()];
  if (asked.length === 0) return new Map();
  const { rows } = await db.query<Row>(
    `SELECT q.position, l.id, l.invoice_id, i.status <> 'void' AS is_charged, ${lineIsFor} AS of, l.amount, l.discounts, l.taxes,
            l.type = 'minimum' OR l.computation ? 'maximum' AS is_bounded, noted.amount AS credited, noted.taxes AS credited_taxes
       FROM json_to_recordset($1) AS q(position int, subscription_id text, price_code text, starts_at timestamptz)
       JOIN invoice_lines l ON l.subscription_id = q.subscription_id AND l.price_code = q.price_code
        AND l.billing = 'in_arrears' AND l.period_start = q.starts_at AND l.type IN ${usageTypes}
       JOIN invoices i ON i.id = l.invoice_id AND i.status <> 'draft'
       LEFT JOIN invoice_lines w ON l.type = 'waived' AND w.id = l.credits_line_id
      CROSS JOIN LATERAL (
        SELECT coalesce(sum(n.amount), 0)::bigint AS amount, coalesce(jsonb_agg(n.taxes), '[]') AS taxes
          FROM credit_note_lines n WHERE n.invoice_line_id = l.id) noted
      ORDER BY q.position, i.sequence, l.position, l.id`,
    [
      JSON.stringify(
        asked.map(([, { subscriptionId, priceCode, startsAt }], position) => ({
          position,
          subscription_id: subscriptionId,
          price_code: priceCode,
          starts_at: formatInstant(startsAt),
        })),
      ),
    ],
  );
  return new Map(
    asked.map(([key], position) => {
      const own = rows.filter((row) => row.position === position);
      const lines = own.filter((row) => row.is_charged).map(toChargedLine);
      return [key, { lines, isBounded: own.some((row) => row.is_bounded) }];
    }),
  );
}

function toChargedLine(row: Row): ChargedLine {
  const billed = {
    amount: row.amount,
    discounts: row.discounts.map(toLineDiscount),
    taxes: row.taxes.map(toLineTax),
  };
  const left = stillCharged(billed, {
    amount: row.credited,
    taxes: row.credited_taxes.flat().map(toLineTax),
  });
  return { ...left, id: row.id, invoiceId: row.invoice_id, of: row.of };
}

/** What an invoice has to do with the usage of a group, or with a minimum, in a period. */
export interface InvoicedUsage {
  readonly own: readonly ChargedLine[];
  /** On all invoices, this one among them. */
  readonly all: readonly ChargedLine[];
}

/** For each group and minimum whose usage an invoice that is final charges, or gives back. */
export async function readUsageOfInvoice(db: Queryable, invoiceId: InvoiceId): Promise<InvoicedUsage[]> {
  const { rows } = await db.query<PricePeriod>(
    `SELECT DISTINCT l.subscription_id AS "subscriptionId", l.price_code AS "priceCode", l.period_start AS "startsAt"
       FROM invoice_lines l WHERE l.invoice_id = $1 AND l.type IN ${usageTypes}`,
    [invoiceId],
  );
  const prices = [...(await readChargedUsage(db, rows)).values()];
  return prices.flatMap(({ lines }) => {
    const own = lines.filter((line) => line.invoiceId === invoiceId);
    return [...new Set(own.map(({ of }) => of))].map((of) => ({
      own: own.filter((line) => line.of === of),
      all: lines.filter((line) => line.of === of),
    }));
  });
}
