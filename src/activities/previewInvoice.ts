/** An invoice that somebody would make, made by the code that bills it, and undone. */
import type { PoolClient } from 'pg';
import { notFound } from '../domain/errors.ts';
import { priceItem, type ItemPrice } from '../domain/invoiceItem.ts';
import type { Instant } from '../domain/instant.ts';
import { parseDecimal, zero } from '../domain/quantity.ts';
import { amountOfText } from '../domain/money.ts';
import { lockCustomer } from '../store/customerLock.ts';
import { inUndoneTransaction } from '../store/database.ts';
import { fillManualInvoice, insertManualInvoice } from '../store/manualInvoices.ts';
import { newId } from '../store/newId.ts';
import { toPreviewedInvoice } from '../store/previewedInvoice.ts';
import { selectInvoices, type InvoiceRow, type PreviewedInvoice } from '../store/reads/invoices.ts';
import { readOne } from '../store/reads/page.ts';
import type { InvoicePreview, PreviewedItem } from '../workflows/contract/invoice.ts';
import type { Dependencies } from './dependencies.ts';
import { refusing } from './failure.ts';
import { finalizeInvoices } from './finalizeInvoices.ts';
import { currentTime } from './now.ts';

export function previewInvoiceActivities(deps: Dependencies) {
  return {
    async previewInvoice(request: InvoicePreview): Promise<PreviewedInvoice> {
      return refusing(() => inUndoneTransaction(deps.pool, (tx) => preview(tx, deps, request)));
    },
  };
}

async function preview(
  tx: PoolClient,
  deps: Dependencies,
  request: InvoicePreview,
): Promise<PreviewedInvoice> {
  const customer = await lockCustomer(tx, request.customerId);
  if (!customer) throw notFound('customer', request.customerId, 'customer');
  const now = await currentTime(tx, customer.test_clock_id);
  const id = newId('invoice');
  const { customerId, currency } = request;
  await insertManualInvoice(tx, {
    id,
    customerId,
    testClockId: customer.test_clock_id,
    currency,
    now,
    details: {},
  });
  const items = request.items.map((item) => toItem(item, request, now));
  await fillManualInvoice(tx, { id, customerId, currency }, items, request.includesWaiting);
  const scope = { kind: 'invoice', invoiceId: id } as const;
  await finalizeInvoices(deps.taxes).run(tx, scope, now, 1, () => undefined);
  const row = await readOne<InvoiceRow>(tx, selectInvoices, id);
  if (!row) throw notFound('invoice', id);
  return toPreviewedInvoice(row);
}

function toItem(item: PreviewedItem, { customerId, currency }: InvoicePreview, now: Instant) {
  return {
    id: newId('invoice_item'),
    customerId,
    subscriptionId: null,
    currency,
    description: item.description,
    priced: priceItem(priceOf(item)),
    period: item.period,
    taxable: item.taxable,
    discountable: item.discountable,
    taxRates: item.taxRates,
    waits: false,
    metadata: {},
    createdAt: now,
  };
}

function priceOf({ amount, quantity, unitAmount }: PreviewedItem): ItemPrice {
  if (amount !== null) return { amount: amountOfText(amount) };
  return {
    quantity: parseDecimal(quantity ?? '0') ?? zero,
    unitAmount: parseDecimal(unitAmount ?? '0') ?? zero,
  };
}
