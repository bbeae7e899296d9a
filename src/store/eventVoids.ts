/** Voids an event: it counts no more, and its identity stays taken. */
import type { PoolClient } from 'pg';
import { BillingError } from '../domain/errors.ts';
import type { CustomerId, MeterId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { loadMeters } from './meters.ts';
import { foldSql } from './usageRollups.ts';

/**
 * False where there is no such event. Throws a `BillingError` 409 `event_archived` where it is archived, or others of its
 * time are, since what was billed for them is final. The hours that it is rolled up in are counted again in the same transaction, so
 * that rollups never hold a voided event. Done before, it does nothing.
 */
export async function voidEvent(tx: PoolClient, source: string, id: string): Promise<boolean> {
  const { rows: found } = await tx.query<{ type: string; voided: boolean; archived: boolean }>(
    `SELECT e.type, e.voided_xid IS NOT NULL AS voided, a.customer_id IS NOT NULL AS archived
       FROM usage_event_identities i
       JOIN usage_events e ON e.inserted_xid = i.inserted_xid AND e.source = i.source AND e.id = i.id
        AND e.type IN (SELECT event_type FROM meters)
       LEFT JOIN usage_archive_marks a ON a.customer_id = e.customer_id AND e.time < a.closed_before
      WHERE i.source = $1 AND i.id = $2`,
    [source, id],
  );
  const [event] = found;
  if (!event) {
    // An identity outlives its event.
    const { rowCount } = await tx.query(`SELECT FROM usage_event_identities WHERE source = $1 AND id = $2`, [
      source,
      id,
    ]);
    if (rowCount === 0) return false;
    throw eventArchived();
  }
  if (event.voided) return true;
  if (event.archived) throw eventArchived();
  // No meter of the event is folded meanwhile.
  const { rows: progress } = await tx.query<{ meter_id: MeterId; folded_below: string; entitles: boolean }>(
    `SELECT p.meter_id, p.folded_below::text AS folded_below,
            EXISTS (SELECT FROM features f WHERE f.meter_id = p.meter_id) AS entitles
       FROM usage_rollup_progress p JOIN meters m ON m.id = p.meter_id
      WHERE m.event_type = $1 ORDER BY p.meter_id FOR UPDATE OF p`,
    [event.type],
  );
  const { rows: voided } = await tx.query<{ customer_id: CustomerId; hour: Instant }>(
    `UPDATE usage_events e SET voided_xid = pg_current_xact_id()
       FROM usage_event_identities i
      WHERE i.source = $1 AND i.id = $2 AND e.type = $3
        AND e.inserted_xid = i.inserted_xid AND e.source = i.source AND e.id = i.id AND e.voided_xid IS NULL
    RETURNING e.customer_id, date_trunc('hour', e.time, 'UTC') AS hour`,
    [source, id, event.type],
  );
  const [row] = voided;
  if (!row) return true;
  const meters = await loadMeters(
    tx,
    progress.map(({ meter_id }) => meter_id),
  );
  for (const { meter_id: meterId, folded_below: foldedBelow } of progress) {
    const meter = meters.get(meterId);
    if (!meter) continue;
    const hour = [row.customer_id, formatInstant(row.hour)];
    await tx.query(`DELETE FROM usage_rollups WHERE customer_id = $1 AND meter_id = $3 AND hour = $2`, [
      ...hour,
      meterId,
    ]);
    await tx.query(
      foldSql(
        meter,
        `e.customer_id = $1 AND e.time >= $2::timestamptz AND e.time < $2::timestamptz + interval '1 hour' AND e.inserted_xid < $3::xid8`,
        false,
      ),
      [...hour, foldedBelow],
    );
  }
  if (progress.some(({ entitles }) => entitles)) {
    await tx.query(`SELECT pg_notify('entitlements', $1)`, [row.customer_id]);
  }
  return true;
}

function eventArchived(): BillingError {
  return new BillingError(
    409,
    'event_archived',
    'The usage of that time is archived, and what was billed for it is final: its events cannot be voided.',
  );
}
