/** /v1/reports/recovery: how much of what was not paid in time came all the same, by what, and why it had failed. */
import { z } from 'zod';
import { formatRatio } from '../../domain/ratio.ts';
import { readRecoveryMonths, recoveredBy, type RecoveryMonth } from '../../store/reads/reports/recovery.ts';
import { integer } from '../fields.ts';
import { monthlyQuery, monthlyQuestion } from '../reportQuery.ts';
import { addRoute, type Registrar } from '../route.ts';

const counted = z.object({ count: integer, amount: integer });
const figures = {
  failed: counted,
  recovered: z.object({
    automatic_retry: counted,
    new_method: counted,
    by_hand: counted,
    offline: counted,
    credit: counted,
    total: counted,
  }),
  open: counted,
  lost: counted,
  voided: counted,
  /** A decimal: recovered by payments, of what failed and was neither voided nor credited; null where that is nothing. */
  recovery_rate: z.string().nullable(),
};
const report = z.object({
  object: z.literal('recovery_report'),
  book: z.string(),
  livemode: z.boolean(),
  data: z.array(
    z.object({
      month: z.string(),
      currency: z.string(),
      ...figures,
      reasons: z.array(z.object({ reason: z.string(), ...figures })),
    }),
  ),
});

const outcomes = ['failed', ...recoveredBy, 'open', 'lost', 'voided'] as const;
const columns = [
  'month',
  'currency',
  'reason',
  ...outcomes.flatMap((name) => [`${name}_count`, `${name}_amount`] as const),
  'recovery_rate',
];

export function addRecoveryReportRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'get',
    path: '/v1/reports/recovery',
    summary:
      'Invoices whose payment failed, or that were overdue, by the month (UTC) in which that began, and currency: what was recovered by a retry of the same method, another method or the pay page, a payment by hand, one that came by itself or a credit note; what is still open, what was given up and what was voided; and the same by the code of the first failure. Failed is always the sum of the others. In CSV a row for each reason. It tells how things stand now: refunds and disputes change nothing in it.',
    scope: 'read',
    query: monthlyQuery,
    answer: report,
    async csv({ query }) {
      const rows = await readRecoveryMonths(pool, monthlyQuestion(query));
      return {
        name: 'recovery',
        table: {
          columns,
          rows: rows
            .filter(({ reason }) => reason !== null)
            .map((row) => [
              row.month,
              row.currency,
              row.reason,
              ...outcomes.flatMap((name) => [row[`${name}_count`], row[`${name}_amount`]]),
              rateOf(row),
            ]),
        },
      };
    },
    handle: async ({ query }) => ({
      object: 'recovery_report' as const,
      book: query.book,
      livemode: query.book === 'live',
      data: toMonths(await readRecoveryMonths(pool, monthlyQuestion(query))),
    }),
  });
}

/** The reasons of a month and a currency follow their sum. */
function toMonths(rows: readonly RecoveryMonth[]) {
  return rows
    .filter(({ reason }) => reason === null)
    .map((total) => ({
      month: total.month,
      currency: total.currency,
      ...toFigures(total),
      reasons: rows.flatMap((row) =>
        row.reason !== null && row.month === total.month && row.currency === total.currency
          ? [{ reason: row.reason, ...toFigures(row) }]
          : [],
      ),
    }));
}

function toFigures(row: RecoveryMonth) {
  const of = (name: (typeof outcomes)[number]) => ({
    count: row[`${name}_count`],
    amount: row[`${name}_amount`],
  });
  const sum = (part: 'count' | 'amount') => recoveredBy.reduce((total, way) => total + of(way)[part], 0n);
  return {
    failed: of('failed'),
    recovered: {
      automatic_retry: of('automatic_retry'),
      new_method: of('new_method'),
      by_hand: of('by_hand'),
      offline: of('offline'),
      credit: of('credit'),
      total: { count: sum('count'), amount: sum('amount') },
    },
    open: of('open'),
    lost: of('lost'),
    voided: of('voided'),
    recovery_rate: rateOf(row),
  };
}

/** A credit note is no money that came, and what is void was never owed. */
function rateOf(row: RecoveryMonth): string | null {
  const paid = recoveredBy.reduce(
    (total, way) => (way === 'credit' ? total : total + row[`${way}_amount`]),
    0n,
  );
  return formatRatio(paid, row.failed_amount - row.voided_amount - row.credit_amount);
}
