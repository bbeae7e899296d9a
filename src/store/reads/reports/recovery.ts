/** What became of invoices that were not paid when they were due, by the month in which that was found (semantics.md, section 8). */
import type { Month } from '../../../domain/month.ts';
import type { Queryable } from '../../database.ts';
import { monthlyValues, type MonthlyQuestion } from './monthlyQuestion.ts';

export const recoveredBy = ['automatic_retry', 'new_method', 'by_hand', 'offline', 'credit'] as const;
const amountColumns = ['failed', ...recoveredBy, 'open', 'lost', 'voided'] as const;

type Counts = { readonly [Name in `${(typeof amountColumns)[number]}_count`]: bigint };
type Amounts = { readonly [Name in `${(typeof amountColumns)[number]}_amount`]: bigint };

/** Amounts in minor units: what failed is what was recovered, in whichever way, is still open, lost and voided. */
export type RecoveryMonth = Counts &
  Amounts & {
    readonly month: Month;
    readonly currency: string;
    /** The code of the first failure, or `overdue`; null: all of the month. */
    readonly reason: string | null;
  };

/** An invoice is counted by what settled it, each part of its amount by what paid that part. */
const sums = amountColumns
  .map((name) =>
    name === 'failed'
      ? `count(*) AS failed_count, coalesce(sum(failed), 0)::bigint AS failed_amount`
      : `count(*) FILTER (WHERE outcome = '${name}') AS ${name}_count, coalesce(sum(${name}), 0)::bigint AS ${name}_amount`,
  )
  .join(',\n            ');

/** A row for each month, currency and reason, after one for all reasons. */
export async function readRecoveryMonths(db: Queryable, question: MonthlyQuestion): Promise<RecoveryMonth[]> {
  const { rows } = await db.query<RecoveryMonth>(
    `WITH collected AS (
       SELECT d.invoice_id, to_char(d.started_at AT TIME ZONE 'UTC', 'YYYY-MM') AS month, i.currency, d.reason,
              d.amount AS failed, i.status, i.amount_due - i.amount_paid - i.amount_credited AS remaining,
              i.amount_credited - d.credited_before AS credit, d.payment_method_id, d.started_at
         FROM collections d JOIN invoices i ON i.id = d.invoice_id
        WHERE d.book = $1 AND ($2::text IS NULL OR i.currency = $2) AND d.started_at >= $3 AND d.started_at < $4
     ), paid AS (
       SELECT c.invoice_id, p.id, p.amount - p.amount_unapplied AS amount,
              CASE p.source WHEN 'offline' THEN 'offline' WHEN 'api' THEN 'by_hand' WHEN 'pay_page' THEN 'new_method'
                            -- A backup is tried by itself, like the default that failed.
                            ELSE CASE WHEN p.payment_method_id IS NOT DISTINCT FROM c.payment_method_id OR p.round_id <> p.id
                                      THEN 'automatic_retry' ELSE 'new_method' END END AS way
         FROM collected c JOIN payments p ON p.invoice_id = c.invoice_id
        WHERE p.status = 'succeeded' AND p.completed_at >= c.started_at
     ), ways AS (
       SELECT invoice_id, (array_agg(way ORDER BY id DESC))[1] AS last_way,
              ${recoveredBy
                .filter((way) => way !== 'credit')
                .map((way) => `coalesce(sum(amount) FILTER (WHERE way = '${way}'), 0) AS ${way}`)
                .join(', ')}
         FROM paid GROUP BY invoice_id
     ), told AS (
       SELECT c.month, c.currency, c.reason, c.failed, coalesce(w.automatic_retry, 0) AS automatic_retry,
              coalesce(w.new_method, 0) AS new_method, coalesce(w.by_hand, 0) AS by_hand, coalesce(w.offline, 0) AS offline,
              c.credit,
              CASE WHEN c.status = 'open' THEN c.remaining ELSE 0 END AS open,
              CASE WHEN c.status = 'uncollectible' THEN c.remaining ELSE 0 END AS lost,
              CASE WHEN c.status = 'void' THEN c.remaining ELSE 0 END AS voided,
              CASE c.status WHEN 'paid' THEN coalesce(w.last_way, 'credit') WHEN 'open' THEN 'open'
                            WHEN 'uncollectible' THEN 'lost' ELSE 'voided' END AS outcome
         FROM collected c LEFT JOIN ways w ON w.invoice_id = c.invoice_id
     )
     SELECT month, currency, CASE WHEN grouping(reason) = 0 THEN reason END AS reason,
            ${sums}
       FROM told
      GROUP BY GROUPING SETS ((month, currency), (month, currency, reason))
      ORDER BY month, currency, grouping(reason) DESC, reason`,
    monthlyValues(question).slice(0, 4),
  );
  return rows;
}
