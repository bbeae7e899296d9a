/** How collections end: paid, void, given up, and what the final action has done. */
import type { CustomerId, InvoiceId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';

export interface EndedCollection {
  readonly id: InvoiceId;
  readonly customer_id: CustomerId;
  readonly currency: string;
  readonly status: 'paid' | 'void' | 'uncollectible';
  readonly amount_paid: Amount;
  /** Whether a step of dunning was taken. */
  readonly was_dunned: boolean;
}

/** Ends the collections of these invoices that are not open any more; returns those of which that is news. */
export async function endCollections(
  db: Queryable,
  invoiceIds: readonly InvoiceId[],
  now: Instant,
): Promise<EndedCollection[]> {
  const { rows } = await db.query<EndedCollection>(
    `SELECT i.id, i.customer_id, i.currency, i.status, i.amount_paid, d.position > 0 AS was_dunned
       FROM collections d JOIN invoices i ON i.id = d.invoice_id
      WHERE i.id = ANY($1) AND i.status IN ('paid', 'void', 'uncollectible')
        AND (d.ended_at IS NULL OR i.status <> 'uncollectible'
             OR EXISTS (SELECT FROM dunning_pauses p WHERE p.invoice_id = i.id))
      ORDER BY i.id FOR UPDATE OF d`,
    [invoiceIds],
  );
  if (rows.length === 0) return [];
  await db.query(
    `UPDATE collections d
        SET ended_at = coalesce(d.ended_at, $2), ended_by = coalesce(d.ended_by, i.status), next_step_at = NULL,
            paused_at = NULL, gave_up = false
       FROM invoices i WHERE i.id = d.invoice_id AND d.invoice_id = ANY($1)`,
    [rows.map(({ id }) => id), formatInstant(now)],
  );
  return rows;
}

/** The final action has marked an invoice uncollectible. */
export async function noteGivenUp(db: Queryable, id: InvoiceId): Promise<void> {
  await db.query(`UPDATE collections SET gave_up = true WHERE invoice_id = $1`, [id]);
}
