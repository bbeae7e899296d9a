/** /v1/invoices/{id}.html and .pdf: an invoice as people send it. The same invoice gives the same bytes. */
import { renderHtml } from '../../pages/html/renderHtml.ts';
import { invoiceDocument } from '../../pages/invoiceDocument.ts';
import { renderPdf } from '../../pages/pdf/renderPdf.ts';
import { readParties, readPlanNames } from '../../store/reads/documentFacts.ts';
import { discountsAndTaxes } from '../../store/reads/invoiceSums.ts';
import { selectInvoices, type InvoiceRow } from '../../store/reads/invoices.ts';
import { readUsageCharts } from '../../store/reads/usageChart.ts';
import { findOne } from '../find.ts';
import { inTurn } from '../renderTurns.ts';
import { addDocumentRoute, type Registrar } from '../route.ts';

/** Before the invoice itself: its path would take the ending for a part of the id. */
export function addInvoiceDocumentRoutes(to: Registrar): void {
  const { pool } = to;
  async function read(id: string) {
    const invoice = await findOne<InvoiceRow>(pool, selectInvoices, 'invoice', id);
    const parties = await readParties(pool, invoice);
    const document = invoiceDocument({
      invoice: { ...invoice, ...discountsAndTaxes(invoice) },
      parties,
      planNames: await readPlanNames(pool, invoice.id),
      usage: await readUsageCharts(pool, invoice, parties.customer.timezone),
    });
    return { document, name: (invoice.number ?? invoice.id).replace(/[^\w.-]/g, '-') };
  }
  addDocumentRoute(to, {
    path: '/v1/invoices/{id}.html',
    summary: 'An invoice as a page, in the language and timezone of its customer.',
    type: 'text/html',
    async render(id) {
      const { document, name } = await read(id);
      return { name, content: renderHtml(document) };
    },
  });
  addDocumentRoute(to, {
    path: '/v1/invoices/{id}.pdf',
    summary:
      'An invoice as a PDF, in the language and timezone of its customer; drawn again it has the same bytes.',
    type: 'application/pdf',
    async render(id) {
      const { document, name } = await read(id);
      return { name, content: await inTurn(() => renderPdf(document)) };
    },
  });
}
