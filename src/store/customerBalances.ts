/** What customers have as credit. */
import type { CustomerId } from '../domain/ids.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';

/**
 * The balances that are not zero, and those of `changing` whatever they are, locked for this transaction: two invoices
 * of a customer never use the same credit.
 */
export async function lockBalances(
  db: Queryable,
  customerIds: readonly CustomerId[],
  changing: readonly CustomerId[],
): Promise<Map<CustomerId, Amount>> {
  const { rows } = await db.query<{ id: CustomerId; balance: Amount }>(
    `SELECT id, balance FROM customers WHERE id = ANY($1) AND (balance <> 0 OR id = ANY($2)) ORDER BY id FOR NO KEY UPDATE`,
    [customerIds, changing],
  );
  return new Map(rows.map(({ id, balance }) => [id, balance]));
}

export async function saveBalances(db: Queryable, balances: ReadonlyMap<CustomerId, Amount>): Promise<void> {
  if (balances.size === 0) return;
  await db.query(
    `UPDATE customers c SET balance = r.balance FROM json_to_recordset($1) AS r(id text, balance bigint) WHERE c.id = r.id`,
    [JSON.stringify([...balances].map(([id, balance]) => ({ id, balance: String(balance) })))],
  );
}

/** Gives credit to a customer; as at Stripe, it is negative. */
export async function addCredit(db: Queryable, id: CustomerId, amount: Amount): Promise<void> {
  if (amount === 0n) return;
  await db.query(`UPDATE customers SET balance = balance - $2 WHERE id = $1`, [id, amount]);
}
