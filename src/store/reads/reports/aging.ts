/** What is receivable at an instant, by how long it is past due: from the ledger, so that the past is told as it was. */
import type { CustomerId } from '../../../domain/ids.ts';
import { formatInstant, type Instant } from '../../../domain/instant.ts';
import { isoTime, plainText, type Statement } from '../../copyOut.ts';
import type { Queryable } from '../../database.ts';
import type { Page, PageRequest } from '../page.ts';

/** Amounts in minor units. */
export interface AgedAmounts {
  readonly currency: string;
  readonly current: bigint;
  readonly days_1_30: bigint;
  readonly days_31_60: bigint;
  readonly days_61_90: bigint;
  readonly over_90: bigint;
  /** Of no invoice. */
  readonly unapplied: bigint;
  readonly total: bigint;
}

export interface AgedReceivable extends AgedAmounts {
  /** Sorts as the rows do: the customer and the currency. */
  readonly id: string;
  readonly customer_id: CustomerId | null;
  readonly customer_name: string | null;
}

export interface AgingQuestion {
  readonly book: string;
  readonly asOf: Instant;
  readonly customer: CustomerId | null;
  readonly currency: string | null;
}

/** Whole days of 24 hours since it was due: what is due at once is not late at once. */
const daysPastDue = (days: number) => `interval '${String(days * 24)} hours'`;

/** The parameters 1 to 4 are those of `valuesOf`. What an invoice comes to is what moved its receivable by then. */
const aged = `
  WITH invoiced AS (
    SELECT t.invoice_id, t.currency, CASE WHEN t.invoice_id IS NULL THEN p.customer_id END AS customer_id,
           sum(CASE p.debit_account WHEN 'accounts_receivable' THEN p.amount ELSE -p.amount END) AS amount
      FROM ledger_transactions t
      JOIN ledger_postings p ON p.transaction_id = t.id
     WHERE t.book = $1::text AND t.effective_at <= $2::timestamptz
       AND 'accounts_receivable' IN (p.debit_account, p.credit_account)
       AND ($3::text IS NULL OR p.customer_id = $3::text) AND ($4::text IS NULL OR t.currency = $4::text)
     GROUP BY 1, 2, 3
    HAVING sum(CASE p.debit_account WHEN 'accounts_receivable' THEN p.amount ELSE -p.amount END) <> 0
  ), dated AS (
    SELECT coalesce(i.customer_id, o.customer_id) AS customer_id, o.currency, o.amount, o.invoice_id,
           $2::timestamptz - coalesce(i.due_at, i.finalized_at) AS late
      FROM invoiced o LEFT JOIN invoices i ON i.id = o.invoice_id
  ), aged AS (
    SELECT coalesce(customer_id, '') || '/' || currency AS id, customer_id, currency, grouping(customer_id) = 1 AS is_total,
           coalesce(sum(amount) FILTER (WHERE late < ${daysPastDue(1)}), 0)::bigint AS current,
           coalesce(sum(amount) FILTER (WHERE late >= ${daysPastDue(1)} AND late < ${daysPastDue(31)}), 0)::bigint AS days_1_30,
           coalesce(sum(amount) FILTER (WHERE late >= ${daysPastDue(31)} AND late < ${daysPastDue(61)}), 0)::bigint AS days_31_60,
           coalesce(sum(amount) FILTER (WHERE late >= ${daysPastDue(61)} AND late < ${daysPastDue(91)}), 0)::bigint AS days_61_90,
           coalesce(sum(amount) FILTER (WHERE late >= ${daysPastDue(91)}), 0)::bigint AS over_90,
           coalesce(sum(amount) FILTER (WHERE late IS NULL), 0)::bigint AS unapplied,
           sum(amount)::bigint AS total
      FROM dated
     GROUP BY GROUPING SETS ((customer_id, currency), (currency))
  )`;

function valuesOf({ book, asOf, customer, currency }: AgingQuestion) {
  return [book, formatInstant(asOf), customer, currency] as const;
}

export interface Aging extends Page<AgedReceivable> {
  /** Over all customers, by currency. */
  readonly totals: readonly AgedAmounts[];
}

/** A page of customers, in the order of their ids, and the totals of all. */
export async function readAging(
  db: Queryable,
  question: AgingQuestion,
  { limit, cursor }: PageRequest,
): Promise<Aging> {
  const { rows } = await db.query<AgedReceivable & { readonly is_total: boolean }>(
    `${aged}, page AS (
       SELECT * FROM aged WHERE NOT is_total AND ($5::text IS NULL OR id > $5) ORDER BY id LIMIT $6
     )
     SELECT r.*, c.name AS customer_name
       FROM (SELECT * FROM page UNION ALL SELECT * FROM aged WHERE is_total) r
       LEFT JOIN customers c ON c.id = r.customer_id
      ORDER BY r.is_total, r.id`,
    [...valuesOf(question), cursor ?? null, limit + 1],
  );
  const customers = rows.filter((row) => !row.is_total);
  return {
    rows: customers.slice(0, limit),
    hasMore: customers.length > limit,
    totals: rows.filter((row) => row.is_total),
  };
}

/** All customers, as rows of a file. */
export function agingRows(question: AgingQuestion): Statement {
  return {
    text: `${aged}
      SELECT a.customer_id AS customer, ${plainText('c.name')} AS customer_name, ${isoTime('$2::timestamptz')} AS as_of,
             a.currency, a.current, a.days_1_30, a.days_31_60, a.days_61_90, a.over_90, a.unapplied, a.total
        FROM aged a LEFT JOIN customers c ON c.id = a.customer_id
       WHERE NOT a.is_total ORDER BY a.id`,
    values: valuesOf(question),
  };
}
