/** /v1/reports/revenue: what was earned each month, and what is still to be earned. */
import { z } from 'zod';
import { readRevenueMonths, type AccountMonth } from '../../store/reads/reports/revenue.ts';
import { integer } from '../fields.ts';
import { monthlyQuery, monthlyQuestion } from '../reportQuery.ts';
import { addRoute, type Registrar } from '../route.ts';

const report = z.object({
  object: z.literal('revenue_report'),
  book: z.string(),
  livemode: z.boolean(),
  data: z.array(
    z.object({
      month: z.string(),
      currency: z.string(),
      recognized: integer,
      deferred: integer,
      accounts: z.array(
        z.object({
          account: z.string(),
          name: z.string(),
          recognized: integer.nullable(),
          deferred: integer.nullable(),
        }),
      ),
    }),
  ),
});

const columns = ['month', 'currency', 'account', 'name', 'recognized', 'deferred'] as const;

export function addRevenueReportRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'get',
    path: '/v1/reports/revenue',
    summary:
      'Revenue recognised by month (UTC) and currency, by the accounts of type revenue in the ledger, and what is deferred at the end of each month. What is billed in arrears is earned when its invoice becomes final, what is billed in advance day by day over its period; each day is counted in its own month.',
    scope: 'read',
    query: monthlyQuery,
    answer: report,
    async csv({ query }) {
      const rows = await readRevenueMonths(pool, monthlyQuestion(query));
      return {
        name: 'revenue',
        table: { columns, rows: rows.map((row) => columns.map((of) => row[of])) },
      };
    },
    handle: async ({ query }) => ({
      object: 'revenue_report' as const,
      book: query.book,
      livemode: query.book === 'live',
      data: toMonths(await readRevenueMonths(pool, monthlyQuestion(query))),
    }),
  });
}

/** The accounts of a month and a currency follow each other. */
function toMonths(rows: readonly AccountMonth[]) {
  const months = new Map<string, AccountMonth[]>();
  for (const row of rows) {
    const key = `${row.month} ${row.currency}`;
    months.set(key, [...(months.get(key) ?? []), row]);
  }
  return [...months.values()].flatMap((accounts) => {
    const [first] = accounts;
    if (!first) return [];
    return {
      month: first.month,
      currency: first.currency,
      recognized: sum(accounts.map(({ recognized }) => recognized)),
      deferred: sum(accounts.map(({ deferred }) => deferred)),
      accounts: accounts.map(({ account, name, recognized, deferred }) => ({
        account,
        name,
        recognized,
        deferred,
      })),
    };
  });
}

function sum(amounts: readonly (bigint | null)[]): bigint {
  return amounts.reduce<bigint>((total, amount) => total + (amount ?? 0n), 0n);
}
