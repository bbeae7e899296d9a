/** A stored life with a threshold, and what is invoiced early of it. */
import type { Dependencies } from '../../src/activities/dependencies.ts';
import { invoiceEarly } from '../../src/activities/invoiceEarly.ts';
import { formatInstant, type Instant } from '../../src/domain/instant.ts';
import type { Amount } from '../../src/domain/money.ts';
import { newId } from '../../src/store/newId.ts';
import { saveThreshold } from '../../src/store/thresholds.ts';
import { dayMs } from '../domain/cycles.ts';
import { advanceStored, aStoredLife, sendUsage, type StoredLife } from './storedLife.ts';

export const start = Date.UTC(2027, 0, 1) as Instant;
export const day = (nth: number) => (start + nth * dayMs) as Instant;

export const lookAt = (life: StoredLife, at: Instant) => invoiceEarly(life.deps, life.clock, at);

/** Moves the clock as an advance does: what is due at each instant, and what has passed a threshold there. */
export async function live(life: StoredLife, to: Instant): Promise<number> {
  await advanceStored(life, to, 'each');
  const reached = await lookAt(life, to);
  await advanceStored(life, to, 'each');
  return reached.length;
}

/** Signed up at `start` and billed, with a threshold in minor units. */
export async function anEarlyLife(
  deps: Dependencies,
  threshold: number | null,
  fields: Parameters<typeof aStoredLife>[3] = {},
) {
  const life = await aStoredLife(deps, start, 'UTC', fields);
  await advanceStored(life, start, 'each');
  if (threshold !== null) await saveThreshold(deps.pool, life.id, BigInt(threshold) as Amount);
  return life;
}

let sent = 0;
/** Sends events of that instant, at that instant; returns their ids. */
export async function use(life: StoredLife, at: Instant, ...sizes: number[]): Promise<string[]> {
  await advanceStored(life, at, 'each');
  const events = sizes.map((size) => ({ nth: (sent += 1), size, time: at }));
  await sendUsage(life, events, at);
  return events.map(({ nth }) => String(nth));
}

/** The early invoices of a life, and the lines of others that give them back. */
export async function earlyOf({ deps, id }: StoredLife) {
  const { rows } = await deps.pool.query<{ reason: string; status: string; lines: unknown }>(
    `SELECT i.billing_reason AS reason, i.status,
            json_agg(json_build_array(l.price_code, l.group_values ->> 'region', l.amount, to_char(l.period_end, 'MM-DD'))
                     ORDER BY l.position) AS lines
       FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id AND l.type = 'progressive'
      WHERE i.subscription_id = $1 GROUP BY i.id ORDER BY i.created, i.id`,
    [id],
  );
  return rows.map(({ reason, status, lines }) => [reason, status, lines]);
}

/** What else decides on what a customer pays. */
export interface Charges {
  readonly grouped?: boolean;
  readonly committed?: boolean;
  readonly percentOff?: number | null;
  /** The percentage in hundredths. */
  readonly taxes?: readonly { readonly percentage: number; readonly inclusive: boolean }[];
}

/** Coupons, taxes and how its invoices are grouped, as the customer has them from the start. */
export async function prepare(life: StoredLife, of: Charges): Promise<void> {
  const { pool } = life.deps;
  if (of.grouped) {
    await pool.query(`UPDATE customers SET invoice_grouping = 'customer' WHERE id = $1`, [life.customerId]);
  }
  if (of.committed) {
    await pool.query(`UPDATE subscriptions SET commitment = $2 WHERE id = $1`, [
      life.id,
      JSON.stringify({ amount: '200', interval: 'month', periods: 2, overage_rate: '1.5' }),
    ]);
  }
  if (of.percentOff !== undefined && of.percentOff !== null) {
    const coupon = newId('coupon');
    await pool.query(
      `INSERT INTO coupons (id, code, percent_off, duration, times_redeemed, created) VALUES ($1, $1, $2, 'forever', 1, now())`,
      [coupon, of.percentOff],
    );
    await pool.query(
      `INSERT INTO discounts (id, coupon_id, customer_id, starts_at, created) VALUES ($1, $2, $3, $4, now())`,
      [newId('discount'), coupon, life.customerId, formatInstant(start)],
    );
  }
  for (const { percentage, inclusive } of of.taxes ?? []) {
    const rate = newId('tax_rate');
    await pool.query(
      `INSERT INTO tax_rates (id, code, percentage, inclusive, created) VALUES ($1, $1, $2::numeric / 100, $3, now())`,
      [rate, percentage, inclusive],
    );
    await pool.query(`UPDATE customers SET tax_rates = tax_rates || $2::text WHERE id = $1`, [
      life.customerId,
      rate,
    ]);
  }
}
