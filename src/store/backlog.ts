/** What is due by the real clock and not yet done, and when something will be due next. */
import type { Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

export interface Backlog {
  readonly due: boolean;
  /** When the next subscription, draft or first payment falls due, or credit expires; null: nothing is known to come. */
  readonly nextDueAt: Instant | null;
}

/** Reads the head of each index of due work: its cost does not grow with their number. */
export async function readBacklog(db: Queryable, now: Instant): Promise<Backlog> {
  const { rows } = await db.query<{ next_due_at: Instant | null; in_collection: boolean }>(
    `SELECT least(
        (SELECT min(next_due_at) FROM subscriptions s
          WHERE test_clock_id IS NULL AND next_due_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = s.id AND a.retry_at > now())),
        (SELECT min(finalizes_at) FROM invoices i
          WHERE status = 'draft' AND test_clock_id IS NULL
            AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = i.id AND a.retry_at > now())),
        (SELECT min(collect_at) FROM invoices i
          WHERE status = 'open' AND collect_at IS NOT NULL AND test_clock_id IS NULL
            AND NOT EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status IN ('pending', 'requires_action'))
            AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = i.id AND a.retry_at > now())),
        (SELECT min(expires_at) FROM credit_grants g
          WHERE status = 'granted' AND expires_at IS NOT NULL AND test_clock_id IS NULL
            AND NOT EXISTS (SELECT FROM set_asides a WHERE a.subject_id = g.id AND a.retry_at > now())),
        (SELECT min(greatest(asked_at, ask_after)) + interval '30 seconds' FROM payments p
          WHERE status = 'pending' AND test_clock_id IS NULL),
        (SELECT min(greatest(i.collect_at, greatest(p.asked_at, p.ask_after) + interval '30 seconds'))
           FROM payments p JOIN invoices i ON i.id = p.invoice_id
          WHERE p.status = 'requires_action' AND p.test_clock_id IS NULL AND i.status = 'open' AND i.collect_at IS NOT NULL)
       ) AS next_due_at,
      EXISTS (SELECT FROM invoices WHERE status = 'open' AND first_failed_at IS NOT NULL
                 AND collection_started_at IS NULL AND test_clock_id IS NULL) AS in_collection`,
  );
  const nextDueAt = rows[0]?.next_due_at ?? null;
  const due = (nextDueAt !== null && nextDueAt <= now) || rows[0]?.in_collection === true;
  return { due, nextDueAt };
}
