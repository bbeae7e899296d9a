/** An invoice of a preview on its way through a workflow: payloads know no bigint. */
import type { InvoiceRow, PreviewedInvoice } from './reads/invoices.ts';

export function toPreviewedInvoice(row: InvoiceRow): PreviewedInvoice {
  return {
    ...row,
    subtotal: String(row.subtotal),
    discount: String(row.discount),
    tax: String(row.tax),
    tax_included: String(row.tax_included),
    total: String(row.total),
    credits_applied: String(row.credits_applied),
    amount_due: String(row.amount_due),
    amount_paid: String(row.amount_paid),
    amount_credited: String(row.amount_credited),
  };
}
