/** A balance of the books in the contract's form: of an account, in a currency. */
import { z } from 'zod';
import type { AccountBalance } from '../store/reads/ledger.ts';
import { integer, resourceFields, toTime } from './fields.ts';

export const ledgerAccount = z.object({
  ...resourceFields,
  object: z.literal('ledger_account'),
  /** By which its statement is asked for. */
  code: z.string(),
  name: z.string(),
  type: z.string(),
  normal_balance: z.enum(['debit', 'credit']),
  book: z.string(),
  currency: z.string(),
  debits: integer,
  credits: integer,
  balance: integer,
});

export function toLedgerAccount(row: AccountBalance, bookName: string) {
  const sign = row.normal_balance === 'debit' ? 1n : -1n;
  return {
    id: `${row.code}/${row.currency}`,
    object: 'ledger_account' as const,
    code: row.code,
    name: row.name,
    type: row.type,
    normal_balance: row.normal_balance,
    book: bookName,
    currency: row.currency,
    debits: row.debits,
    credits: row.credits,
    balance: sign * (row.debits - row.credits),
    created: toTime(row.created),
    livemode: bookName === 'live',
    metadata: {},
  };
}
