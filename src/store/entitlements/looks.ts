/** Whose use of metered features is to be held against what is allowed, and which thresholds were told of. */
import type { PoolClient } from 'pg';
import type { ReachedThreshold } from '../../domain/entitlements/threshold.ts';
import type { CustomerId, FeatureId, TestClockId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';

/**
 * Notes customers whose use, or what is allowed of it, changes in this transaction: `select` gives them, in order. Also one
 * that is noted already is held, so that no look takes it before the change can be seen. Whoever locks a customer as well
 * does so after this: a look that has taken it locks it then.
 */
export const noteLooksSql = (select: string) =>
  `INSERT INTO entitlement_looks (customer_id) ${select}
   ON CONFLICT (customer_id) DO UPDATE SET customer_id = excluded.customer_id`;

export async function noteLooks(tx: PoolClient, customerIds: readonly CustomerId[]): Promise<void> {
  await tx.query(noteLooksSql(`SELECT DISTINCT unnest($1::text[]) AS id ORDER BY id`), [customerIds]);
}

/**
 * Takes customers whose use has changed since the last look, in this transaction: rolled back, they are taken again.
 * Whoever changes it meanwhile waits, and notes it anew.
 */
export async function takeLooks(tx: PoolClient, limit: number): Promise<CustomerId[]> {
  const { rows } = await tx.query<{ customer_id: CustomerId }>({
    name: 'takeLooks',
    text: `DELETE FROM entitlement_looks l
            USING (SELECT customer_id FROM entitlement_looks ORDER BY customer_id LIMIT $1 FOR UPDATE SKIP LOCKED) taken
            WHERE l.customer_id = taken.customer_id
        RETURNING l.customer_id`,
    values: [limit],
  });
  return rows.map(({ customer_id: id }) => id);
}

/** A page of the customers on a clock that may have metered features; none where there are no such features. */
export async function findMeteredOnClock(
  db: Queryable,
  testClockId: TestClockId,
  after: string,
  limit: number,
): Promise<CustomerId[]> {
  const { rows } = await db.query<{ id: CustomerId }>(
    `SELECT id FROM customers
      WHERE test_clock_id = $1 AND deleted_at IS NULL AND id > $2
        AND EXISTS (SELECT FROM features WHERE type = 'metered')
      ORDER BY id LIMIT $3`,
    [testClockId, after, limit],
  );
  return rows.map(({ id }) => id);
}

export type ReachedOf = ReachedThreshold & { readonly customerId: CustomerId; readonly at: Instant };

/** Notes thresholds as told of; returns those that were not before. Their customers are locked: events of one are in order. */
export async function noteThresholds(
  tx: PoolClient,
  reached: readonly ReachedOf[],
): Promise<readonly ReachedOf[]> {
  if (reached.length === 0) return [];
  const json = JSON.stringify(
    reached.map(({ customerId, featureId, period, percent, at }) => ({
      customer_id: customerId,
      feature_id: featureId,
      period_start: formatInstant(period.start),
      percent,
      reached_at: formatInstant(at),
    })),
  );
  const recordset = `json_to_recordset($1) AS r(customer_id text, feature_id text, period_start timestamptz, percent smallint,
    reached_at timestamptz)`;
  // Most were told of long ago: nobody is locked for those.
  await tx.query(
    `SELECT FROM customers WHERE id IN (
       SELECT r.customer_id FROM ${recordset}
        WHERE NOT EXISTS (SELECT FROM entitlement_thresholds t
                           WHERE (t.customer_id, t.feature_id, t.period_start, t.percent)
                                 = (r.customer_id, r.feature_id, r.period_start, r.percent)))
      ORDER BY id FOR NO KEY UPDATE`,
    [json],
  );
  const { rows } = await tx.query<{
    customer_id: CustomerId;
    feature_id: FeatureId;
    period_start: Instant;
    percent: number;
  }>(
    `INSERT INTO entitlement_thresholds (customer_id, feature_id, period_start, percent, reached_at)
     SELECT customer_id, feature_id, period_start, percent, reached_at FROM ${recordset}
      ORDER BY customer_id, feature_id, period_start, percent
     ON CONFLICT DO NOTHING
     RETURNING customer_id, feature_id, period_start, percent`,
    [json],
  );
  const key = (customer: string, feature: string, start: number, percent: number) =>
    `${customer}/${feature}/${String(start)}/${String(percent)}`;
  const noted = new Set(
    rows.map((row) => key(row.customer_id, row.feature_id, row.period_start, row.percent)),
  );
  return reached.filter(({ customerId, featureId, period, percent }) =>
    noted.has(key(customerId, featureId, period.start, percent)),
  );
}
