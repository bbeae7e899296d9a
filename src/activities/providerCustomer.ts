/** The customer as its provider knows it: made there once, before anything is attached to it. */
import { notFound } from '../domain/errors.ts';
import type { CustomerId } from '../domain/ids.ts';
import type { PaymentProvider } from '../ports/payment/provider.ts';
import { findProviderCustomer, saveProviderCustomer } from '../store/providerCustomers.ts';
import type { Dependencies } from './dependencies.ts';

/** Throws a `BillingError` 404 where there is no such customer. */
export async function providerCustomer(
  deps: Dependencies,
  customerId: CustomerId,
): Promise<{ readonly provider: PaymentProvider; readonly reference: string }> {
  const customer = await findProviderCustomer(deps.pool, customerId);
  if (!customer) throw notFound('customer', customerId);
  const provider = deps.payments.of(customer.test_clock_id);
  const known = customer.references[provider.name];
  if (known !== undefined) return { provider, reference: known };
  const reference = await provider.createCustomer({
    customerId,
    name: customer.name,
    email: customer.email,
  });
  await saveProviderCustomer(deps.pool, customerId, provider.name, reference);
  return { provider, reference };
}
