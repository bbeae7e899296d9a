/** The time that customers live by: the real one, or that of their test clock, in which nobody writes while it advances. */
import { BillingError } from '../domain/errors.ts';
import type { CustomerId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { selectCustomers, type CustomerRow } from '../store/customers.ts';
import type { Queryable } from '../store/database.ts';
import { readOne } from '../store/reads/page.ts';
import { findNamed } from './find.ts';
import type { ApiDependencies } from './route.ts';

/** What time it is for a customer, or on a clock; of neither, the real one. */
export function nowOf(of: { readonly frozen_time: Instant | null } | undefined): Instant {
  return of?.frozen_time ?? (Date.now() as Instant);
}

/** Throws a `BillingError` 409 where the clock of the row's customer advances. */
export function refuseWhileAdvancing({ clock_status: status }: Pick<CustomerRow, 'clock_status'>): void {
  if (status !== 'advancing') return;
  throw new BillingError(
    409,
    'clock_advancing',
    'The customer\'s test clock is advancing. Wait until its status is "ready".',
  );
}

/** The customer that a body names, where something may be written in its time. */
export async function findNamedCustomer(db: Queryable, id: string): Promise<CustomerRow> {
  const customer = await findNamed<CustomerRow>(db, selectCustomers, 'customer', id, 'customer');
  refuseWhileAdvancing(customer);
  return customer;
}

/** Throws it by the customer's id: for rows that do not tell. A customer that is deleted has invoices all the same. */
export async function refuseWhileCustomerAdvances({ pool }: ApiDependencies, id: CustomerId): Promise<void> {
  const customer = await readOne<CustomerRow>(pool, selectCustomers, id);
  if (customer) refuseWhileAdvancing(customer);
}
