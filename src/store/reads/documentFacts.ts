/** What a document says beside the invoice itself: who the parties are, and of which plan each line is. */
import type { CustomerId, InvoiceId } from '../../domain/ids.ts';
import { readBillingCustomers, type Parties } from '../billingCustomers.ts';
import type { Queryable } from '../database.ts';
import { discountsAndTaxes } from './invoiceSums.ts';
import type { InvoiceRow } from './invoices.ts';
import { readUsageCharts } from './usageChart.ts';

/** All that the page of an invoice is made of. */
export async function readInvoiceFacts(db: Queryable, invoice: InvoiceRow) {
  const parties = await readParties(db, invoice);
  return {
    invoice: { ...invoice, ...discountsAndTaxes(invoice) },
    parties,
    planNames: await readPlanNames(db, invoice.id),
    usage: await readUsageCharts(db, invoice, parties.customer.timezone),
  };
}

/** As they were when it became final; of a draft as they are. */
export async function readParties(
  db: Queryable,
  invoice: { readonly customer_id: CustomerId; readonly parties: Parties | Record<string, never> | null },
): Promise<Parties> {
  const { parties } = invoice;
  if (isKept(parties)) return parties;
  const customer = (await readBillingCustomers(db, [invoice.customer_id])).get(invoice.customer_id);
  if (!customer) throw new Error(`customer ${invoice.customer_id} is gone`);
  return customer.parties;
}

/** What became final before its parties were kept has none. */
function isKept(parties: Parties | Record<string, never> | null): parties is Parties {
  return parties !== null && 'customer' in parties;
}

/** The name of the plan of each line that has a price. */
export async function readPlanNames(
  db: Queryable,
  invoiceId: InvoiceId,
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<{ id: string; name: string }>(
    `SELECT l.id, pl.name FROM invoice_lines l JOIN prices p ON p.id = l.price_id JOIN plans pl ON pl.id = p.plan_id
      WHERE l.invoice_id = $1`,
    [invoiceId],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
