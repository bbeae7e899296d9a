/** /v1/reports/aging: who owes what, and for how long. */
import { z } from 'zod';
import {
  agingRows,
  readAging,
  type AgedAmounts,
  type AgedReceivable,
} from '../../store/reads/reports/aging.ts';
import { book, timeInBook } from '../book.ts';
import {
  currency,
  idOf,
  instant,
  integer,
  listOf,
  pageOf,
  pageQuery,
  time,
  toList,
  toTime,
} from '../fields.ts';
import { format } from '../reportQuery.ts';
import { addRoute, type Registrar } from '../route.ts';

const amounts = {
  currency: z.string(),
  current: integer,
  days_1_30: integer,
  days_31_60: integer,
  days_61_90: integer,
  over_90: integer,
  unapplied: integer,
  total: integer,
};
const report = listOf(
  z.object({ customer: z.string().nullable(), customer_name: z.string().nullable(), ...amounts }),
).extend({
  object: z.literal('aging_report'),
  book: z.string(),
  livemode: z.boolean(),
  as_of: time,
  totals: z.array(z.object(amounts)),
});
const query = z.strictObject({
  ...pageQuery,
  book,
  as_of: instant.optional(),
  customer: idOf('customer').optional(),
  currency: currency.optional(),
  format,
});

export function addAgingReportRoutes(to: Registrar): void {
  const { pool } = to;
  const ask = async (given: z.output<typeof query>) => ({
    book: given.book,
    asOf: given.as_of ?? (await timeInBook(pool, given.book)),
    customer: given.customer ?? null,
    currency: given.currency ?? null,
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/reports/aging',
    summary:
      'What is receivable at an instant (as_of, by default now or the time on the test clock), by customer and currency and by how many days it is past due, begun ones counted; with the totals of all customers. It is told from the ledger, so that a past instant is told as it was by what took effect up to then. Unapplied is what names no invoice.',
    scope: 'read',
    query,
    answer: report,
    csv: async ({ query: given }) => ({ name: 'aging', query: agingRows(await ask(given)) }),
    async handle({ query: given }) {
      const question = await ask(given);
      const aging = await readAging(pool, question, pageOf(given));
      return {
        ...toList(aging, toReceivable),
        object: 'aging_report' as const,
        book: given.book,
        livemode: given.book === 'live',
        as_of: toTime(question.asOf),
        totals: aging.totals.map(toAmounts),
      };
    },
  });
}

function toReceivable(row: AgedReceivable) {
  return { customer: row.customer_id, customer_name: row.customer_name, ...toAmounts(row) };
}

function toAmounts(row: AgedAmounts) {
  return {
    currency: row.currency,
    current: row.current,
    days_1_30: row.days_1_30,
    days_31_60: row.days_31_60,
    days_61_90: row.days_61_90,
    over_90: row.over_90,
    unapplied: row.unapplied,
    total: row.total,
  };
}
