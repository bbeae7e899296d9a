/** An invoice of a preview as clients see it. */
import type { PreviewedInvoice } from '../store/reads/invoices.ts';
import { toInvoice } from './invoiceResource.ts';

/** It has no number, and no life: it is a draft of what may come. */
export function toPreviewed(invoice: PreviewedInvoice) {
  return toInvoice({
    ...invoice,
    status: 'draft',
    number: null,
    subtotal: BigInt(invoice.subtotal),
    discount: BigInt(invoice.discount),
    tax: BigInt(invoice.tax),
    tax_included: BigInt(invoice.tax_included),
    total: BigInt(invoice.total),
    credits_applied: BigInt(invoice.credits_applied),
    amount_due: BigInt(invoice.amount_due),
    amount_paid: 0n,
    amount_credited: 0n,
    finalized_at: null,
    paid_at: null,
  });
}
