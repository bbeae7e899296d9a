/**
 * Entries of denied attempts on their way into the audit log: those that come while some are being written are written next,
 * together. So a flood of them takes one connection of this process and one short transaction at a time, and whoever changes
 * something waits for one of those at most. Each attempt is answered when its entry is kept, as ever.
 */
import type { Pool } from 'pg';
import { inTransaction } from '../store/database.ts';
import { insertAuditEntries, type NewAuditEntry } from '../store/organizations/auditLog.ts';

/** Attempts that are written at once, so that no transaction holds a chain for long. */
const atOnce = 200;

interface Waiting {
  readonly entries: readonly NewAuditEntry[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const queues = new WeakMap<Pool, Waiting[]>();

/** Resolves when they are kept; rejects where those that they were written with could not be. */
export async function writeTogether(pool: Pool, entries: readonly NewAuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await new Promise<void>((resolve, reject) => {
    const waiting = { entries, resolve, reject };
    const queue = queues.get(pool);
    if (queue) {
      queue.push(waiting);
      return;
    }
    const own = [waiting];
    queues.set(pool, own);
    void writeAll(pool, own);
  });
}

/** Until nobody waits. */
async function writeAll(pool: Pool, queue: Waiting[]): Promise<void> {
  while (queue.length > 0) {
    const batch = queue.splice(0, atOnce);
    try {
      await inTransaction(pool, (tx) =>
        insertAuditEntries(
          tx,
          batch.flatMap(({ entries }) => entries),
        ),
      );
      for (const { resolve } of batch) resolve();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
  queues.delete(pool);
}
