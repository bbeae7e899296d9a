/** Customers are told of their invoices: the notice is written with what it tells of, and sent afterwards. */
import type { CustomerId, InvoiceId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { insertNotifications } from '../store/notifications.ts';
import type { Queryable } from '../store/database.ts';

/** Once for each invoice, and once more for each operation that asks for it. */
export async function tellOfInvoices(
  tx: Queryable,
  invoices: readonly { readonly id: InvoiceId; readonly customer_id: CustomerId }[],
  now: Instant,
  operationId = 'finalized',
): Promise<void> {
  await insertNotifications(
    tx,
    invoices.map(({ id, customer_id: customerId }) => ({
      key: `invoice_sent/${id}/${operationId}`,
      kind: 'invoice_sent' as const,
      customerId,
      invoiceId: id,
      paymentMethodId: null,
      data: {},
      createdAt: now,
    })),
  );
}
