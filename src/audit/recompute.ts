/** Rates every closed period again, from the events and the catalog, and compares (semantics.md, section 11.6). */
import type { Pool } from 'pg';
import { subtotal, usageLines, type BilledUsage } from '../domain/invoice.ts';
import { carriesOver } from '../domain/meter.ts';
import { formatDecimal, zero, type Decimal } from '../domain/quantity.ts';
import { readPriceUsage } from '../store/groupUsage.ts';
import { readBilledUsage } from '../store/lateUsage.ts';
import { meteredPrices, periodColumns, type MeteredPeriod } from '../store/meteredPrices.ts';
import { loadMeters } from '../store/meters.ts';
import { isArchivedSql } from '../store/usageArchive.ts';
import type { Violation } from './audit.ts';

interface ClosedPeriod extends MeteredPeriod {
  readonly usage_snapshot: string;
  /** Whether events of the customer are archived, which what carries over began with. */
  readonly archived: boolean;
}

const pageSize = 200;

/**
 * Compares what was billed for each metered price and closed period with what exactly the events say that its snapshot
 * holds; where those are archived, it is not asked. Reads page by page: its memory does not grow with the database.
 */
export async function recomputeUsage(pool: Pool): Promise<Violation[]> {
  const violations: Violation[] = [];
  let after: readonly [string, number] = ['', -1];
  for (;;) {
    const { rows } = await pool.query<ClosedPeriod>(
      `SELECT ${periodColumns}, p.usage_snapshot::text AS usage_snapshot, s.customer_id, c.timezone,
              EXISTS (SELECT FROM usage_archive_marks a WHERE a.customer_id = s.customer_id) AS archived
         FROM subscription_periods p
         JOIN subscriptions s ON s.id = p.subscription_id
         JOIN customers c ON c.id = s.customer_id
        WHERE (p.subscription_id, p.index) > ($1, $2::int) AND p.usage_snapshot IS NOT NULL
          AND NOT ${isArchivedSql('s.customer_id', 'p.starts_at')}
        ORDER BY p.subscription_id, p.index LIMIT $3`,
      [after[0], after[1], pageSize],
    );
    violations.push(...(await recomputePage(pool, rows)));
    const last = rows.at(-1);
    if (!last) return violations;
    after = [last.subscription_id, last.index];
  }
}

async function recomputePage(pool: Pool, periods: readonly ClosedPeriod[]): Promise<Violation[]> {
  const all = await meteredPrices(pool, periods);
  const meters = await loadMeters(
    pool,
    all.map(({ price }) => price.meterId),
  );
  const metered = all.filter(({ of, price }) => {
    const meter = meters.get(price.meterId);
    return !(of.archived && meter && carriesOver(meter.aggregation));
  });
  if (metered.length === 0) return [];
  const { usage } = await readPriceUsage(pool, metered, {
    raw: true,
    asOf: metered.map(({ of }) => of.usage_snapshot),
  });
  const billed = await readBilledUsage(
    pool,
    metered.map(({ of, price, period }) => ({
      subscription_id: of.subscription_id,
      starts_at: period.start,
      price_code: price.code,
    })),
  );
  return metered.flatMap(({ of, price, planVersion, period, fraction }, question) => {
    const lines = usageLines(price, planVersion, usage[question] ?? [], period, fraction);
    const before: readonly BilledUsage[] = billed[question] ?? [];
    const now = { amount: subtotal(lines), quantity: sumOf(lines) };
    const was = { amount: subtotal(before), quantity: sumOf(before) };
    if (now.amount === was.amount && now.quantity.equals(was.quantity)) return [];
    const message = `${price.code} was billed ${String(was.amount)} for ${formatDecimal(was.quantity)}, the events give ${String(now.amount)} for ${formatDecimal(now.quantity)}`;
    return [{ rule: '11.6', id: of.subscription_id, message: `period ${String(of.index)}: ${message}` }];
  });
}

function sumOf(lines: readonly { readonly quantity: Decimal }[]): Decimal {
  return lines.reduce((sum, { quantity }) => sum.add(quantity), zero);
}
