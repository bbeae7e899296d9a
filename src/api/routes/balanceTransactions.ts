/** /v1/customers/{id}/balance_transactions: how a customer's balance came to be. */
import { z } from 'zod';
import { selectCustomers, type CustomerRow } from '../../store/customers.ts';
import {
  selectBalanceTransactions,
  type BalanceTransactionRow,
} from '../../store/reads/balanceTransactions.ts';
import { readPage } from '../../store/reads/page.ts';
import { integer, listOf, pageOf, pageQuery, resourceFields, toList, toTime } from '../fields.ts';
import { findOne } from '../find.ts';
import { addRoute, type Registrar } from '../route.ts';

const types = [
  'applied_to_invoice',
  'credited_by_invoice',
  'unapplied_from_invoice',
  'credit_note',
  'refund_failed',
  'adjustment',
] as const;
const balanceTransaction = z.object({
  ...resourceFields,
  object: z.literal('balance_transaction'),
  customer: z.string(),
  type: z.enum(types),
  /** Added to the balance: credit is below zero, so what is used of it is above. */
  amount: integer,
  ending_balance: integer,
  currency: z.string(),
  /** What changed it. */
  invoice: z.string().nullable(),
  credit_note: z.string().nullable(),
  refund: z.string().nullable(),
});

export function addBalanceTransactionRoutes(to: Registrar): void {
  const { pool } = to;
  addRoute(to, {
    method: 'get',
    path: '/v1/customers/{id}/balance_transactions',
    summary:
      "List what changed a customer's balance, the latest first, each with its cause and the balance after it.",
    scope: 'read',
    params: z.object({ id: z.string() }),
    query: z.strictObject(pageQuery),
    answer: listOf(balanceTransaction),
    async handle({ params: { id }, query }) {
      const customer = await findOne<CustomerRow>(pool, selectCustomers, 'customer', id);
      return toList(
        await readPage<BalanceTransactionRow>(
          pool,
          selectBalanceTransactions,
          [['customer_id', customer.id]],
          pageOf(query),
        ),
        toResource,
      );
    },
  });
}

function toResource(row: BalanceTransactionRow) {
  const { source_id: source } = row;
  return {
    id: row.id,
    object: 'balance_transaction' as const,
    customer: row.customer_id,
    type: typeOf(row),
    amount: row.amount,
    ending_balance: row.ending_balance,
    currency: row.currency,
    invoice: source.startsWith('in_') ? source : null,
    credit_note: source.startsWith('cn_') ? source : null,
    refund: source.startsWith('re_') ? source : null,
    created: toTime(row.effective_at),
    livemode: row.book === 'live',
    metadata: {},
  };
}

function typeOf({ kind, amount }: BalanceTransactionRow): (typeof types)[number] {
  switch (kind) {
    case 'invoice_finalized':
      return amount > 0n ? 'applied_to_invoice' : 'credited_by_invoice';
    case 'invoice_voided':
      return 'unapplied_from_invoice';
    case 'credit_note_issued':
      return 'credit_note';
    case 'refund_failed':
      return 'refund_failed';
    default:
      return 'adjustment';
  }
}
