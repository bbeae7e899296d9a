/** What is due and not done: a number and its age from the first day, so that nobody is forgotten in silence. */
import type { Queryable } from '../database.ts';

export interface DueNotDone {
  readonly count: number;
  readonly oldestAgeSeconds: number;
  readonly setAside: number;
  /** What reconciliation found and nobody has resolved. */
  readonly unreconciled: number;
}

/** Due for a minute or longer by the real clock, and what was set aside. Reads only the indexes of due work. */
export async function readDueNotDone(db: Queryable): Promise<DueNotDone> {
  const { rows } = await db.query<{ count: number; oldest: number; set_aside: number; unreconciled: number }>(
    `WITH overdue AS (
       SELECT next_due_at AS since FROM subscriptions
        WHERE test_clock_id IS NULL AND next_due_at < now() - interval '1 minute'
       UNION ALL
       SELECT finalizes_at FROM invoices
        WHERE status = 'draft' AND test_clock_id IS NULL AND finalizes_at < now() - interval '1 minute'
       UNION ALL
       SELECT collect_at FROM invoices
        WHERE status = 'open' AND test_clock_id IS NULL AND collect_at < now() - interval '1 minute'
       UNION ALL
       SELECT due_at FROM invoices
        WHERE status = 'open' AND collection_method = 'send_invoice' AND first_failed_at IS NULL AND test_clock_id IS NULL
          AND due_at < now() - interval '1 minute'
       UNION ALL
       SELECT next_step_at FROM collections
        WHERE test_clock_id IS NULL AND next_step_at < now() - interval '1 minute'
       UNION ALL
       SELECT expires_at FROM credit_grants
        WHERE status = 'granted' AND test_clock_id IS NULL AND expires_at < now() - interval '1 minute'
       UNION ALL
       SELECT greatest(asked_at, ask_after) FROM payments
        WHERE status = 'pending' AND greatest(asked_at, ask_after) < now() - interval '1 minute'
       UNION ALL
       SELECT received_at FROM provider_events WHERE applied_at IS NULL AND received_at < now() - interval '1 minute'
       UNION ALL
       SELECT try_after FROM notifications WHERE status = 'pending' AND try_after < now() - interval '1 minute'
       UNION ALL
       SELECT created FROM refunds WHERE status = 'pending' AND test_clock_id IS NULL AND created < now() - interval '1 minute')
     SELECT count(*)::int AS count, coalesce(extract(epoch FROM now() - min(since)), 0)::float8 AS oldest,
            (SELECT count(*)::int FROM set_asides) AS set_aside,
            (SELECT count(*)::int FROM reconciliation_findings WHERE resolved_at IS NULL) AS unreconciled
       FROM overdue`,
  );
  const [row] = rows;
  return {
    count: row?.count ?? 0,
    oldestAgeSeconds: Math.round(row?.oldest ?? 0),
    setAside: row?.set_aside ?? 0,
    unreconciled: row?.unreconciled ?? 0,
  };
}
