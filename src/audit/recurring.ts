/** Works out again what each live subscription comes to in a month, and compares with its last movement (semantics.md, section 6). */
import type { Pool } from 'pg';
import type { SubscriptionId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { monthlyRecurring } from '../domain/monthlyRecurring.ts';
import type { SubscriptionStatus } from '../domain/subscription.ts';
import { readTerms, termsOf } from '../store/terms.ts';
import type { Violation } from './audit.ts';

interface Recurring {
  readonly id: SubscriptionId;
  readonly status: SubscriptionStatus;
  readonly since: Instant;
  readonly amount: bigint;
}

const pageSize = 500;

/** Of those whose history has begun; reads page by page: its memory does not grow with the database. */
export async function recomputeRecurring(pool: Pool): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (let after = ''; ;) {
    const { rows } = await pool.query<Recurring>(
      `SELECT s.id, s.status, s.current_period_start AS since, m.amount_after AS amount
         FROM subscriptions s
        CROSS JOIN LATERAL (
          SELECT amount_after FROM mrr_movements WHERE subscription_id = s.id ORDER BY sequence DESC LIMIT 1) m
        WHERE s.id > $1 AND s.status IN ('active', 'past_due', 'unpaid')
        ORDER BY s.id LIMIT $2`,
      [after, pageSize],
    );
    const last = rows.at(-1);
    if (!last) return violations;
    violations.push(...(await recomputePage(pool, rows)));
    after = last.id;
  }
}

async function recomputePage(pool: Pool, rows: readonly Recurring[]): Promise<Violation[]> {
  const read = await readTerms(pool, rows);
  return rows.flatMap(({ id, status, amount }) => {
    const { history } = termsOf(read, id);
    const now = monthlyRecurring(status, history.at(-1) ?? history[0]);
    if (now === amount) return [];
    const message = `what recurs is what its prices come to: it was ${String(amount)}, they give ${String(now)}`;
    return [{ rule: '6', id, message }];
  });
}
