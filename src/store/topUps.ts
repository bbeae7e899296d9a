/** Customers that buy credit by themselves when little is left. */
import type { AutoTopUp } from '../domain/autoTopUp.ts';
import type { CustomerId, InvoiceId, TestClockId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import type { PurchaseInvoice } from './grantChanges.ts';

/** As it is stored: amounts are integers of minor units. */
export interface StoredTopUp {
  readonly threshold: number;
  readonly amount: number;
  readonly expires_after_days: number | null;
  readonly priority: number;
}

export interface ToppedUpCustomer {
  readonly id: CustomerId;
  readonly currency: string;
  readonly timezone: string;
  readonly test_clock_id: TestClockId | null;
  readonly topUp: AutoTopUp;
  /** What may be spent now on any line. */
  readonly left: Amount;
}

/**
 * Those of these customers that top up and have no top-up that waits for its payment, locked for this transaction: of two
 * that use the last of the credit one finds what the other has bought.
 */
export async function lockToppedUp(
  db: Queryable,
  customerIds: readonly CustomerId[],
  now: Instant,
): Promise<ToppedUpCustomer[]> {
  if (customerIds.length === 0) return [];
  const locked = await db.query<{ id: CustomerId }>(
    `SELECT id FROM customers
      WHERE id = ANY($1) AND auto_top_up IS NOT NULL AND currency IS NOT NULL AND deleted_at IS NULL
      ORDER BY id FOR NO KEY UPDATE`,
    [customerIds],
  );
  if (locked.rows.length === 0) return [];
  // Asked only now: what others have done for these customers is there to be seen.
  const { rows } = await db.query<Omit<ToppedUpCustomer, 'topUp'> & AutoTopUp>(
    `SELECT c.id, c.currency, c.timezone, c.test_clock_id, (c.auto_top_up ->> 'threshold')::bigint AS threshold,
            (c.auto_top_up ->> 'amount')::bigint AS amount, (c.auto_top_up ->> 'expires_after_days')::int AS "expiresAfterDays",
            (c.auto_top_up ->> 'priority')::int AS priority,
            (SELECT coalesce(sum(g.remaining), 0)::bigint FROM credit_grants g
              WHERE g.customer_id = c.id AND g.remaining > 0 AND g.status = 'granted' AND g.currency = c.currency
                AND g.applies_to = '{}' AND g.effective_at <= $2 AND (g.expires_at IS NULL OR g.expires_at > $2)) AS left
       FROM customers c
      WHERE c.id = ANY($1)
        AND NOT EXISTS (SELECT FROM credit_grants p WHERE p.customer_id = c.id AND p.top_up AND p.status = 'pending')
      ORDER BY c.id`,
    [locked.rows.map(({ id }) => id), formatInstant(now)],
  );
  return rows.map(({ threshold, amount, expiresAfterDays, priority, ...customer }) => ({
    ...customer,
    topUp: { threshold, amount, expiresAfterDays, priority },
  }));
}

/** The top-up of a customer that waits for its payment. */
export async function findPendingTopUps(db: Queryable, customerId: CustomerId): Promise<PurchaseInvoice[]> {
  const { rows } = await db.query<{ invoiceId: InvoiceId; testClockId: TestClockId | null }>(
    `SELECT invoice_id AS "invoiceId", test_clock_id AS "testClockId" FROM credit_grants
      WHERE customer_id = $1 AND top_up AND status = 'pending'`,
    [customerId],
  );
  return rows;
}

/** Locks the customer as little as will do, since what is posted for it meanwhile refers to it; undefined: there is none. */
export async function saveAutoTopUp(
  db: Queryable,
  customerId: CustomerId,
  autoTopUp: StoredTopUp | null,
): Promise<{ readonly currency: string | null; readonly test_clock_id: TestClockId | null } | undefined> {
  const { rows } = await db.query<{ currency: string | null; test_clock_id: TestClockId | null }>(
    `UPDATE customers SET auto_top_up = $2 WHERE id = $1 AND deleted_at IS NULL RETURNING currency, test_clock_id`,
    [customerId, autoTopUp && JSON.stringify(autoTopUp)],
  );
  return rows[0];
}

/** Waits for whoever is using a customer's credit, so that what is left is what there is. */
export async function awaitCreditUse(db: Queryable, customerId: CustomerId): Promise<void> {
  await db.query(
    `SELECT FROM credit_grants WHERE customer_id = $1 AND remaining > 0 ORDER BY id FOR NO KEY UPDATE`,
    [customerId],
  );
}
