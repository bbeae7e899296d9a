/** The books as clients see them: balances and transactions. */
import type { CustomerId } from '../../domain/ids.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Queryable } from '../database.ts';

export interface AccountBalance {
  readonly code: string;
  readonly name: string;
  readonly type: 'asset' | 'liability' | 'revenue' | 'expense';
  readonly normal_balance: 'debit' | 'credit';
  readonly currency: string;
  readonly debits: bigint;
  readonly credits: bigint;
  /** When it was first posted to. */
  readonly created: Instant;
}

/**
 * The balances of a book, by account and currency; they are the trial balance. Of what took effect up to `asOf`, that
 * instant with it; null: of all that is posted.
 */
export function readBalances(db: Queryable, book: string, asOf: Instant | null): Promise<AccountBalance[]> {
  return addUp(db, 't.book = $1', [book, asOf]);
}

/** The same, of what was posted for one customer. */
export function readCustomerBalances(
  db: Queryable,
  customerId: CustomerId,
  asOf: Instant | null,
): Promise<AccountBalance[]> {
  return addUp(db, 'p.customer_id = $1', [customerId, asOf]);
}

async function addUp(
  db: Queryable,
  condition: string,
  [of, asOf]: readonly [of: string, asOf: Instant | null],
): Promise<AccountBalance[]> {
  const { rows } = await db.query<AccountBalance>(
    `WITH entries AS (
       SELECT t.currency, t.created, e.account, e.debit, e.credit
         FROM ledger_transactions t
         JOIN ledger_postings p ON p.transaction_id = t.id
        CROSS JOIN LATERAL (VALUES (p.debit_account, p.amount, 0::bigint), (p.credit_account, 0::bigint, p.amount))
              AS e(account, debit, credit)
        WHERE ${condition} AND ($2::timestamptz IS NULL OR t.effective_at <= $2))
     SELECT a.code, a.name, a.type, a.normal_balance, e.currency, sum(e.debit)::bigint AS debits,
            sum(e.credit)::bigint AS credits, min(e.created) AS created
       FROM ledger_accounts a JOIN entries e ON e.account = a.code
      GROUP BY a.code, e.currency
      ORDER BY e.currency, a.type, a.code`,
    [of, asOf && formatInstant(asOf)],
  );
  return rows;
}

export interface LedgerTransactionRow {
  readonly id: string;
  readonly book: string;
  readonly currency: string;
  readonly kind: string;
  readonly source_id: string;
  readonly effective_at: Instant;
  readonly created: Instant;
  /** Amounts are text here: they come through JSON, which knows no bigint. */
  readonly postings: readonly {
    readonly debit_account: string;
    readonly credit_account: string;
    readonly amount: string;
    readonly customer_id: string | null;
  }[];
}

export const selectLedgerTransactions = `
  SELECT t.id, t.book, t.currency, t.kind, t.source_id, t.effective_at, t.created, postings.postings
    FROM ledger_transactions t
   CROSS JOIN LATERAL (
     SELECT coalesce(json_agg(json_build_object('debit_account', p.debit_account, 'credit_account', p.credit_account,
                                                'amount', p.amount::text, 'customer_id', p.customer_id)
                              ORDER BY p.position), '[]') AS postings
       FROM ledger_postings p WHERE p.transaction_id = t.id) postings`;
