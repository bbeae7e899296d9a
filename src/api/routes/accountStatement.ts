/** /v1/ledger/accounts/{code}/statement: what moves an account, entry by entry. */
import { z } from 'zod';
import { BillingError, notFound } from '../../domain/errors.ts';
import {
  findAccount,
  readStatement,
  statementRows,
  type StatementCursor,
  type StatementEntry,
  type StatementQuestion,
} from '../../store/reads/statement.ts';
import { book } from '../book.ts';
import { currency, idOf, instant, integer, listOf, pageQuery, time, toList, toTime } from '../fields.ts';
import { format } from '../reportQuery.ts';
import { addRoute, type Registrar } from '../route.ts';

const entry = z.object({
  id: z.string(),
  object: z.literal('ledger_entry'),
  transaction: z.string(),
  kind: z.string(),
  source: z.string(),
  invoice: z.string().nullable(),
  customer: z.string().nullable(),
  effective_at: time,
  debit: integer,
  credit: integer,
  balance: integer,
});
const statement = listOf(entry).extend({
  object: z.literal('account_statement'),
  account: z.string(),
  name: z.string(),
  normal_balance: z.enum(['debit', 'credit']),
  book: z.string(),
  livemode: z.boolean(),
  currency: z.string(),
  customer: z.string().nullable(),
  opening_balance: integer,
  closing_balance: integer,
});
const query = z.strictObject({
  ...pageQuery,
  cursor: z
    .string()
    .regex(/^ltx_\w{1,64}\/\d{1,9}$/, 'give a next_cursor')
    .transform((given): StatementCursor => {
      const [transactionId = '', position] = given.split('/');
      return { transactionId, position: Number(position) };
    })
    .optional(),
  book,
  currency,
  customer: idOf('customer').optional(),
  from: instant.optional(),
  to: instant.optional(),
  format,
});

export function addAccountStatementRoutes(to: Registrar): void {
  const { pool } = to;
  /** Throws a `BillingError` 404 for no account. */
  const ask = async (code: string, given: z.output<typeof query>): Promise<StatementQuestion> => {
    const account = /^\w{1,64}$/.test(code) ? await findAccount(pool, code) : undefined;
    if (!account) throw notFound('ledger account', code.slice(0, 64));
    return {
      account,
      book: given.book,
      currency: given.currency,
      customer: given.customer ?? null,
      from: given.from ?? null,
      to: given.to ?? null,
    };
  };
  addRoute(to, {
    method: 'get',
    path: '/v1/ledger/accounts/{code}/statement',
    summary:
      'The statement of an account in a currency: its balance at `from`, each entry that took effect from then on and before `to`, oldest first, with the balance after it, and the balance at `to`. A balance is positive on the side that is normal for the account. Of one customer only what was posted for it: days of recognised revenue name none.',
    scope: 'read',
    params: z.object({ code: z.string() }),
    query,
    answer: statement,
    csv: async ({ params, query: given }) => ({
      name: `statement-${params.code}`,
      query: statementRows(await ask(params.code, given)),
    }),
    async handle({ params, query: given }) {
      const question = await ask(params.code, given);
      const read = await readStatement(pool, question, {
        limit: given.limit,
        cursor: given.cursor ?? null,
      });
      if (!read)
        throw new BillingError(400, 'cursor_unknown', 'Give a next_cursor as it was answered.', 'cursor');
      return {
        ...toList(read, toEntry),
        object: 'account_statement' as const,
        account: question.account.code,
        name: question.account.name,
        normal_balance: question.account.normal_balance,
        book: question.book,
        livemode: question.book === 'live',
        currency: question.currency,
        customer: question.customer,
        opening_balance: read.opening,
        closing_balance: read.closing,
      };
    },
  });
}

function toEntry(row: StatementEntry) {
  return {
    id: row.id,
    object: 'ledger_entry' as const,
    transaction: row.transaction_id,
    kind: row.kind,
    source: row.source_id,
    invoice: row.invoice_id,
    customer: row.customer_id,
    effective_at: toTime(row.effective_at),
    debit: row.debit,
    credit: row.credit,
    balance: row.balance,
  };
}
