/** What follows where a customer has paid on the pay page, whoever tells that it has: a receipt, and its method the default. */
import type { PoolClient } from 'pg';
import type { Instant } from '../domain/instant.ts';
import { keepPaidMethods } from '../store/methodsOnTrial.ts';
import { insertNotifications } from '../store/notifications.ts';
import type { SettledPayment } from '../store/payments.ts';
import { makePaidMethodsDefault } from '../store/payPage.ts';
import { receiptOf } from './notices.ts';

/** `succeeded`: payments of any source. A receipt is given once for each invoice, as where a payment ends dunning. */
export async function followPagePayments(
  tx: PoolClient,
  succeeded: readonly SettledPayment[],
  now: Instant,
): Promise<void> {
  const onPage = succeeded.filter(({ source }) => source === 'pay_page');
  if (onPage.length === 0) return;
  await insertNotifications(
    tx,
    onPage.map(({ invoice_id: id, customer_id: customerId }) => receiptOf(id, customerId, {}, now)),
  );
  const ids = onPage.map(({ id }) => id);
  await keepPaidMethods(tx, ids);
  await makePaidMethodsDefault(tx, ids);
}
