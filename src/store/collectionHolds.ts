/** What an operator asks of a collection: that it waits, or goes on. */
import type { InvoiceId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Queryable } from './database.ts';

export interface Hold {
  readonly pausedAt: Instant | null;
  readonly promisedUntil: Instant | null;
  readonly nextStepAt: Instant | null;
  /** When the next attempt is made; null: none is planned, or it waits for the pause to end. */
  readonly attemptAt: Instant | null;
  /** When it would have been made. */
  readonly heldAttemptAt: Instant | null;
}

/** Changes a collection that is locked by its invoice. */
export async function saveHold(db: Queryable, id: InvoiceId, hold: Hold): Promise<void> {
  await db.query(
    `UPDATE collections SET paused_at = $2, promised_until = $3, next_step_at = $4, held_attempt_at = $5 WHERE invoice_id = $1`,
    [id, iso(hold.pausedAt), iso(hold.promisedUntil), iso(hold.nextStepAt), iso(hold.heldAttemptAt)],
  );
  await db.query(`UPDATE invoices SET collect_at = $2, next_attempt_at = $2 WHERE id = $1`, [
    id,
    iso(hold.attemptAt),
  ]);
}

/** Notes the attempts that would come next of collections that are held. */
export async function saveHeldAttempts(
  db: Queryable,
  held: readonly { readonly invoiceId: InvoiceId; readonly at: Instant | null }[],
): Promise<void> {
  if (held.length === 0) return;
  await db.query(
    `UPDATE collections d SET held_attempt_at = r.at
       FROM json_to_recordset($1) AS r(id text, at timestamptz) WHERE d.invoice_id = r.id`,
    [JSON.stringify(held.map(({ invoiceId, at }) => ({ id: invoiceId, at: iso(at) })))],
  );
}

function iso(at: Instant | null): string | null {
  return at && formatInstant(at);
}
