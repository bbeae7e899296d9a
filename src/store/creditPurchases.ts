/** Invoices by which credit is bought: drafts of one line, due at once. */
import type { InvoiceId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { creditPurchaseLine } from '../domain/creditPurchase.ts';
import { formatDecimal } from '../domain/quantity.ts';
import type { Queryable } from './database.ts';
import type { NewGrant } from './grantChanges.ts';
import { newId } from './newId.ts';

export interface NewPurchase {
  readonly invoiceId: InvoiceId;
  readonly grant: NewGrant;
  readonly line: ReturnType<typeof creditPurchaseLine>;
}

export async function insertPurchases(
  db: Queryable,
  purchases: readonly NewPurchase[],
  now: Instant,
): Promise<void> {
  if (purchases.length === 0) return;
  await db.query(
    `WITH purchases AS MATERIALIZED (
       SELECT * FROM json_to_recordset($1) AS r(invoice_id text, customer_id text, test_clock_id text, currency text,
              billing_reason text, line_id text, type text, price_code text, billing text, description text,
              period_start timestamptz, period_end timestamptz, quantity numeric, amount bigint, taxable boolean,
              discountable boolean, computation jsonb)
     ), drafts AS (
       INSERT INTO invoices (id, customer_id, test_clock_id, status, billing_reason, currency, period_start, period_end,
                             finalizes_at, created)
       SELECT invoice_id, customer_id, test_clock_id, 'draft', billing_reason, currency, period_start, period_end, $2, $2
         FROM purchases)
     INSERT INTO invoice_lines (id, invoice_id, position, type, price_code, billing, description, period_start, period_end,
                                quantity, amount, taxable, discountable, computation)
     SELECT line_id, invoice_id, 0, type, price_code, billing, description, period_start, period_end, quantity, amount,
            taxable, discountable, computation
       FROM purchases`,
    [
      JSON.stringify(
        purchases.map(({ invoiceId, grant, line }) => ({
          invoice_id: invoiceId,
          customer_id: grant.customerId,
          test_clock_id: grant.testClockId,
          currency: grant.currency,
          billing_reason: grant.topUp ? 'top_up' : 'manual',
          line_id: newId('invoice_line'),
          type: line.type,
          price_code: line.priceCode,
          billing: line.billing,
          description: line.description,
          period_start: formatInstant(line.period.start),
          period_end: formatInstant(line.period.end),
          quantity: formatDecimal(line.quantity),
          amount: String(line.amount),
          taxable: line.taxable,
          discountable: line.discountable,
          computation: line.computation,
        })),
      ),
      formatInstant(now),
    ],
  );
}
