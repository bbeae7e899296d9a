/** Pauses of subscriptions that dunning made: which unpaid invoices keep each, and whether it still stands. */
import type { InvoiceId, SubscriptionId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

/** When a pause that stands, or is to come, begins: that tells it from another one of the same subscription. */
const standing = `coalesce(CASE s.status WHEN 'paused' THEN s.paused_at END, s.pause_at)`;

/** The subscriptions, of these, whose pause dunning has made before, for whichever invoice. */
export async function findPausedByDunning(
  db: Queryable,
  ids: readonly SubscriptionId[],
): Promise<SubscriptionId[]> {
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT s.id FROM subscriptions s
      WHERE s.id = ANY($1)
        AND EXISTS (SELECT FROM dunning_pauses p WHERE p.subscription_id = s.id AND p.pause_at = ${standing})
      ORDER BY s.id`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** The pauses of these subscriptions, as they stand, are kept by an invoice until it is settled. */
export async function notePauses(
  db: Queryable,
  invoiceId: InvoiceId,
  ids: readonly SubscriptionId[],
): Promise<void> {
  await db.query(
    `INSERT INTO dunning_pauses (subscription_id, invoice_id, pause_at)
     SELECT s.id, $1, ${standing} FROM subscriptions s WHERE s.id = ANY($2) AND ${standing} IS NOT NULL`,
    [invoiceId, ids],
  );
}

/**
 * Invoices that are settled keep no pause any more. Returns the subscriptions that they had paused, that no other open invoice
 * keeps paused, and whose pause is still the one that dunning made.
 */
export async function releasePauses(db: Queryable, settled: readonly InvoiceId[]): Promise<SubscriptionId[]> {
  if (settled.length === 0) return [];
  const released = await db.query<{ subscription_id: SubscriptionId }>(
    `DELETE FROM dunning_pauses p USING subscriptions s
      WHERE p.invoice_id = ANY($1) AND s.id = p.subscription_id AND p.pause_at = ${standing}
     RETURNING p.subscription_id`,
    [settled],
  );
  const ids = released.rows.map(({ subscription_id: id }) => id);
  if (ids.length === 0) return [];
  const { rows } = await db.query<{ id: SubscriptionId }>(
    `SELECT s.id FROM subscriptions s
      WHERE s.id = ANY($1)
        AND NOT EXISTS (SELECT FROM dunning_pauses p JOIN invoices i ON i.id = p.invoice_id
                         WHERE p.subscription_id = s.id AND p.pause_at = ${standing} AND i.status = 'open')
      ORDER BY s.id`,
    [ids],
  );
  return rows.map(({ id }) => id);
}
