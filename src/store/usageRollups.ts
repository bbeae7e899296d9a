/** Folds events into the hourly rollups, meter by meter, in the order of the transactions that stored them. */
import type { Pool, PoolClient } from 'pg';
import type { CustomerId, MeterId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { Meter } from '../domain/meter.ts';
import { inTransaction, type Queryable } from './database.ts';
import { noteLooksSql } from './entitlements/looks.ts';
import { meterSql, stateColumns } from './meterSql.ts';
import { loadMeters } from './meters.ts';
import { isArchivedSql } from './usageArchive.ts';

/** Events that a meter folds in one transaction, about: a transaction's events are never parted. */
const stepEvents = 50_000;

/**
 * Folds one step of every meter that is behind; returns how many meters may have more. What it folds and how far it has
 * come is one transaction, so each event is folded once, whenever the process dies. Events are only read: ingestion
 * never waits for it.
 */
export async function foldUsage(pool: Pool): Promise<number> {
  const { rows: behind } = await pool.query<{ meter_id: MeterId }>(
    `SELECT p.meter_id FROM usage_rollup_progress p JOIN meters m ON m.id = p.meter_id
      WHERE EXISTS (SELECT FROM usage_events e WHERE e.type = m.event_type AND e.inserted_xid >= p.folded_below
                       AND e.inserted_xid < pg_snapshot_xmin(pg_current_snapshot()))
      ORDER BY p.meter_id`,
  );
  const meters = await loadMeters(
    pool,
    behind.map((row) => row.meter_id),
  );
  let more = 0;
  for (const meter of meters.values()) {
    if (await inTransaction(pool, (tx) => foldMeter(tx, meter))) more += 1;
  }
  return more;
}

interface FoldStep {
  readonly folded_below: string;
  readonly step_end: string;
  readonly complete: boolean;
  /** Whether what customers are entitled to is counted by the meter. */
  readonly entitles: boolean;
}

/** True where more is to be folded at once. */
async function foldMeter(tx: PoolClient, meter: Meter): Promise<boolean> {
  // All transactions below the oldest that still runs have ended: whatever they stored can be seen, and nothing joins it.
  const { rows } = await tx.query<FoldStep>(
    `SELECT p.folded_below, coalesce(s.inserted_xid, x.oldest)::text AS step_end, s.inserted_xid IS NULL AS complete,
            EXISTS (SELECT FROM features f WHERE f.meter_id = $1) AS entitles
       FROM (SELECT folded_below FROM usage_rollup_progress WHERE meter_id = $1 FOR UPDATE SKIP LOCKED) p
      CROSS JOIN (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS oldest) x
       LEFT JOIN LATERAL (
         SELECT nth.inserted_xid FROM (
           SELECT e.inserted_xid, row_number() OVER () AS position FROM (
             SELECT inserted_xid FROM usage_events
              WHERE type = $2 AND inserted_xid >= p.folded_below AND inserted_xid < x.oldest
              ORDER BY inserted_xid LIMIT ${String(stepEvents)} * 2) e) nth
          WHERE nth.position > ${String(stepEvents)} AND nth.inserted_xid > p.folded_below
          ORDER BY nth.position LIMIT 1) s ON true`,
    [meter.id, meter.eventType],
  );
  const [step] = rows;
  if (!step) return false; // another process folds this meter
  await tx.query({
    name: `fold ${meter.id}${step.entitles ? ' told' : ''}`,
    text: foldSql(meter, 'e.inserted_xid >= $1::xid8 AND e.inserted_xid < $2::xid8', step.entitles),
    values: [step.folded_below, step.step_end],
  });
  await tx.query(`UPDATE usage_rollup_progress SET folded_below = $2::xid8 WHERE meter_id = $1`, [
    meter.id,
    step.step_end,
  ]);
  return !step.complete;
}

/**
 * Adds the events for which `when` holds to the meter's rollups; where `told`, notes whose use of what they are entitled to
 * has changed by it, and tells those who keep that.
 */
export function foldSql(meter: Meter, when: string, told: boolean): string {
  const columns = stateColumns(meter.aggregation);
  const updates = columns.map(({ name, merged }) => `, ${name} = ${merged}`);
  const fold = `INSERT INTO usage_rollups AS r (customer_id, meter_id, hour, group_values, unique_value, event_count${namesOf(meter)})
    ${rollupsSql(meter, when)}
        ON CONFLICT (customer_id, meter_id, hour, group_values, unique_value) DO UPDATE
       SET event_count = r.event_count + excluded.event_count${updates.join('')}`;
  return told
    ? `WITH folded AS (${fold} RETURNING r.customer_id),
            changed AS (SELECT DISTINCT customer_id FROM folded),
            noted AS (${noteLooksSql('SELECT customer_id FROM changed ORDER BY customer_id')})
       SELECT count(pg_notify('entitlements', customer_id)) FROM changed`
    : fold;
}

/** What the rollups of the events for which `when` holds are. */
function rollupsSql(meter: Meter, when: string): string {
  const sql = meterSql(meter);
  const columns = stateColumns(meter.aggregation);
  return `SELECT e.customer_id, '${meter.id}' AS meter_id, date_trunc('hour', e.time, 'UTC') AS hour, e.group_values,
           e.unique_value, count(*) AS event_count${columns.map(({ name, ofEvents }) => `, ${ofEvents} AS ${name}`).join('')}
      FROM (SELECT e.customer_id, e.id, e.source, e.time, ${sql.value} AS value, ${sql.groupValues} AS group_values,
                   ${sql.uniqueValue} AS unique_value
              FROM usage_events e
             WHERE ${sql.matches} AND ${when} AND e.voided_xid IS NULL AND ${sql.hasValue}) e
     GROUP BY 1, 3, 4, 5`;
}

function namesOf(meter: Meter): string {
  return stateColumns(meter.aggregation)
    .map(({ name }) => `, ${name}`)
    .join('');
}

export interface WrongRollup {
  readonly customer_id: CustomerId;
  readonly hour: Instant;
}

/**
 * The hours of a meter whose rollups are not what the events in them say, but for those whose events are archived. Reads
 * all events of its type.
 */
export async function findWrongRollups(db: Queryable, meter: Meter): Promise<WrongRollup[]> {
  const names = `event_count${namesOf(meter)}`;
  const key = 'customer_id, hour, group_values, unique_value';
  const folded = `e.inserted_xid < (SELECT folded_below FROM usage_rollup_progress WHERE meter_id = $1)
    AND NOT ${isArchivedSql('e.customer_id', 'e.time')}`;
  const { rows } = await db.query<WrongRollup>(
    `WITH right_ones AS (${rollupsSql(meter, folded)}),
          kept AS (SELECT ${key}, ${names} FROM usage_rollups r
                    WHERE meter_id = $1 AND NOT ${isArchivedSql('r.customer_id', 'r.hour')})
     SELECT DISTINCT customer_id, hour
       FROM ((SELECT ${key}, ${names} FROM right_ones EXCEPT SELECT * FROM kept)
             UNION ALL
             (SELECT * FROM kept EXCEPT SELECT ${key}, ${names} FROM right_ones)) wrong
      ORDER BY customer_id, hour LIMIT 100`,
    [meter.id],
  );
  return rows;
}
