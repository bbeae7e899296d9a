/** /v1/invoices/{id}.html and .pdf: an invoice as people send it. The same invoice gives the same bytes. */
import { invoiceDocument } from '../../pages/invoiceDocument.ts';
import { readInvoiceFacts } from '../../store/reads/documentFacts.ts';
import { selectInvoices, type InvoiceRow } from '../../store/reads/invoices.ts';
import { addDocuments } from '../documents.ts';
import { findOne } from '../find.ts';
import type { Registrar } from '../route.ts';

export function addInvoiceDocumentRoutes(to: Registrar): void {
  const { pool } = to;
  async function read(id: string) {
    const invoice = await findOne<InvoiceRow>(pool, selectInvoices, 'invoice', id);
    const document = invoiceDocument(await readInvoiceFacts(pool, invoice));
    return { document, name: invoice.number ?? invoice.id };
  }
  addDocuments(to, { path: '/v1/invoices/{id}', what: 'An invoice', read });
}
