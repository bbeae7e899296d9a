/** What of a subscription is no part of its life: the client's metadata, and how its invoices are paid. */
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { SubscriptionId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

export async function saveSubscriptionMetadata(
  db: Queryable,
  id: SubscriptionId,
  metadata: Record<string, string>,
): Promise<void> {
  await db.query(`UPDATE subscriptions SET metadata = $2 WHERE id = $1`, [id, JSON.stringify(metadata)]);
}

export interface PaymentTerms {
  readonly collection_method?: CollectionMethod | null | undefined;
  readonly days_until_due?: number | null | undefined;
}

/** Of invoices that become final from now on; null: as its customer has it. */
export async function savePaymentTerms(
  db: Queryable,
  id: SubscriptionId,
  terms: PaymentTerms,
): Promise<void> {
  await db.query(
    `UPDATE subscriptions
        SET collection_method = CASE WHEN $2 THEN $3 ELSE collection_method END,
            days_until_due = CASE WHEN $4 THEN $5::int ELSE days_until_due END
      WHERE id = $1`,
    [
      id,
      terms.collection_method !== undefined,
      terms.collection_method ?? null,
      terms.days_until_due !== undefined,
      terms.days_until_due ?? null,
    ],
  );
}
