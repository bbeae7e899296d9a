/** The statement of an account: what it opens with, what moves it, what it closes with. */
import type { CustomerId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { instantValue, isoTime, type Statement } from '../copyOut.ts';
import type { Queryable } from '../database.ts';
import type { Page } from './page.ts';

export interface StatementAccount {
  readonly code: string;
  readonly name: string;
  readonly type: string;
  readonly normal_balance: 'debit' | 'credit';
}

export async function findAccount(db: Queryable, code: string): Promise<StatementAccount | undefined> {
  const { rows } = await db.query<StatementAccount>(
    `SELECT code, name, type, normal_balance FROM ledger_accounts WHERE code::text = $1`,
    [code],
  );
  return rows[0];
}

export interface StatementQuestion {
  readonly account: StatementAccount;
  readonly book: string;
  readonly currency: string;
  /** Null: of all customers, and of none. */
  readonly customer: CustomerId | null;
  /** With it; null: from the beginning. */
  readonly from: Instant | null;
  /** Without it; null: all that is posted. */
  readonly to: Instant | null;
}

/** Amounts in minor units; the balance is the account's after the entry, positive on its normal side. */
export interface StatementEntry {
  /** Of its transaction, and its place there. */
  readonly id: string;
  readonly transaction_id: string;
  readonly kind: string;
  readonly source_id: string;
  readonly invoice_id: string | null;
  readonly customer_id: string | null;
  readonly effective_at: Instant;
  readonly debit: bigint;
  readonly credit: bigint;
  readonly balance: bigint;
}

export interface AccountStatement extends Page<StatementEntry> {
  readonly opening: bigint;
  readonly closing: bigint;
}

/**
 * The parameters 1 to 6 are those of `valuesOf`. Twice in a statement it is read in two ways: added up as a whole, and
 * in its order from somewhere on.
 */
const entries = `
  entries AS NOT MATERIALIZED (
    SELECT t.id AS transaction_id, p.position, t.kind, t.source_id, t.invoice_id, p.customer_id, t.effective_at,
           CASE p.debit_account WHEN $2::text THEN p.amount ELSE 0 END AS debit,
           CASE p.credit_account WHEN $2::text THEN p.amount ELSE 0 END AS credit,
           CASE WHEN (p.debit_account = $2::text) = ($6::text = 'debit') THEN p.amount ELSE -p.amount END AS signed
      FROM ledger_transactions t
      JOIN ledger_postings p ON p.transaction_id = t.id
     WHERE t.book = $1::text AND t.currency = $3::text AND $2::text IN (p.debit_account, p.credit_account)
       AND ($4::text IS NULL OR p.customer_id = $4::text)
       AND ($5::timestamptz IS NULL OR t.effective_at < $5::timestamptz)
  )`;

function valuesOf({ account, book, currency, customer, to }: StatementQuestion) {
  return [book, account.code, currency, customer, instantValue(to), account.normal_balance] as const;
}

/** The place of an entry: after it a page begins. */
export interface StatementCursor {
  readonly transactionId: string;
  readonly position: number;
}

/** A page of entries, oldest first; undefined where the cursor names no transaction. */
export async function readStatement(
  db: Queryable,
  question: StatementQuestion,
  { limit, cursor }: { readonly limit: number; readonly cursor: StatementCursor | null },
): Promise<AccountStatement | undefined> {
  const since = cursor && (await effectiveAt(db, cursor.transactionId));
  if (since === undefined) return undefined;
  const { rows } = await db.query<StatementEntry & { readonly opening: bigint; readonly closing: bigint }>(
    `WITH ${entries}, sums AS (
       SELECT coalesce(sum(signed) FILTER (WHERE effective_at < $7), 0) AS opening, coalesce(sum(signed), 0) AS closing,
              coalesce(sum(signed) FILTER (WHERE effective_at < $7 OR
                (effective_at, transaction_id, position) <= ($8::timestamptz, $9::text, $10::int)), 0) AS before_page
         FROM entries
     ), page AS (
       SELECT * FROM entries
        WHERE effective_at >= greatest($7::timestamptz, $8::timestamptz, '-infinity')
          AND ($9::text IS NULL OR (effective_at, transaction_id, position) > ($8::timestamptz, $9::text, $10::int))
        ORDER BY effective_at, transaction_id, position LIMIT $11
     )
     SELECT p.transaction_id || '/' || p.position AS id, p.transaction_id, p.kind, p.source_id, p.invoice_id, p.customer_id,
            p.effective_at, p.debit, p.credit, s.opening::bigint AS opening, s.closing::bigint AS closing,
            (s.before_page + sum(p.signed) OVER (ORDER BY p.effective_at, p.transaction_id, p.position))::bigint AS balance
       FROM sums s LEFT JOIN page p ON true
      ORDER BY p.effective_at, p.transaction_id, p.position`,
    [
      ...valuesOf(question),
      instantValue(question.from),
      instantValue(since),
      cursor?.transactionId ?? null,
      cursor?.position ?? null,
      limit + 1,
    ],
  );
  const found = rows.filter((row) => (row.id as string | null) !== null);
  return {
    rows: found.slice(0, limit),
    hasMore: found.length > limit,
    opening: rows[0]?.opening ?? 0n,
    closing: rows[0]?.closing ?? 0n,
  };
}

async function effectiveAt(db: Queryable, transactionId: string): Promise<Instant | undefined> {
  const { rows } = await db.query<{ effective_at: Instant }>(
    `SELECT effective_at FROM ledger_transactions WHERE id = $1`,
    [transactionId],
  );
  return rows[0]?.effective_at;
}

/** All entries, as rows of a file. */
export function statementRows(question: StatementQuestion): Statement {
  return {
    text: `WITH ${entries}, sums AS (
        SELECT coalesce(sum(signed), 0) AS opening FROM entries WHERE effective_at < $7::timestamptz
      )
      SELECT ${isoTime('e.effective_at')} AS effective_at, transaction_id AS transaction, kind, source_id AS source,
             invoice_id AS invoice, customer_id AS customer, debit, credit,
             s.opening + sum(e.signed) OVER (ORDER BY e.effective_at, e.transaction_id, e.position) AS balance,
             $3::text AS currency
        FROM sums s CROSS JOIN entries e
       WHERE e.effective_at >= coalesce($7::timestamptz, '-infinity')
       ORDER BY e.effective_at, e.transaction_id, e.position`,
    values: [...valuesOf(question), instantValue(question.from)],
  };
}
