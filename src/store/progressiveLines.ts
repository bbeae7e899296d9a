/** What was invoiced early for periods. An invoice that is void has charged nothing. */
import type { Computation } from '../domain/computation.ts';
import type { InvoiceLineId, PriceId, SubscriptionId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { BilledUsage } from '../domain/lineDifference.ts';
import type { Amount } from '../domain/money.ts';
import type { ProgressiveCharge } from '../domain/progressive.ts';
import { parseDecimal, type Decimal } from '../domain/quantity.ts';
import type { Group } from '../domain/usage.ts';
import type { Queryable } from './database.ts';

/** What was invoiced early for prices and periods so far: one answer for each question, in order. */
export async function readInvoicedEarly(
  db: Queryable,
  questions: readonly {
    readonly subscription_id: SubscriptionId;
    readonly index: number;
    readonly starts_at: Instant;
    readonly price_code: string;
  }[],
): Promise<BilledUsage[][]> {
  const invoiced: BilledUsage[][] = questions.map(() => []);
  if (questions.length === 0) return invoiced;
  const { rows } = await db.query<{
    position: number;
    group_values: Group | null;
    quantity: string;
    amount: Amount;
  }>(
    `SELECT q.position, l.group_values, trim_scale(sum(l.quantity))::text AS quantity, sum(l.amount)::bigint AS amount
       FROM json_to_recordset($1) AS q(position int, subscription_id text, index int, starts_at timestamptz, price_code text)
       JOIN invoice_lines l ON l.type = 'progressive' AND l.subscription_id = q.subscription_id AND l.period_index = q.index
        AND l.period_start = q.starts_at AND l.price_code = q.price_code AND l.credits_line_id IS NULL
       JOIN invoices i ON i.id = l.invoice_id AND i.status <> 'void'
      GROUP BY q.position, l.group_values`,
    [
      JSON.stringify(
        questions.map((question, position) => ({
          ...question,
          position,
          starts_at: formatInstant(question.starts_at),
        })),
      ),
    ],
  );
  for (const { position, group_values: group, quantity, amount } of rows) {
    invoiced[position]?.push({ type: 'usage', group, quantity: exact(quantity), amount });
  }
  return invoiced;
}

export interface PeriodCharge extends ProgressiveCharge {
  readonly subscriptionId: SubscriptionId;
  readonly periodIndex: number;
}

interface Row {
  readonly id: InvoiceLineId;
  readonly subscription_id: SubscriptionId;
  readonly period_index: number;
  readonly price_id: PriceId;
  readonly price_code: string;
  readonly description: string;
  readonly period_start: Instant;
  readonly period_end: Instant;
  readonly group_values: Group | null;
  readonly quantity: string;
  readonly unit_amount: string | null;
  readonly amount: Amount;
  readonly taxable: boolean;
  readonly computation: Computation;
}

/** The lines that charged these periods early, in the order they came. */
export async function readProgressiveCharges(
  db: Queryable,
  periods: readonly { readonly subscription_id: SubscriptionId; readonly index: number }[],
): Promise<PeriodCharge[]> {
  if (periods.length === 0) return [];
  const { rows } = await db.query<Row>({
    name: 'readProgressiveCharges',
    text: `SELECT l.id, l.subscription_id, l.period_index, l.price_id, l.price_code, l.description, l.period_start,
                  l.period_end, l.group_values, l.quantity::text AS quantity, l.unit_amount, l.amount, l.taxable, l.computation
             FROM json_to_recordset($1) AS r(subscription_id text, index int)
             JOIN invoice_lines l ON l.type = 'progressive' AND l.subscription_id = r.subscription_id
              AND l.period_index = r.index AND l.credits_line_id IS NULL
             JOIN invoices i ON i.id = l.invoice_id AND i.status <> 'void'
            ORDER BY l.subscription_id, l.period_index, i.created, l.position, l.id`,
    values: [JSON.stringify(periods.map(({ subscription_id, index }) => ({ subscription_id, index })))],
  });
  return rows.map((row) => ({
    id: row.id,
    subscriptionId: row.subscription_id,
    periodIndex: row.period_index,
    priceId: row.price_id,
    priceCode: row.price_code,
    description: row.description,
    period: { start: row.period_start, end: row.period_end },
    group: row.group_values,
    quantity: exact(row.quantity),
    unitAmount: row.unit_amount === null ? null : exact(row.unit_amount),
    amount: row.amount,
    taxable: row.taxable,
    computation: row.computation,
  }));
}

function exact(text: string): Decimal {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`the number ${text} of a line is out of range`);
  return value;
}
