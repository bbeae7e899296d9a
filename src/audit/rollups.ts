/** Counts every folded event again, and compares with the rollups (semantics.md, section 11.2). */
import type { Pool } from 'pg';
import { formatInstant } from '../domain/instant.ts';
import { selectMeters, toMeter, type MeterRow } from '../store/meters.ts';
import { findWrongRollups } from '../store/usageRollups.ts';
import type { Violation } from './audit.ts';

export async function recountRollups(pool: Pool): Promise<Violation[]> {
  const violations: Violation[] = [];
  const { rows } = await pool.query<MeterRow>(`${selectMeters} ORDER BY t.id`);
  for (const meter of rows.map(toMeter)) {
    const wrong = await findWrongRollups(pool, meter);
    violations.push(
      ...wrong.map(({ customer_id: id, hour }) => ({
        rule: '11.2',
        id,
        message: `an event is counted once: meter ${meter.code} has other events than its rollup of ${formatInstant(hour)}`,
      })),
    );
  }
  return violations;
}
