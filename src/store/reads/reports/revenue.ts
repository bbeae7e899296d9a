/** What was earned in each month, and what was still to be earned at its end, by the ledger (semantics.md, section 9). */
import type { Month } from '../../../domain/month.ts';
import type { Queryable } from '../../database.ts';
import { monthlyValues, type MonthlyQuestion } from './monthlyQuestion.ts';

/** Amounts in minor units; null where an account has no such amount. */
export interface AccountMonth {
  readonly month: Month;
  readonly currency: string;
  readonly account: string;
  readonly name: string;
  /** Of an account of revenue: credits less debits of the month. */
  readonly recognized: bigint | null;
  /** Of deferred revenue: what is in it at the month's end. */
  readonly deferred: bigint | null;
}

/**
 * A row for each month, currency and account of revenue that was posted to by then, and for deferred revenue. A day is
 * recognised at the midnight that ends it, so that the last one of a month takes effect with the next: it is counted
 * where it was earned.
 */
export async function readRevenueMonths(db: Queryable, question: MonthlyQuestion): Promise<AccountMonth[]> {
  const { rows } = await db.query<AccountMonth>(
    `WITH posted AS (
       SELECT t.currency, p.debit_account, p.credit_account, p.amount,
              CASE t.kind WHEN 'revenue_recognized' THEN t.effective_at - interval '1 microsecond' ELSE t.effective_at END AS at
         FROM ledger_transactions t
         JOIN ledger_postings p ON p.transaction_id = t.id
        WHERE t.book = $1 AND ($2::text IS NULL OR t.currency = $2) AND t.effective_at <= $4
     ), moved AS MATERIALIZED (
       SELECT e.account, posted.currency, greatest(date_trunc('month', posted.at, 'UTC'), $3::timestamptz - interval '1 day') AS month,
              sum(e.amount) AS amount
         FROM posted
        CROSS JOIN LATERAL (VALUES (debit_account, -amount), (credit_account, amount)) AS e(account, amount)
        WHERE posted.at < $4 AND e.account IN (SELECT code FROM ledger_accounts WHERE type = 'revenue' OR code = 'deferred_revenue')
        GROUP BY 1, 2, 3
     ), months AS (
       SELECT m.month, k.account, k.currency, coalesce(moved.amount, 0) AS amount,
              sum(coalesce(moved.amount, 0)) OVER (PARTITION BY k.account, k.currency ORDER BY m.month) AS balance
         FROM (SELECT DISTINCT account, currency FROM moved) k
        CROSS JOIN unnest($5::timestamptz[] || ($3::timestamptz - interval '1 day')) AS m(month)
         LEFT JOIN moved ON moved.month = m.month AND moved.account = k.account AND moved.currency = k.currency
     )
     SELECT to_char(m.month AT TIME ZONE 'UTC', 'YYYY-MM') AS month, m.currency, a.code AS account, a.name,
            CASE a.type WHEN 'revenue' THEN m.amount::bigint END AS recognized,
            CASE a.code WHEN 'deferred_revenue' THEN m.balance::bigint END AS deferred
       FROM months m JOIN ledger_accounts a ON a.code = m.account
      WHERE m.month >= $3
      ORDER BY m.month, m.currency, a.type DESC, a.code`,
    monthlyValues(question),
  );
  return rows;
}
