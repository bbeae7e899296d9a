/** /v1/reports/mrr and /v1/reports/churn: what recurs each month, and how much of it is lost and won. */
import { z } from 'zod';
import { formatRatio } from '../../domain/ratio.ts';
import { readRecurringMonths, type RecurringMonth } from '../../store/reads/reports/recurringRevenue.ts';
import { integer } from '../fields.ts';
import { monthlyQuery, monthlyQuestion } from '../reportQuery.ts';
import { addRoute, type Registrar } from '../route.ts';

const month = { month: z.string(), currency: z.string() };
const mrrReport = z.object({
  object: z.literal('mrr_report'),
  book: z.string(),
  livemode: z.boolean(),
  data: z.array(
    z.object({
      ...month,
      opening: integer,
      new: integer,
      expansion: integer,
      contraction: integer,
      churn: integer,
      reactivation: integer,
      closing: integer,
    }),
  ),
});
/** A decimal; null where there was nothing at the start of the month. */
const rate = z.string().nullable();
const churnReport = z.object({
  object: z.literal('churn_report'),
  book: z.string(),
  livemode: z.boolean(),
  data: z.array(
    z.object({
      ...month,
      customers_opening: integer,
      customers_new: integer,
      customers_churned: integer,
      customers_reactivated: integer,
      customers_closing: integer,
      customer_churn_rate: rate,
      gross_mrr_churn_rate: rate,
      net_mrr_churn_rate: rate,
    }),
  ),
});

export function addRecurringReportRoutes(to: Registrar): void {
  const { pool } = to;
  const read = (query: z.output<typeof monthlyQuery>) => readRecurringMonths(pool, monthlyQuestion(query));
  addRoute(to, {
    method: 'get',
    path: '/v1/reports/mrr',
    summary:
      'Monthly recurring revenue by month (UTC) and currency: opening + new + expansion − contraction − churn + reactivation = closing. It is what the fixed prices of live subscriptions come to in a month of 365/12 days, without usage; none in a trial, a pause or after the end. It moves by customer: the first ever is new, a second subscription an expansion, a pause churn and what comes back a reactivation.',
    scope: 'read',
    query: monthlyQuery,
    answer: mrrReport,
    csv: async ({ query }) => ({
      name: 'mrr',
      table: { columns: mrrColumns, rows: (await read(query)).map((row) => mrrColumns.map((of) => row[of])) },
    }),
    handle: async ({ query }) => ({
      object: 'mrr_report' as const,
      book: query.book,
      livemode: query.book === 'live',
      data: (await read(query)).map(toMrr),
    }),
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/reports/churn',
    summary:
      'Customers with recurring revenue by month (UTC) and currency, and the shares that were lost, as decimals: customers churned of those at the start; recurring revenue lost by churn and contraction of that at the start (gross), and the same less expansion and reactivation (net). Null where there was nothing at the start.',
    scope: 'read',
    query: monthlyQuery,
    answer: churnReport,
    async csv({ query }) {
      const rows = (await read(query)).map(toChurn);
      return {
        name: 'churn',
        table: { columns: churnColumns, rows: rows.map((row) => churnColumns.map((of) => row[of])) },
      };
    },
    handle: async ({ query }) => ({
      object: 'churn_report' as const,
      book: query.book,
      livemode: query.book === 'live',
      data: (await read(query)).map(toChurn),
    }),
  });
}

const mrrColumns = [
  'month',
  'currency',
  'opening',
  'new',
  'expansion',
  'contraction',
  'churn',
  'reactivation',
  'closing',
] as const;
const churnColumns = [
  'month',
  'currency',
  'customers_opening',
  'customers_new',
  'customers_churned',
  'customers_reactivated',
  'customers_closing',
  'customer_churn_rate',
  'gross_mrr_churn_rate',
  'net_mrr_churn_rate',
] as const;

function toMrr(row: RecurringMonth) {
  return {
    month: row.month,
    currency: row.currency,
    opening: row.opening,
    new: row.new,
    expansion: row.expansion,
    contraction: row.contraction,
    churn: row.churn,
    reactivation: row.reactivation,
    closing: row.closing,
  };
}

function toChurn(row: RecurringMonth) {
  const lost = row.churn + row.contraction;
  return {
    month: row.month,
    currency: row.currency,
    customers_opening: row.customers_opening,
    customers_new: row.customers_new,
    customers_churned: row.customers_churned,
    customers_reactivated: row.customers_reactivated,
    customers_closing: row.customers_closing,
    customer_churn_rate: formatRatio(row.customers_churned, row.customers_opening),
    gross_mrr_churn_rate: formatRatio(lost, row.opening),
    net_mrr_churn_rate: formatRatio(lost - row.expansion - row.reactivation, row.opening),
  };
}
