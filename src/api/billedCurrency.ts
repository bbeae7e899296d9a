/** What a customer is billed in: its currency is fixed by its first invoice (semantics.md, section 1). */
import { BillingError, notFound } from '../domain/errors.ts';
import type { CustomerId } from '../domain/ids.ts';
import { fixCurrency, lockCustomer } from '../store/customerLock.ts';
import type { CustomerRow } from '../store/customers.ts';
import type { Queryable } from '../store/database.ts';

/** Throws a `BillingError` 422 where another one is asked for, and 400 where neither is known. */
export function currencyOf(customer: Pick<CustomerRow, 'currency'>, asked: string | undefined): string {
  const { currency } = customer;
  if (currency === null && asked === undefined) {
    throw new BillingError(
      400,
      'field_missing',
      'The customer has no currency yet. Give one, such as USD: it is billed in it for ever.',
      'currency',
    );
  }
  if (currency !== null && asked !== undefined && asked !== currency) {
    throw new BillingError(
      422,
      'currency_mismatch',
      `The customer is billed in ${currency}. Leave the currency out, or give that one.`,
      'currency',
    );
  }
  return asked ?? currency ?? '';
}

/** Fixes it for this customer, once: of two that fix it at the same time the later one sees what the earlier one did. */
export async function fixBilledCurrency(db: Queryable, id: CustomerId, currency: string): Promise<void> {
  const customer = await lockCustomer(db, id);
  if (!customer) throw notFound('customer', id, 'customer');
  currencyOf(customer, currency);
  await fixCurrency(db, id, currency);
}
