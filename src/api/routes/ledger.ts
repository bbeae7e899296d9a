/** /v1/ledger: the books. `live` is the business's; each test clock has one of its own. */
import { z } from 'zod';
import {
  readBalances,
  selectLedgerTransactions,
  type LedgerTransactionRow,
} from '../../store/reads/ledger.ts';
import { readPage } from '../../store/reads/page.ts';
import { book } from '../book.ts';
import {
  allOf,
  instant,
  integer,
  listOf,
  pageOf,
  pageQuery,
  resourceFields,
  text,
  time,
  toList,
  toTime,
} from '../fields.ts';
import { ledgerAccount, toLedgerAccount } from '../ledgerAccount.ts';
import { addRoute, type Registrar } from '../route.ts';

const transaction = z.object({
  ...resourceFields,
  object: z.literal('ledger_transaction'),
  book: z.string(),
  currency: z.string(),
  kind: z.string(),
  source: z.string(),
  effective_at: time,
  postings: z.array(
    z.object({ debit: z.string(), credit: z.string(), amount: integer, customer: z.string().nullable() }),
  ),
});

export function addLedgerRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'get',
    path: '/v1/ledger/accounts',
    summary:
      'The trial balance of a book: each account and currency with its debits, credits and balance, of all that is posted, or of what took effect up to an instant (as_of).',
    scope: 'read',
    query: z.strictObject({ book, as_of: instant.optional() }),
    answer: listOf(ledgerAccount),
    async handle({ query }) {
      const balances = await readBalances(pool, query.book, query.as_of ?? null);
      return allOf(balances.map((row) => toLedgerAccount(row, query.book)));
    },
  });
  addRoute(to, {
    method: 'get',
    path: '/v1/ledger/transactions',
    summary:
      'The transactions of a book, newest first, each with its postings: one debit and one credit of an amount.',
    scope: 'read',
    query: z.strictObject({ ...pageQuery, book, source: text(100).optional() }),
    answer: listOf(transaction),
    handle: async ({ query }) =>
      toList(
        await readPage<LedgerTransactionRow>(
          pool,
          selectLedgerTransactions,
          [
            ['book', query.book],
            ['source_id', query.source],
          ],
          pageOf(query),
        ),
        toTransaction,
      ),
  });
}

function toTransaction(row: LedgerTransactionRow) {
  return {
    id: row.id,
    object: 'ledger_transaction' as const,
    book: row.book,
    currency: row.currency,
    kind: row.kind,
    source: row.source_id,
    effective_at: toTime(row.effective_at),
    postings: row.postings.map((posting) => ({
      debit: posting.debit_account,
      credit: posting.credit_account,
      amount: BigInt(posting.amount),
      customer: posting.customer_id,
    })),
    created: toTime(row.created),
    livemode: row.book === 'live',
    metadata: {},
  };
}
