/** The books: transactions and postings, written once and never changed. */
import type { Account, Posting } from '../domain/ledger.ts';
import type { CustomerId, InvoiceId } from '../domain/ids.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { Amount } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import { newId } from './newId.ts';

export interface NewLedgerTransaction {
  readonly book: string;
  readonly currency: string;
  readonly kind:
    | 'invoice_finalized'
    | 'invoice_voided'
    | 'invoice_uncollectible'
    | 'uncollectible_recovered'
    | 'payment_succeeded'
    | 'credit_note_issued'
    | 'refund_succeeded'
    | 'refund_failed'
    | 'refund_disputed'
    | 'dispute_opened'
    | 'dispute_won'
    | 'dispute_lost'
    | 'credit_granted'
    | 'credit_expired'
    | 'credit_voided'
    | 'revenue_recognized';
  /** What it records. One transaction for each: the database refuses a second. */
  readonly sourceId: string;
  /** Whose receivable it moves; null: no invoice's. */
  readonly invoiceId: InvoiceId | null;
  readonly effectiveAt: Instant;
  readonly customerId: CustomerId | null;
  readonly postings: readonly Posting[];
}

/** Writes transactions in the database transaction of what they record; one without postings is none. */
export async function postTransactions(
  db: Queryable,
  transactions: readonly NewLedgerTransaction[],
): Promise<void> {
  const rows = transactions
    .filter(({ postings }) => postings.length > 0)
    .map((transaction) => ({ id: newId('ledger_transaction'), ...transaction }));
  if (rows.length === 0) return;
  await db.query(
    `INSERT INTO ledger_transactions (id, book, currency, kind, source_id, invoice_id, effective_at)
     SELECT id, book, currency, kind, source_id, invoice_id, effective_at
       FROM json_to_recordset($1) AS r(id text, book text, currency text, kind text, source_id text, invoice_id text,
                                       effective_at timestamptz)`,
    [
      JSON.stringify(
        rows.map(({ id, book, currency, kind, sourceId, invoiceId, effectiveAt }) => ({
          id,
          book,
          currency,
          kind,
          source_id: sourceId,
          invoice_id: invoiceId,
          effective_at: formatInstant(effectiveAt),
        })),
      ),
    ],
  );
  const postings = rows.flatMap(({ id, customerId, postings }) =>
    postings.map(({ debit, credit, amount }, position) => ({
      transaction_id: id,
      position,
      debit_account: debit,
      credit_account: credit,
      amount: String(amount),
      customer_id: customerId,
    })),
  );
  await db.query(
    `INSERT INTO ledger_postings (transaction_id, position, debit_account, credit_account, amount, customer_id)
     SELECT transaction_id, position, debit_account, credit_account, amount, customer_id
       FROM json_to_recordset($1) AS r(transaction_id text, position int, debit_account text, credit_account text,
                                       amount bigint, customer_id text)`,
    [JSON.stringify(postings)],
  );
}

/** What was posted for something, in its order. */
export async function readPostings(
  db: Queryable,
  kind: NewLedgerTransaction['kind'],
  sourceId: string,
): Promise<Posting[]> {
  const { rows } = await db.query<{ debit: Account; credit: Account; amount: Amount }>(
    `SELECT p.debit_account AS debit, p.credit_account AS credit, p.amount
       FROM ledger_transactions t JOIN ledger_postings p ON p.transaction_id = t.id
      WHERE t.kind = $1 AND t.source_id = $2 ORDER BY p.position`,
    [kind, sourceId],
  );
  return rows;
}
