/** Invoices whose collection workflow waits for a payment. */
import type { Decline } from '../domain/decline.ts';
import type { InvoiceId, SubscriptionId, TestClockId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import type { CollectionMethod } from '../domain/dueDate.ts';
import type { Queryable } from './database.ts';
import { claimedInvoices, scopeSql, type DueScope } from './dueScope.ts';

export interface InvoiceInCollection {
  readonly id: InvoiceId;
  readonly subscription_id: SubscriptionId | null;
  readonly test_clock_id: TestClockId | null;
}

/** Open invoices whose first payment did not succeed and whose collection workflow is not known to run. */
export async function findInvoicesWithoutCollection(
  db: Queryable,
  scope: DueScope,
  limit: number,
): Promise<InvoiceInCollection[]> {
  const { condition, values } = scopeSql(scope, claimedInvoices, 2);
  const { rows } = await db.query<InvoiceInCollection>(
    `SELECT i.id, i.subscription_id, i.test_clock_id FROM invoices i
      WHERE i.status = 'open' AND i.first_failed_at IS NOT NULL AND i.collection_started_at IS NULL AND ${condition}
      ORDER BY i.first_failed_at, i.id LIMIT $1`,
    [limit, ...values],
  );
  return rows;
}

export async function noteCollectionStarted(db: Queryable, invoiceIds: readonly InvoiceId[]): Promise<void> {
  await db.query(`UPDATE invoices SET collection_started_at = now() WHERE id = ANY($1)`, [invoiceIds]);
}

export interface CollectionFacts {
  readonly number: string;
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly collection_method: CollectionMethod;
  readonly attempt_count: number;
  readonly next_attempt_at: Instant | null;
  readonly last_decline: Decline | null;
  readonly last_failure_code: string | null;
  /** Of dunning; null: none is planned. */
  readonly next_step_at: Instant | null;
  /** An attempt is under way whose outcome is not known. */
  readonly pending: boolean;
  /** The provider is not asked about it before then, by the real clock; null: at any time. */
  readonly ask_after: Instant | null;
  /** An attempt waits for the customer. */
  readonly waiting: boolean;
}

/** What its collection workflow needs to know of an invoice. */
export async function findCollectionFacts(
  db: Queryable,
  id: InvoiceId,
): Promise<CollectionFacts | undefined> {
  const { rows } = await db.query<CollectionFacts>(
    `SELECT i.number, i.status, i.collection_method, i.attempt_count, i.next_attempt_at, i.last_decline, i.last_failure_code, d.next_step_at,
            EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status = 'pending') AS pending,
            (SELECT p.ask_after FROM payments p WHERE p.invoice_id = i.id AND p.status = 'pending') AS ask_after,
            EXISTS (SELECT FROM payments p WHERE p.invoice_id = i.id AND p.status = 'requires_action') AS waiting
       FROM invoices i LEFT JOIN collections d ON d.invoice_id = i.id WHERE i.id = $1`,
    [id],
  );
  return rows[0];
}

/** Which of these invoices wait in collection. */
export async function findInCollection(db: Queryable, ids: readonly InvoiceId[]): Promise<InvoiceId[]> {
  const { rows } = await db.query<{ id: InvoiceId }>(
    `SELECT id FROM invoices WHERE id = ANY($1) AND collection_started_at IS NOT NULL`,
    [ids],
  );
  return rows.map((row) => row.id);
}
