/** What an invoice's meters counted, day by day: drawn on its document, and kept, so that it is drawn the same again. */
import type { CustomerId, InvoiceId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { localDay } from '../../domain/dueDate.ts';
import { formatDecimal, zero } from '../../domain/quantity.ts';
import { usageWindows } from '../../domain/usageWindows.ts';
import type { Queryable } from '../database.ts';
import { selectMeters, toMeter, type MeterRow } from '../meters.ts';
import { totalUsage } from '../usage.ts';

/** Days that a chart holds; of a longer time there is none. */
const maximumDays = 62;
/** Meters that have a chart; more would be a document of charts. */
const maximumMeters = 6;

export interface MeterChart {
  readonly name: string;
  /** Of all its lines, as they were billed: an exact decimal. */
  readonly total: string;
  readonly days: readonly { readonly day: string; readonly quantity: string }[];
}

/** Of the meters that the lines bill, the first of each customer's invoice first. */
export async function readUsageCharts(
  db: Queryable,
  invoice: { readonly id: InvoiceId; readonly customer_id: CustomerId; readonly status: string },
  timezone: string,
): Promise<readonly MeterChart[]> {
  const { rows } = await db.query<{ charts: MeterChart[] }>(
    `SELECT charts FROM invoice_usage_charts WHERE invoice_id = $1`,
    [invoice.id],
  );
  const [kept] = rows;
  if (kept) return kept.charts;
  const charts = await draw(db, invoice, timezone);
  if (invoice.status === 'draft') return charts;
  // Of two that draw it at once the first is kept.
  await db.query(
    `INSERT INTO invoice_usage_charts (invoice_id, charts) VALUES ($1, $2) ON CONFLICT (invoice_id) DO NOTHING`,
    [invoice.id, JSON.stringify(charts)],
  );
  return readUsageCharts(db, invoice, timezone);
}

interface BilledMeter extends MeterRow {
  readonly total: string;
  readonly starts_at: Instant;
  readonly ends_at: Instant;
}

async function draw(
  db: Queryable,
  invoice: { readonly id: InvoiceId; readonly customer_id: CustomerId },
  timezone: string,
): Promise<MeterChart[]> {
  const { rows } = await db.query<BilledMeter>(
    `SELECT m.*, billed.total, billed.starts_at, billed.ends_at
       FROM (SELECT p.meter_id, trim_scale(sum(l.quantity))::text AS total, min(l.period_start) AS starts_at,
                    max(l.period_end) AS ends_at, min(l.position) AS position
               FROM invoice_lines l JOIN prices p ON p.id = l.price_id
              WHERE l.invoice_id = $1 AND l.type = 'usage' AND p.meter_id IS NOT NULL
              GROUP BY p.meter_id) billed
       JOIN (${selectMeters}) m ON m.id = billed.meter_id
      ORDER BY billed.position LIMIT $2`,
    [invoice.id, maximumMeters],
  );
  const charts: MeterChart[] = [];
  for (const row of rows) {
    const meter = toMeter(row);
    const windows =
      usageWindows({ start: row.starts_at, end: row.ends_at }, 'day', timezone, maximumDays) ?? [];
    const { groups } = await totalUsage(
      db,
      windows.map((period) => ({ customerId: invoice.customer_id, meter, period })),
    );
    charts.push({
      name: row.name,
      total: row.total,
      days: windows.map(({ start }, index) => ({
        day: localDay(start, timezone),
        quantity: formatDecimal(groups[index]?.[0]?.quantity ?? zero),
      })),
    });
  }
  return charts;
}
