/** What a customer was billed for prices: the lines of invoices that are final, by the time that they are for. */
import type { CustomerId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';
import type { Period } from '../../domain/period.ts';
import type { Queryable } from '../database.ts';

export interface BilledLine {
  readonly price_code: string;
  readonly currency: string;
  readonly period_start: Instant;
  readonly amount: Amount;
}

/** One for each price and period that begins within the span; what a commitment came to belongs to no price. */
export async function readBilledLines(
  db: Queryable,
  customerId: CustomerId,
  { start, end }: Period,
): Promise<BilledLine[]> {
  const { rows } = await db.query<BilledLine>(
    `SELECT l.price_code, i.currency, l.period_start, sum(l.amount)::bigint AS amount
       FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
      WHERE i.customer_id = $1 AND i.status NOT IN ('draft', 'void') AND l.period_start >= $2 AND l.period_start < $3
        AND l.type NOT IN ('commitment', 'overage')
      GROUP BY l.price_code, i.currency, l.period_start
      ORDER BY l.period_start, l.price_code`,
    [customerId, formatInstant(start), formatInstant(end)],
  );
  return rows;
}
