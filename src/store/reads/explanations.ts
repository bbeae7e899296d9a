/** How the lines of an invoice came to be: what was stored with each, and the catalog entries that it names. */
import type { Computation } from '../../domain/computation.ts';
import type { InvoiceLineId, PlanId, PriceId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { InvoiceLine } from '../../domain/invoice.ts';
import type { Amount } from '../../domain/money.ts';
import type { Group } from '../../domain/usage.ts';
import type { Queryable } from '../database.ts';
import type { StoredDiscount, StoredTax } from '../lineSums.ts';
import { toMeter, type MeterRow } from '../meters.ts';

interface Row {
  readonly id: InvoiceLineId;
  readonly type: InvoiceLine['type'];
  readonly price_id: PriceId | null;
  readonly price_code: string;
  readonly plan_id: PlanId | null;
  readonly description: string;
  readonly period_start: Instant;
  readonly period_end: Instant;
  readonly group_values: Group | null;
  readonly quantity: string;
  readonly amount: Amount;
  readonly computation: Computation;
  readonly discounts: readonly StoredDiscount[];
  readonly taxes: readonly StoredTax[];
  /** The line of which it gives back what is left; its discounts and taxes are by that one's. */
  readonly credits_line_id: InvoiceLineId | null;
  readonly meter: MeterRow | null;
}

/** The lines of an invoice in their order. */
export async function readExplanation(db: Queryable, invoiceId: string) {
  const { rows } = await db.query<Row>(
    `SELECT l.id, l.type, l.price_id, l.price_code, p.plan_id, l.description, l.period_start, l.period_end,
            l.group_values, trim_scale(l.quantity)::text AS quantity, l.amount, l.computation, l.discounts, l.taxes, l.credits_line_id,
            to_jsonb(m) AS meter
       FROM invoice_lines l
       LEFT JOIN prices p ON p.id = l.price_id
       LEFT JOIN meters m ON m.id = p.meter_id
      WHERE l.invoice_id = $1
      ORDER BY l.position`,
    [invoiceId],
  );
  return rows.map(({ meter, ...row }) => ({ ...row, meter: meter && toMeter(meter) }));
}

export type ExplainedLine = Awaited<ReturnType<typeof readExplanation>>[number];
