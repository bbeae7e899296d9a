/** /v1/customers/{id}/ledger: the books as far as they are about one customer. */
import { z } from 'zod';
import type { CustomerId, TestClockId } from '../../domain/ids.ts';
import { readCustomerBalances } from '../../store/reads/ledger.ts';
import { allOf, instant, listOf } from '../fields.ts';
import { findOne } from '../find.ts';
import { ledgerAccount, toLedgerAccount } from '../ledgerAccount.ts';
import { addRoute, type Registrar } from '../route.ts';

/** Also those that are deleted: what was posted for them stays. */
const selectBooks = `SELECT t.id, t.test_clock_id FROM customers t`;

export function addCustomerLedgerRoutes(to: Registrar): void {
  addRoute(to, {
    method: 'get',
    path: '/v1/customers/{id}/ledger',
    summary:
      'The sub-ledger of a customer: each account and currency with what was posted for it, up to an instant where as_of gives one. Deferred revenue is recognised for all customers of a book at once, day by day, and names none: here it stays as it was billed.',
    scope: 'read',
    params: z.object({ id: z.string() }),
    query: z.strictObject({ as_of: instant.optional() }),
    answer: listOf(ledgerAccount),
    async handle({ params, query }) {
      const customer = await findOne<{ id: CustomerId; test_clock_id: TestClockId | null }>(
        to.pool,
        selectBooks,
        'customer',
        params.id,
      );
      const balances = await readCustomerBalances(to.pool, customer.id, query.as_of ?? null);
      return allOf(balances.map((row) => toLedgerAccount(row, customer.test_clock_id ?? 'live')));
    },
  });
}
