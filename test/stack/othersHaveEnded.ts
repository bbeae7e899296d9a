/** Waits for the transactions of other tests. */
import type pg from 'pg';
import { eventually } from './builders.ts';

/** What is folded is what no running transaction may still join, and other tests have theirs on the same server. */
export async function othersHaveEnded(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ now: string }>(`SELECT pg_current_xact_id()::text AS now`);
  await eventually(
    () =>
      pool.query<{ ended: boolean }>(`SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 AS ended`, [
        rows[0]?.now,
      ]),
    (answer) => answer.rows[0]?.ended === true,
  );
}
