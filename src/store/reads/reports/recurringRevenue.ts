/** How monthly recurring revenue, and the customers it comes from, moved from month to month. */
import type { Month } from '../../../domain/month.ts';
import type { Queryable } from '../../database.ts';
import { monthlyValues, type MonthlyQuestion } from './monthlyQuestion.ts';

/** Amounts in minor units. What the movements come to is the difference between opening and closing, always. */
export interface RecurringMonth {
  readonly month: Month;
  readonly currency: string;
  readonly opening: bigint;
  readonly new: bigint;
  readonly expansion: bigint;
  readonly contraction: bigint;
  readonly churn: bigint;
  readonly reactivation: bigint;
  readonly closing: bigint;
  readonly customers_opening: bigint;
  readonly customers_new: bigint;
  readonly customers_churned: bigint;
  readonly customers_reactivated: bigint;
  readonly customers_closing: bigint;
}

/**
 * A row for each month and each currency that has ever moved by then. A movement is a customer's, not a subscription's:
 * what several of its subscriptions do at one instant is one movement. The first one ever is new, one from nothing after
 * that a reactivation, one to nothing churn; a customer that comes and goes within a month counts as both.
 */
export async function readRecurringMonths(
  db: Queryable,
  question: MonthlyQuestion,
): Promise<RecurringMonth[]> {
  const { rows } = await db.query<RecurringMonth>(
    `WITH instants AS MATERIALIZED (
       SELECT customer_id, currency, occurred_at, sum(amount_after - amount_before) AS change
         FROM mrr_movements
        WHERE book = $1 AND occurred_at < $4 AND ($2::text IS NULL OR currency = $2)
        GROUP BY customer_id, currency, occurred_at
       HAVING sum(amount_after - amount_before) <> 0
     ), before AS MATERIALIZED (
       SELECT customer_id, currency, sum(change) AS amount FROM instants
        WHERE occurred_at < $3 GROUP BY customer_id, currency
     ), movements AS (
       SELECT i.currency, date_trunc('month', i.occurred_at, 'UTC') AS month, i.change,
              coalesce(b.amount, 0) + sum(i.change) OVER so_far AS amount,
              b.customer_id IS NULL AND row_number() OVER so_far = 1 AS is_first
         FROM instants i
         LEFT JOIN before b ON b.customer_id = i.customer_id AND b.currency = i.currency
        WHERE i.occurred_at >= $3
       WINDOW so_far AS (PARTITION BY i.customer_id, i.currency ORDER BY i.occurred_at)
     ), kinds AS (
       SELECT currency, month, abs(change) AS amount,
              CASE WHEN is_first THEN 'new' WHEN amount = change THEN 'reactivation' WHEN amount = 0 THEN 'churn'
                   WHEN change > 0 THEN 'expansion' ELSE 'contraction' END AS kind
         FROM movements
     ), sums AS (
       SELECT currency, month,
              sum(amount) FILTER (WHERE kind = 'new') AS new, sum(amount) FILTER (WHERE kind = 'expansion') AS expansion,
              sum(amount) FILTER (WHERE kind = 'contraction') AS contraction,
              sum(amount) FILTER (WHERE kind = 'churn') AS churn,
              sum(amount) FILTER (WHERE kind = 'reactivation') AS reactivation,
              count(*) FILTER (WHERE kind = 'new') AS customers_new,
              count(*) FILTER (WHERE kind = 'churn') AS customers_churned,
              count(*) FILTER (WHERE kind = 'reactivation') AS customers_reactivated
         FROM kinds GROUP BY currency, month
     ), opened AS (
       SELECT known.currency, coalesce(sum(b.amount), 0) AS amount, count(*) FILTER (WHERE b.amount > 0) AS customers
         FROM (SELECT DISTINCT currency FROM instants) known
         LEFT JOIN before b ON b.currency = known.currency
        GROUP BY known.currency
     ), months AS (
       SELECT m.month, o.currency, o.amount, o.customers, coalesce(s.new, 0) AS new, coalesce(s.expansion, 0) AS expansion,
              coalesce(s.contraction, 0) AS contraction, coalesce(s.churn, 0) AS churn,
              coalesce(s.reactivation, 0) AS reactivation, coalesce(s.customers_new, 0) AS customers_new,
              coalesce(s.customers_churned, 0) AS customers_churned,
              coalesce(s.customers_reactivated, 0) AS customers_reactivated
         FROM unnest($5::timestamptz[]) AS m(month)
        CROSS JOIN opened o
         LEFT JOIN sums s ON s.month = m.month AND s.currency = o.currency
     ), closed AS (
       SELECT *, new + expansion - contraction - churn + reactivation AS change,
              amount + sum(new + expansion - contraction - churn + reactivation) OVER so_far AS closing,
              customers_new - customers_churned + customers_reactivated AS customers_change,
              customers + sum(customers_new - customers_churned + customers_reactivated) OVER so_far AS customers_closing
         FROM months WINDOW so_far AS (PARTITION BY currency ORDER BY month)
     )
     SELECT to_char(month AT TIME ZONE 'UTC', 'YYYY-MM') AS month, currency,
            (closing - change)::bigint AS opening, new::bigint, expansion::bigint, contraction::bigint, churn::bigint,
            reactivation::bigint, closing::bigint, (customers_closing - customers_change)::bigint AS customers_opening,
            customers_new, customers_churned, customers_reactivated, customers_closing::bigint
       FROM closed ORDER BY month, currency`,
    monthlyValues(question),
  );
  return rows;
}
