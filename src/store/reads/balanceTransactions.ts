/** What changed the balance of customers: the ledger's postings on their credit. */
import type { CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Amount } from '../../domain/money.ts';

export interface BalanceTransactionRow {
  /** Of the ledger's transaction. */
  readonly id: string;
  readonly customer_id: CustomerId;
  readonly book: string;
  readonly currency: string;
  readonly kind: string;
  readonly source_id: string;
  /** Added to the balance: below zero it is more credit, above zero it is what was used of it. */
  readonly amount: Amount;
  /** The balance after it: credit is below zero. */
  readonly ending_balance: Amount;
  readonly effective_at: Instant;
}

/** Asked for one customer at a time: its condition reaches down to the index of postings. */
export const selectBalanceTransactions = `
  SELECT t.*
    FROM (SELECT l.id, p.customer_id, l.book, l.currency, l.kind, l.source_id, l.effective_at, sum(p.signed)::bigint AS amount,
                 (sum(sum(p.signed)) OVER (PARTITION BY p.customer_id ORDER BY l.id))::bigint AS ending_balance
            FROM (SELECT customer_id, transaction_id, CASE WHEN debit_account = 'customer_credit' THEN amount ELSE -amount END AS signed
                    FROM ledger_postings
                   WHERE debit_account = 'customer_credit' OR credit_account = 'customer_credit') p
            JOIN ledger_transactions l ON l.id = p.transaction_id
           GROUP BY p.customer_id, l.id) t`;
