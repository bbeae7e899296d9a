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

/** The parameters 1 to 7 are those of `valuesOf`. Ordered by when they took effect; the window adds up all before. */
const entries = `
  WITH entries AS MATERIALIZED (
    SELECT t.id AS transaction_id, p.position, t.kind, t.source_id, t.invoice_id, p.customer_id, t.effective_at,
           CASE p.debit_account WHEN $2::text THEN p.amount ELSE 0 END AS debit,
           CASE p.credit_account WHEN $2::text THEN p.amount ELSE 0 END AS credit,
           CASE WHEN (p.debit_account = $2::text) = ($7::text = 'debit') THEN p.amount ELSE -p.amount END AS signed
      FROM ledger_transactions t
      JOIN ledger_postings p ON p.transaction_id = t.id
     WHERE t.book = $1::text AND t.currency = $3::text AND $2::text IN (p.debit_account, p.credit_account)
       AND ($4::text IS NULL OR p.customer_id = $4::text)
       AND ($6::timestamptz IS NULL OR t.effective_at < $6::timestamptz)
  ), opened AS (
    SELECT coalesce(sum(signed) FILTER (WHERE effective_at < $5::timestamptz), 0) AS opening,
           coalesce(sum(signed), 0) AS closing FROM entries
  ), running AS (
    SELECT e.*, o.opening + sum(e.signed) OVER (ORDER BY e.effective_at, e.transaction_id, e.position) AS balance
      FROM entries e CROSS JOIN opened o
     WHERE $5::timestamptz IS NULL OR e.effective_at >= $5::timestamptz
  )`;

function valuesOf({ account, book, currency, customer, from, to }: StatementQuestion) {
  const period = [instantValue(from), instantValue(to)] as const;
  return [book, account.code, currency, customer, ...period, account.normal_balance] as const;
}

/** A page of entries, oldest first, after the entry of `cursor`. */
export async function readStatement(
  db: Queryable,
  question: StatementQuestion,
  { limit, cursor }: { readonly limit: number; readonly cursor: string | null },
): Promise<AccountStatement> {
  const { rows } = await db.query<StatementEntry & { readonly opening: bigint; readonly closing: bigint }>(
    `${entries}, page AS (
       SELECT * FROM running
        WHERE $8::text IS NULL OR (effective_at, transaction_id, position) >
              ((SELECT effective_at FROM ledger_transactions WHERE id = split_part($8, '/', 1)),
               split_part($8, '/', 1), split_part($8, '/', 2)::int)
        ORDER BY effective_at, transaction_id, position LIMIT $9
     )
     SELECT p.transaction_id || '/' || p.position AS id, p.transaction_id, p.kind, p.source_id, p.invoice_id, p.customer_id,
            p.effective_at, p.debit, p.credit, p.balance::bigint AS balance, o.opening::bigint AS opening,
            o.closing::bigint AS closing
       FROM opened o LEFT JOIN page p ON true
      ORDER BY p.effective_at, p.transaction_id, p.position`,
    [...valuesOf(question), cursor, limit + 1],
  );
  const found = rows.filter((row) => (row.id as string | null) !== null);
  return {
    rows: found.slice(0, limit),
    hasMore: found.length > limit,
    opening: rows[0]?.opening ?? 0n,
    closing: rows[0]?.closing ?? 0n,
  };
}

/** All entries, as rows of a file. */
export function statementRows(question: StatementQuestion): Statement {
  return {
    text: `${entries}
      SELECT ${isoTime('effective_at')} AS effective_at, transaction_id AS transaction, kind, source_id AS source,
             invoice_id AS invoice, customer_id AS customer, debit, credit, balance, $3::text AS currency
        FROM running ORDER BY running.effective_at, transaction_id, position`,
    values: valuesOf(question),
  };
}
