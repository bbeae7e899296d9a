/** Who says what tax an invoice has: our own table of rates, or a service. */
import type { InvoiceId, InvoiceLineId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { LineTax, TaxableLine, TaxedCustomer, TaxRate } from '../../domain/tax.ts';

export interface TaxRequest {
  readonly invoiceId: InvoiceId;
  readonly currency: string;
  /** When it becomes final. */
  readonly at: Instant;
  readonly customer: TaxedCustomer;
  readonly lines: readonly (TaxableLine & { readonly id: InvoiceLineId })[];
}

export interface TaxProvider {
  readonly name: string;
  /**
   * The taxes of each line of each request, in order; `rates` are our own that are active, in the order in which they are
   * charged, and what an answer names. Asked within the transaction that makes the invoices final, so it
   * has to answer within seconds, and its answer may be asked for again. Where it throws, nothing becomes final: the
   * drafts wait, and are tried again.
   */
  calculate(
    requests: readonly TaxRequest[],
    rates: readonly TaxRate[],
  ): Promise<readonly (readonly (readonly LineTax[])[])[]>;
}
