/** One signup of a customer at a time: its currency is fixed by its first subscription, or the first credit granted. */
import type { CustomerId, TestClockId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

export interface LockedCustomer {
  readonly currency: string | null;
  readonly timezone: string;
  readonly test_clock_id: TestClockId | null;
}

/**
 * Locks a customer for this transaction; undefined where there is none. Rows that refer to it may be added meanwhile: a lock
 * against those too would be waited for by two that have added one each, for ever.
 */
export async function lockCustomer(db: Queryable, id: CustomerId): Promise<LockedCustomer | undefined> {
  const { rows } = await db.query<LockedCustomer>(
    `SELECT currency, timezone, test_clock_id FROM customers WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE`,
    [id],
  );
  return rows[0];
}

/** The currency of a customer is that of its first subscription or credit, for ever. */
export async function fixCurrency(db: Queryable, id: CustomerId, currency: string): Promise<void> {
  await db.query(`UPDATE customers SET currency = $2 WHERE id = $1 AND currency IS NULL`, [id, currency]);
}
